// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: two different variables of one expression have the same name
// expect: "x"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto a = tensor<"x[i]">;
constexpr auto b = tensor<"x[j]">;
constexpr auto written = to_text(sum(a * b)).size();
