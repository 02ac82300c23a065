// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: axes that this loss does not allow: input and target must have the same axes
// expect: axes_of_loss<
// expect: "mse"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, feature]">;
constexpr auto t = tensor<"t[batch]">;
constexpr auto loss = mean(mse(x, t));
