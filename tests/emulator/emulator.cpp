// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/emulator.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace gradus::testing {

void emulator::run(const std::string& name, emulated_kernel kernel, const emulated_grid& grid,
                   const kernel_parameters& parameters) {
    std::vector<std::int32_t> order(static_cast<std::size_t>(grid.blocks));
    std::iota(order.begin(), order.end(), 0);
    if (seed_ != 0) std::shuffle(order.begin(), order.end(), random_);
    for (const std::int32_t number : order)
        if (const auto wrong = block_.run(kernel, parameters, number, grid.blocks, grid.threads,
                                          static_cast<std::size_t>(grid.shared_bytes)))
            throw emulation_fault(name, *wrong);
}

}  // namespace gradus::testing
