// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/executable.hpp>

#include <gradus/error.hpp>

namespace gradus {
namespace {

/// The product of the extents of a set of loop axes, the lane axis counted in pieces.
std::int64_t product(axis_set axes, const std::int64_t* extents, int lane, std::int64_t piece) {
    std::int64_t count = 1;
    for_each_axis(axes, [&](int axis) {
        const std::int64_t extent = extents[axis];
        count *= axis == lane ? (extent + piece - 1) / piece : extent;
    });
    return count;
}

constexpr std::int64_t enough_lanes = 8;

bool has_short_rows(const stage_shape& stage, const std::int64_t* extents) {
    const std::int64_t size = product(stage.inner, extents, -1, 1);
    return size >= 1 && size <= short_row && extents[stage.across] >= enough_lanes;
}

}  // namespace

std::int64_t item_count(const stage_shape& stage, const std::int64_t* extents) {
    if (stage.across >= 0 && is_for_short_rows(stage) != has_short_rows(stage, extents)) return 0;
    switch (stage.form) {
        case stage_form::check:
        case stage_form::rows: return product(stage.rows, extents, stage.lane, stage.chunk);
        case stage_form::blocks: return product(stage.inner, extents, stage.lane, block_size);
        case stage_form::combine: return 1;
    }
    throw internal_error("a stage of unknown form");
}

std::size_t byte_count(const executable& code, const temporary& t, const std::int64_t* extents) {
    std::int64_t count = 1;
    if (t.blocks_of >= 0)
        count = item_count(code.stages[static_cast<std::size_t>(t.blocks_of)], extents);
    else
        for_each_axis(t.axes, [&](int axis) { count *= extents[axis]; });
    return static_cast<std::size_t>(count) * t.element_size * t.per_item;
}

}  // namespace gradus
