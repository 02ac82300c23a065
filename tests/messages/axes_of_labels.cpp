// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: axes that this loss does not allow: the labels must have the axes of the input without the class axis
// expect: axes_of_loss<
// expect: "cross_entropy"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[class]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
