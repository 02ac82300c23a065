// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels against the true values of elementwise functions, in ULP: a measurement, not a verdict.
#pragma once

#include <string>
#include <vector>

#include "mapping.hpp"

namespace gradus::golden {

/// The largest error of some points.
struct extreme {
    double ulp = 0, at = 0;
    std::size_t points = 0;
};

/// Of one quantity in one precision.
struct accuracy {
    extreme all;   ///< every point
    extreme main;  ///< where the true value is at least 1e-5 in magnitude
};

struct truth_row {
    std::string function;
    std::string fault;
    accuracy value[2], deriv[2];  ///< float32, float64
};

/// The errors over all truth blocks of a file.
truth_row measure(const golden_file& file, const mapping& how);

}  // namespace gradus::golden
