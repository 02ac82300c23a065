// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the work of a stage is spread over a GPU. No result depends on it.
#pragma once

#include <cstdint>

#include <gradus/executable.hpp>

namespace gradus {

struct gpu_grid {
    unsigned blocks = 1;
    unsigned threads = gpu_block_threads;  ///< of a block
    int teams = 1;                         ///< that share a row
};

/// The grid for a stage of `items` items (see item_count), on a GPU of so many multiprocessors.
gpu_grid grid_of(const stage_shape& stage, const std::int64_t* extents, std::int64_t items, int multiprocessors);

}  // namespace gradus
