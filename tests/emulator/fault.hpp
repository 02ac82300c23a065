// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a kernel does wrong on the emulator.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace gradus::testing {

enum class fault_kind {
    divergent_barrier,  ///< threads of a block wait at different barriers, or some have ended
    divergent_shuffle,  ///< not all 32 threads of a warp join a shuffle, or at different sites
    lane_mask,          ///< a shuffle with a lane that a warp does not have
    outside_shared,     ///< an access to shared memory beyond its ends
    uninitialised,      ///< a load from shared memory of a byte that the block has not stored
    race                ///< two threads access a byte of shared memory, one stores, and nothing orders them
};

/// A thread, and the place of its code where it waits or accesses memory; -1: it has ended.
struct fault_place {
    std::int32_t thread = -1;
    std::int32_t site = -1;
    friend bool operator==(const fault_place&, const fault_place&) = default;
};

struct fault {
    fault_kind kind;
    fault_place at;
    fault_place other;  ///< divergence and races: the other thread
    std::string what;   ///< what happened, in words that follow the thread's
    std::int32_t block = 0;
};

/// "emulator: kernel k_0, block 2, thread 5, site 3: …"
class emulation_fault : public std::logic_error {
public:
    emulation_fault(const std::string& kernel, const fault& f);
    fault_kind kind() const { return fault_.kind; }
    fault_place at() const { return fault_.at; }
    fault_place other() const { return fault_.other; }
    std::int32_t block() const { return fault_.block; }

private:
    fault fault_;
};

}  // namespace gradus::testing
