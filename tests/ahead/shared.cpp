// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "shared_kernels.hpp"

[[gnu::visibility("default")]] gradus::array<float, 1> sums_of_rows(gradus::tensor_view<const float, 2> rows);

gradus::array<float, 1> sums_of_rows(gradus::tensor_view<const float, 2> rows) { return row_sums()(shared_x = rows); }
