// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: kinks and facts are of a function of one variable
#include <gradus/dsl.hpp>
using namespace gradus;
constexpr auto x = scalar<"x">;
constexpr auto slope = scalar<"slope">;
constexpr kinks found(prelu(x, slope));
