// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A kernel of a shared object, in the global namespace, for one CPU alone.
#pragma once

#include <gradus/gradus.hpp>

inline constexpr auto shared_x = gradus::tensor<"x[row, column]">;
inline constexpr auto shared_sums = gradus::sum(exp(shared_x), gradus::over<"column">);
GRADUS_KERNEL(row_sums, shared_sums);
