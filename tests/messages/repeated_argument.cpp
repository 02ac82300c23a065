// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: repeated argument: each variable is bound once
// expect: repeated_argument<
// expect: "x"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = scalar<"x">;
const double value = evaluate(x * x, x = 1.0, x = 2.0);
