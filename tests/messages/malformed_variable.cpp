// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: malformed variable text: expected the name of an axis after '[' or ','
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[batch,">;
