// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <gradus/gradus.hpp>
using namespace gradus;

inline constexpr auto x = tensor<"x[i]">;
inline constexpr auto total = sum(x * x);
