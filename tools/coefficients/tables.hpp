// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "fit.hpp"

namespace gradus::coefficients {

std::vector<fit> fits();

}  // namespace gradus::coefficients
