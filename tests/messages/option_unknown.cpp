// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: unknown option: this loss has no with::... of this name
// expect: option_of_loss<
// expect: "cross_entropy"
// expect: "margin"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">, with::margin(1)));
