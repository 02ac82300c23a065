// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A target of probabilities has no label that could be ignored.
// expect: gradus: unknown option: this loss has no with::... of this name
// expect: option_of_loss<
// expect: "ignore_index"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = tensor<"target[batch, class]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">, with::ignore_index(-100)));
