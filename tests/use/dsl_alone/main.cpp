// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdio>

#include <gradus/dsl.hpp>
using namespace gradus;

constexpr auto x = scalar<"x">;
static_assert(to_text(grad(relu(x), x)) == "where(x > 0, 1, 0)");

int main() {
    std::puts(to_text(grad(x * exp(x), x)).str().c_str());
    return evaluate(grad(relu(x), x), x = 2.0) == 1.0 ? 0 : 1;
}
