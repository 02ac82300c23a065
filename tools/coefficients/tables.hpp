// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "fit.hpp"

namespace gradus::coefficients {

std::vector<fit> fits();

/// A function's values, at n = 0, 1, 2, …
struct values {
    std::string name, function;
    std::vector<double> at;
};
std::vector<values> tables_of_values();

}  // namespace gradus::coefficients
