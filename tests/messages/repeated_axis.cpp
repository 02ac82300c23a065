// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: malformed variable text: an axis is named twice
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[i, i]">;
