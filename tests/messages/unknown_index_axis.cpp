// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: unknown axis: index<...> or extent<...> names an axis that no variable of the expression has
// expect: "clas"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto total = sum(x * index<"clas">);
constexpr auto written = to_text(total).size();
