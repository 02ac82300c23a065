// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: gradient for a variable that does not occur in the expression
// expect: gradient_for<
// expect: "y"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
constexpr auto dy = grad(x * x, y);
