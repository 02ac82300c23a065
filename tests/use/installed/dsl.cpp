// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/dsl.hpp>
using namespace gradus;

constexpr auto x = scalar<"x">;
static_assert(grad(x* x, x) == 2 * x);

int main() { return evaluate(x * x, x = 3.0) == 9.0 ? 0 : 1; }
