// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels of the program: those that a GRADUS_KERNEL lists are compiled when it is built.
#pragma once

#include <gradus/gradus.hpp>

namespace losses {

using namespace gradus;

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);
constexpr auto probability = softmax(logits, over<"class">);

GRADUS_KERNEL(step, loss, dlogits);
GRADUS_KERNEL(predict, probability);

}  // namespace losses
