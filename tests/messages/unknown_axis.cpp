// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: unknown axis: the expression has no axis of the name given in over<...>
// expect: unknown_axis<
// expect: "clas"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto total = sum(x, over<"clas">);
