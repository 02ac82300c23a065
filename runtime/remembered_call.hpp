// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The last call of a kernel on this thread. What check() and classification find depends on ranks,
// element types, extents and strides, and on addresses. A call that equals an accepted one in all but
// addresses needs only those checked: no null pointers, no overlaps. It then takes the other's schedule. Only calls on
// the host's memory are remembered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <gradus/graph.hpp>
#include <gradus/tensor.hpp>

#include "launch.hpp"

namespace gradus {

/// Constant to initialise and nothing to destroy, so that a thread's objects cost nothing to reach.
class remembered_call {
public:
    /// Whether a call of the kernel with this number equals the remembered one and passes all checks.
    bool fits(std::uint64_t kernel, std::span<const argument> inputs, std::span<const argument> outputs) const;

    /// Remembers a call that has passed all checks, of which no input needs a copy; `variant` is what the
    /// kernel will ask for. A call too large for the room here makes it forget.
    void remember(std::uint64_t kernel, const void* variant, const launch& l);

    const void* variant() const { return variant_; }
    const std::int64_t* schedule() const { return schedule_.data(); }

private:
    std::uint64_t kernel_ = 0;  ///< 0: none
    const void* variant_ = nullptr;
    std::size_t inputs_ = 0;   ///< their number
    std::size_t outputs_ = 0;  ///< their number
    std::array<std::int64_t, 96> schedule_{};
    /// For each tensor: rank and type, the bytes it covers relative to its data, extents, strides. Then
    /// for each output the inputs, as bits, whose very memory it may be.
    std::array<std::int64_t, 160> facts_{};
};

}  // namespace gradus
