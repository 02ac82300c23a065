// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The agreement between generated GPU code and the runtime; executable.hpp is that for the host.
//
// Each stage is a kernel of its own, named symbol + "_" + its number, launched in order. Its parameters:
//
//   data    an array of pointers by value: each input, each output and each temporary, in device memory
//   shape   an array of int64 by value: as executable.hpp says
//   status  a pointer to int64 pairs {row, value}, one for each stage of form `check`, in their order
//   items   int64: the items of the stage
//   teams   int32: the teams that share a row, where rows are swept along the lane axis
//
// Before the first stage every row of `status` is -1. A check lowers it, by a minimum without sign, to the first row
// that violates its requirement. Every other stage returns at once if a row is not -1; its first thread then stores the bits
// of the offending element, extended to 64, as the value: the elements may have changed when the host looks.
//
// A team is 64 / lanes neighbouring threads, which hold the 64 virtual lanes of a fold; lanes: stage_shape::lanes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradus {

/// Threads of a block, but for stages that combine partial results.
inline constexpr int gpu_block_threads = 256;
/// Threads of the one block that combines.
inline constexpr int gpu_combine_threads = 1024;
/// Threads that exchange values by shuffles.
inline constexpr int gpu_warp = 32;

struct gpu_code {
    std::string text;               ///< PTX; for the emulator an object of the host
    std::string symbol;             ///< the kernel of stage i is symbol + "_" + i
    std::vector<int> shared_bytes;  ///< of each stage
};

}  // namespace gradus
