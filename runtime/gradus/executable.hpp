// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The agreement between generated code and the runtime: what loaded code offers and how it is
// called. The code generator fills an `executable`; the runtime launches it without knowing LLVM.
//
// One function an executable. `data` holds a pointer for each input, each output and each temporary of
// the graph, in that order. `shape` holds the extents of the loop axes, then for every input and
// every output one stride (in elements) for each loop axis, 0 where the tensor lacks the axis.
// Temporaries are row-major over their axes in the order of the loop axes. The call runs items
// [begin, end) of one stage; stages are run in order, the items of one stage in any order and on any
// threads: no item's result depends on how they are divided.
// It returns -1; a stage of form `check` the first element among its items that violates its
// requirement, counted row-major over the extents of `rows`, or -1 if there is none. Stages that write
// outputs come after all checks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gradus/gpu_code.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

namespace gradus {

using kernel_function = std::int64_t (*)(void* const* data, const std::int64_t* shape, std::int64_t stage,
                                         std::int64_t begin, std::int64_t end);

/// Elements of a block: the unit in which long reductions are split, whatever the threads.
inline constexpr std::int64_t block_size = 4096;

/// How the work of a stage is divided.
enum class stage_form : std::uint8_t {
    check,   ///< items as those of `rows`; tests a requirement of the graph for each row
    rows,    ///< an item is one row: the product of the extents of `rows`, the lane axis (when it is
             ///< one of them) counted in chunks of `chunk`
    blocks,  ///< no rows: an item is one block of `block_size` along the lane axis of `inner`
    combine,  ///< one item: folds the partials that a `blocks` stage left
    units,    ///< GPU: an item is one unit of a row (see row_units); leaves its folds as partials
    merge     ///< GPU: an item is one row: folds the partials that a `units` stage left
};

/// GPU: of two ways to do rows, which a stage belongs to. Where there are too few rows to fill a GPU, several stages
/// work on units of them instead of one on whole rows.
enum class row_way : std::uint8_t { only, whole, by_units };

/// GPU: what rows fall into: blocks of `block_size` along the axis `run`, for each position along the other swept axes.
struct row_units {
    axis_set swept = 0;            ///< the inner axes of the rows
    int run = -1;                  ///< one of them
    bool lanes_along_run = false;  ///< the threads of a team share a unit; else each thread has its own
    row_way way = row_way::only;
};

struct stage_shape {
    stage_form form = stage_form::rows;
    axis_set rows = 0;                ///< loop axes that number the rows
    axis_set inner = 0;               ///< loop axes swept within a row
    int lane = -1;                    ///< the vectorised loop axis, -1 if the stage has none
    std::int64_t chunk = block_size;  ///< elements of the lane axis an item takes when the lane axis is in `rows`
    int requirement = -1;             ///< check: position in the requirements of the graph
    int across = -1;                  ///< >= 0: one of two stages for the same rows, of which one runs; see is_for_short_rows
    row_units units;                  ///< GPU: of stages with inner axes
    int lanes = 1;                    ///< GPU: adjacent elements that a thread takes at a time
    int cost = 100;                   ///< host: what an element of `rows` and `inner` takes on one thread, roughly, in ps
};

/// Rows of at most so many elements are short.
inline constexpr std::int64_t short_row = 32;
/// A pair of stages does the same in two ways: one has its lanes along the rows, the other across them, along the
/// axis `across`. The latter runs where rows are short and that axis is long enough to fill lanes.
inline bool is_for_short_rows(const stage_shape& stage) { return stage.across >= 0 && stage.lane == stage.across; }

/// Memory that lives during one call.
struct temporary {
    axis_set axes = 0;   ///< loop axes; the element count is the product of their extents
    int blocks_of = -1;  ///< >= 0: instead, one element for each item of this `blocks` stage, or unit of `units`
    std::size_t element_size = 8;
    std::size_t per_item = 1;
};

/// An output that may lie in the very memory of an input: the code reads each element of the input for
/// the last time before it writes the output's element in that place.
struct in_place_pair {
    int input = 0;
    int output = 0;
    friend bool operator==(const in_place_pair&, const in_place_pair&) = default;
};

struct executable {
    kernel_function entry = nullptr;  ///< null for code of a GPU
    std::vector<stage_shape> stages;
    std::vector<temporary> temporaries;
    std::vector<in_place_pair> in_place;  ///< for pairs not listed here the runtime copies the input first
    std::shared_ptr<void> code;           ///< keeps the executable memory alive
    std::shared_ptr<const gpu_code> gpu;  ///< null for code of the host
};

/// The units of a row, for the given extents of the loop axes.
std::int64_t unit_count(const row_units& units, const std::int64_t* extents);

/// The number of items of a stage, for the given extents of the loop axes; 0 if it belongs to a way of doing rows that
/// does not run.
std::int64_t item_count(const stage_shape& stage, const std::int64_t* extents);

/// The bytes of a temporary of the code, for the given extents of the loop axes.
std::size_t byte_count(const executable& code, const temporary& t, const std::int64_t* extents);

}  // namespace gradus
