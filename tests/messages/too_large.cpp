// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: this expression has more than 200 nodes, counted with repetition; move the formula into make_op
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x0 = scalar<"x">;
constexpr auto x1 = x0 * x0;
constexpr auto x2 = x1 * x1;
constexpr auto x3 = x2 * x2;
constexpr auto x4 = x3 * x3;
constexpr auto x5 = x4 * x4;
constexpr auto x6 = x5 * x5;
constexpr auto x7 = x6 * x6;
