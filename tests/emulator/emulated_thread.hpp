// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The agreement between kernels for the emulator and the emulator; gpu_code.hpp is what it shares with PTX.
//
// A kernel is called once for each thread of the grid. Global memory is the host's; the rest of a GPU is reached by the
// functions of `emulated_thread`. `site` numbers the place in the code, so that threads that meet at different places
// are told apart.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::testing {

/// One thread of a grid. The order of the fields is known to generated code.
struct emulated_thread {
    std::int32_t thread;  ///< in the block
    std::int32_t block;   ///< in the grid
    std::int32_t blocks;  ///< of the grid
    std::int32_t reserved;
    /// Waits for all threads of the block.
    void (*barrier)(emulated_thread*, std::int32_t site);
    /// The bits that the thread gives whose number in the warp is this one's xor `lane_mask`. All threads of the warp
    /// take part.
    std::uint64_t (*shuffle)(emulated_thread*, std::uint64_t bits, std::int32_t lane_mask, std::int32_t site);
    /// Shared memory of the block, in bytes.
    void (*load_shared)(emulated_thread*, std::int32_t offset, std::int32_t size, void* to, std::int32_t site);
    void (*store_shared)(emulated_thread*, std::int32_t offset, std::int32_t size, const void* from, std::int32_t site);
};
static_assert(offsetof(emulated_thread, block) == 4 && offsetof(emulated_thread, blocks) == 8);
static_assert(offsetof(emulated_thread, barrier) == 16 && offsetof(emulated_thread, shuffle) == 24);
static_assert(offsetof(emulated_thread, load_shared) == 32 && offsetof(emulated_thread, store_shared) == 40);

/// The parameters behind the first are those of every GPU kernel: see gpu_code.hpp.
using emulated_kernel = void (*)(emulated_thread*, const void* data, const std::int64_t* shape, std::int64_t* status,
                                 std::int64_t items, std::int32_t teams);

}  // namespace gradus::testing
