// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loss that sums over an axis: its target lacks that axis.
// expect: gradus: axes that this loss does not allow: the labels must have the axes of the input without the class axis
// expect: axes_of_loss<
// expect: "cosine_embedding"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto a = tensor<"a[batch, feature]">;
constexpr auto b = tensor<"b[batch, feature]">;
constexpr auto t = tensor<"t[batch, feature]">;
constexpr auto loss = mean(cosine_embedding(a, b, t, over<"feature">));
