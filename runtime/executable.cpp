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

constexpr std::int64_t few_rows = 64, many_units = 32;

/// Whether rows are done unit by unit. Threads whose lanes are rows do one unit each; teams share long rows, but only
/// those of one thread block.
bool fall_to_units(const stage_shape& stage, const std::int64_t* extents) {
    const std::int64_t units = unit_count(stage.units, extents);
    if (!stage.units.lanes_along_run) return units > 1;
    return units >= many_units && product(stage.rows, extents, -1, 1) <= few_rows;
}

}  // namespace

std::int64_t unit_count(const row_units& units, const std::int64_t* extents) {
    return product(units.swept, extents, units.run, block_size);
}

std::int64_t item_count(const stage_shape& stage, const std::int64_t* extents) {
    if (stage.across >= 0 && is_for_short_rows(stage) != has_short_rows(stage, extents)) return 0;
    const row_way way = stage.units.way;
    if (way != row_way::only && (way == row_way::by_units) != fall_to_units(stage, extents)) return 0;
    switch (stage.form) {
        case stage_form::check:
        case stage_form::rows: return product(stage.rows, extents, stage.lane, stage.chunk);
        case stage_form::blocks: return product(stage.inner, extents, stage.lane, block_size);
        case stage_form::combine: return 1;
        case stage_form::units:
            return product(stage.rows, extents, stage.lane, stage.chunk) * unit_count(stage.units, extents);
        case stage_form::merge: return product(stage.rows, extents, -1, 1);
    }
    throw internal_error("a stage of unknown form");
}

/// What a stage leaves of each of its folds.
static std::int64_t partial_count(const stage_shape& stage, const std::int64_t* extents) {
    const std::int64_t items = item_count(stage, extents);
    if (stage.form != stage_form::units || items == 0) return items;
    return product(stage.rows, extents, -1, 1) * unit_count(stage.units, extents);
}

std::size_t byte_count(const executable& code, const temporary& t, const std::int64_t* extents) {
    const std::int64_t count =
        t.blocks_of >= 0 ? partial_count(code.stages[static_cast<std::size_t>(t.blocks_of)], extents)
                         : product(t.axes, extents, -1, 1);
    return static_cast<std::size_t>(count) * t.element_size * t.per_item;
}

}  // namespace gradus
