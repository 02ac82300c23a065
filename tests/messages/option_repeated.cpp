// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: repeated option: each with::... is given once
// expect: option_of_loss<
// expect: "nll"
// expect: "ignore_index"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(nll(x, target, over<"class">, with::ignore_index(-1), with::ignore_index(0)));
