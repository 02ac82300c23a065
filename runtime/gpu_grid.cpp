// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/gpu_grid.hpp>

#include <algorithm>

namespace gradus {
namespace {

constexpr std::int64_t virtual_lanes = 64;
constexpr int blocks_per_multiprocessor = 8;  ///< resident at a time, at 256 threads each

std::int64_t pieces(std::int64_t count, std::int64_t piece) { return (count + piece - 1) / piece; }

/// A power of two: as many teams as the row has blocks, at most those of a thread block.
int teams_of(std::int64_t blocks_of_row, int most) {
    int teams = 1;
    while (teams < most && teams < blocks_of_row) teams *= 2;
    return teams;
}

}  // namespace

gpu_grid grid_of(const stage_shape& stage, const std::int64_t* extents, std::int64_t items, int multiprocessors) {
    if (stage.form == stage_form::combine) return {1, gpu_combine_threads, 1};
    const int teams_of_block = static_cast<int>(gpu_block_threads / (virtual_lanes / stage.lanes));
    std::int64_t per_block = gpu_block_threads;
    gpu_grid grid;
    if (stage.form == stage_form::merge) {
        per_block = 1;
    } else if (stage.form == stage_form::blocks) {
        per_block = teams_of_block;
    } else if (sweeps_along_lanes(stage)) {
        if (stage.form == stage_form::rows) grid.teams = teams_of(unit_count(stage.units, extents), teams_of_block);
        per_block = teams_of_block / grid.teams;
    }
    const std::int64_t most = std::int64_t{blocks_per_multiprocessor} * multiprocessors;
    grid.blocks = static_cast<unsigned>(std::clamp<std::int64_t>(pieces(items, per_block), 1, most));
    return grid;
}

}  // namespace gradus
