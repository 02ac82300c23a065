// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: axes that this loss does not allow: input and target must have the same axes
// expect: axes_of_loss<
// expect: "squared_error"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, feature]">;
constexpr auto t = tensor<"t[batch]">;
constexpr auto loss = mean(squared_error(x, t));
