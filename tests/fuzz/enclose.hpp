// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A graph evaluated on sets: what each element of each output may be (possible.hpp).
#pragma once

#include <vector>

#include "possible.hpp"
#include "problem.hpp"

namespace gradus::fuzz {

/// The elements of each output, row-major in the order of its axes, for the extents and data of a problem whose
/// requirements hold. `g` is one of the problem's graphs.
std::vector<std::vector<possible>> enclose(graph_view g, const problem& p, const arithmetic& how);

}  // namespace gradus::fuzz
