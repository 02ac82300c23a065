// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: gradient of something that is not a scalar: reduce it with sum or mean first
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[i]">;
constexpr auto dx = grad(x * x, x);
