// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs kernels of a GPU on the host, block after block, and watches what they do with barriers, shuffles and shared
// memory: fault.hpp lists what it finds.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "emulator/block.hpp"

namespace gradus::testing {

/// How a kernel is launched.
struct emulated_grid {
    std::int32_t blocks = 1;
    std::int32_t threads = 256;  ///< of a block
    std::int32_t shared_bytes = 0;
};

class emulator {
public:
    /// The orders in which blocks, warps and threads run, another for each run, are functions of the seed; with 0 the
    /// lowest come first.
    explicit emulator(std::uint64_t seed = 0) : seed_(seed), random_(seed), block_(seed) {}

    /// Runs the grid. `name` is the kernel's in messages. Throws emulation_fault at the first thing that is wrong, in
    /// mid-kernel: objects with destructors on the stacks of the kernel's threads are lost then.
    void run(const std::string& name, emulated_kernel kernel, const emulated_grid& grid,
             const kernel_parameters& parameters);

private:
    std::uint64_t seed_;
    std::mt19937_64 random_;
    emulated_block block_;
};

}  // namespace gradus::testing
