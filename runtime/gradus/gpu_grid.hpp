// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the work of a stage is spread over a GPU. No result depends on it.
#pragma once

#include <cstdint>

#include <gradus/executable.hpp>

namespace gradus {

/// Whether rows are swept along the lanes, by teams.
inline bool sweeps_along_lanes(const stage_shape& s) { return s.lane >= 0 && (s.inner >> s.lane & 1) != 0; }
/// Whether the lanes are rows, each with a thread of its own.
inline bool lanes_are_rows(const stage_shape& s) { return s.lane >= 0 && (s.rows >> s.lane & 1) != 0; }

struct gpu_grid {
    unsigned blocks = 1;
    unsigned threads = gpu_block_threads;  ///< of a block
    int teams = 1;                         ///< that share a row
};

/// The grid for a stage of `items` items (see item_count), on a GPU of so many multiprocessors.
gpu_grid grid_of(const stage_shape& stage, const std::int64_t* extents, std::int64_t items, int multiprocessors);

}  // namespace gradus
