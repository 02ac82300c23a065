// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: wrong element type: the argument's elements are not of the type that its variable declares
// expect: wrong_element_type<
// expect: "x"
// expect: float16, float>
#include <gradus/gradus.hpp>
using namespace gradus;
constexpr auto x = tensor<"x[i]", float16>;
float16 run(const std::vector<float>& data) { return jit(sum(x))(x = data); }
