// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shared memory of a block, which knows who touched each byte last.
//
// Two accesses are ordered if one thread makes both, if a barrier of the block lies between them, or if threads of one
// warp make them and a shuffle of that warp lies between them. The number of barriers that a block has passed is its
// phase, that of shuffles a warp's step; each access notes the two. All threads run to the next barrier, and those of a
// warp to the next shuffle, before one goes on: numbers never fall, so that whether a block is at fault depends on no
// order. Which fault is met first may.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/fault.hpp"

namespace gradus::testing {

/// The threads that exchange values by shuffles.
inline constexpr int warp_size = 32;

/// Who accesses memory, and when.
struct shared_access {
    fault_place at;
    int phase = 0;
    int step = 0;
};

class shared_memory {
public:
    /// For a new block: `size` bytes that hold nothing.
    void reset(std::size_t size);

    /// Copies, and says what is wrong with the access.
    std::optional<fault> load(const shared_access& a, std::int32_t offset, std::int32_t size, void* to);
    std::optional<fault> store(const shared_access& a, std::int32_t offset, std::int32_t size, const void* from);

private:
    struct history {
        std::optional<shared_access> store;  ///< the last one; those before it are ordered before it
        std::vector<shared_access> loads;  ///< of this phase: of each warp those of the last step, at most two threads
    };
    std::optional<fault> outside(const shared_access& a, std::int32_t offset, std::int32_t size,
                                 const char* verb) const;
    static void note_load(history& of, const shared_access& a);

    std::vector<std::byte> bytes_;
    std::vector<history> histories_;  ///< by byte
};

}  // namespace gradus::testing
