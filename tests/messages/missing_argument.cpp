// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: missing argument: a call binds every variable of the expression
// expect: missing_argument<
// expect: "y"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
const double value = evaluate(x * y, x = 1.0);
