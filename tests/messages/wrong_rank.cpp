// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: wrong rank: the argument has another number of axes than its variable declares
// expect: wrong_rank<
// expect: "logits"
// expect: 2, 1>
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr double row[3] = {1, 2, 3};
const double value = evaluate(sum(logits), logits = row);
