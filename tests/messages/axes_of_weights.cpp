// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: axes that this loss does not allow: a weight or variance may only have axes of the input
// expect: class weights must have the class axis
// expect: axes_of_loss<
// expect: "cross_entropy"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto weight = tensor<"weight[klass]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">, with::weight(weight)));
