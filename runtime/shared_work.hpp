// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the items of a stage fall to threads. Which thread runs an item depends on who comes when; no item's result does.
#pragma once

#include <cstdint>

#include <gradus/executable.hpp>

namespace gradus {

/// A stage of a launch.
struct stage_call {
    kernel_function entry;
    void* const* data;
    const std::int64_t* shape;
    std::int64_t stage;

    std::int64_t operator()(std::int64_t begin, std::int64_t end) const {
        return entry(data, shape, stage, begin, end);
    }
};

/// What the items of a stage take on one thread, roughly, in ns; 0 if that is so little, or the items are so few, that
/// they are for the calling thread alone.
std::int64_t work_to_share(const stage_shape& stage, std::int64_t items, const std::int64_t* extents);

/// Runs the items [0, items), with the threads of the caller's arena if there are any and it pays. `work` is what
/// work_to_share() says, and is not 0. Returns the least of what the items return that is not negative, else -1.
std::int64_t run_shared(const stage_call& call, std::int64_t items, std::int64_t work);

}  // namespace gradus
