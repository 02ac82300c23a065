// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The error of a call whose data violate a requirement, wherever it ran.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gradus/check.hpp>
#include <gradus/executable.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

namespace gradus {

/// One element of an argument, as it is printed and as a number.
struct element_value {
    std::string text;
    double value = 0;
};
/// The element that lies there in the host's memory.
element_value element_at(element type, const void* place);

/// What says that the row-th row of a stage of form `check` violates its requirement; `row` counts row-major over the
/// stage's rows. `given`: the element there of the requirement's subject, if it has one (see subject_of).
std::string violation_message(graph_view g, const layout& arrangement, const bound_call& call, const stage_shape& stage,
                              std::int64_t row, const element_value& given);

/// What a message needs to know of code long after a call of it.
struct checked_code {
    graph g;
    layout arrangement;
    std::vector<stage_shape> checks;   ///< the stages of form `check`, in order
    std::vector<element> input_types;  ///< one for each input of the graph
};

}  // namespace gradus
