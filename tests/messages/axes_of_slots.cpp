// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: axes that this loss does not allow: the labels must have the axes of the input with the slot axis
// expect: axes_of_loss<
// expect: "multilabel_margin"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = labels<"t[slot]">;
constexpr auto loss = mean(multilabel_margin(x, t, over<"class">, over<"slot">));
