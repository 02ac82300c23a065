// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layouts of row-major arguments, known before a call. An axis of one element changes the layout: its neighbour may
// be the one along which the elements are adjacent.
#pragma once

#include <cstdint>
#include <vector>

#include <gradus/check.hpp>
#include <gradus/layout.hpp>

namespace gradus {

enum class row_gaps {
    none,    ///< the elements of a tensor follow each other
    allowed  ///< after the last element along an axis there may be others, alike in every tensor: rows of a wider
             ///< matrix
};

/// An argument of these axes and of the call's extents, without memory and element type. Bit s of `padded`: one element
/// more follows those along source axis s.
argument row_major_argument(const bound_call& call, const axis_order& axes, std::uint64_t padded);

/// Every layout that a call with row-major arguments can have, whatever the extents. Throws gradus::error beyond 10
/// axes.
std::vector<layout> row_major_layouts(graph_view g, int ellipsis_rank, row_gaps gaps);

}  // namespace gradus
