// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: unknown argument: the expression has no variable of this name
// expect: unknown_argument<
// expect: "z"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = scalar<"x">;
constexpr auto z = scalar<"z">;
const double value = evaluate(x * x, x = 1.0, z = 2.0);
