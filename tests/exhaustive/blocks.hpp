// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Many inputs in blocks, on all threads.
#pragma once

#include <atomic>
#include <cstdint>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include "judge.hpp"

namespace gradus::exhaustive {

/// Inputs of one kernel call: few enough that it stays on its thread, and its memory in that core's cache.
inline constexpr std::uint64_t block_size = 1 << 12;

/// What judge_one(first, found) adds to `found` for the blocks that begin at 0, block_size, ... below `size`.
template <class Outcome, class JudgeOne>
Outcome judge_blocks(std::uint64_t size, const progress& report, JudgeOne judge_one) {
    const std::uint64_t blocks = (size + block_size - 1) / block_size;
    std::atomic<std::uint64_t> done = 0;
    using range = oneapi::tbb::blocked_range<std::uint64_t>;
    return oneapi::tbb::parallel_reduce(
        range(0, blocks), Outcome{},
        [&](const range& part, Outcome found) {
            for (std::uint64_t block = part.begin(); block < part.end(); ++block) {
                judge_one(block * block_size, found);
                const std::uint64_t finished = ++done;
                if (report) report(static_cast<double>(finished) / static_cast<double>(blocks));
            }
            return found;
        },
        [](Outcome a, const Outcome& b) {
            a.add(b);
            return a;
        });
}

}  // namespace gradus::exhaustive
