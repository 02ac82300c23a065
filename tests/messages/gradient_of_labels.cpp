// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: gradient for labels or a random stream: only tensors and scalars have gradients
// expect: "t"
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[i, j]">;
constexpr auto t = labels<"t[i]">;
constexpr auto dt = grad(sum(at(x, over<"j">, t)), t);
