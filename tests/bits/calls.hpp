// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of the tested kernels: data for every input by its name, a call under circumstances that no result may depend
// on, and the comparison of results bit by bit.
//
// Any NaN is the same as any other: IEEE 754 leaves open which operand's payload and sign a NaN inherits, and
// processors differ. The sign of a zero counts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <oneapi/tbb/task_arena.h>
#include <gradus/device.hpp>
#include <gradus/kernel.hpp>

#include "bits/kernels.hpp"
#include "bits/place.hpp"
#include "target.hpp"

namespace gradus::testing {

/// The lengths of the axes that the tested kernels have.
struct axis_lengths {
    std::int64_t i = 0, batch = 0, classes = 0, slots = 4;
};

/// What the numbers are: ordinary ones, or for the tensor x also infinities, NaN, zeros of both signs, subnormal and
/// huge numbers, and numbers made of random bits.
enum class content { ordinary, special };

/// One tensor for each input of the graph: label, list: labels · p, q: probabilities · sign, side: 1 or -1 ·
/// t, var: not negative · others: of either sign.
element_lists inputs_of(graph_view g, const axis_lengths& lengths, content what = content::ordinary);

/// What a result may not depend on.
struct circumstance {
    int threads = 1;         ///< in the arena of the call, at most 7
    std::size_t offset = 0;  ///< the first element of a tensor lies so many elements behind a multiple of 64 bytes
    bool in_place = false;   ///< each output lies in the memory of an input with the same axes, if there is one
    arrangement how = arrangement::row_major;
    device* on = nullptr;    ///< null: the host
};

/// The outputs, row-major. Throws std::logic_error if an element outside of an output was written.
element_lists results(kernel& code, const element_lists& inputs, const circumstance& c);

/// The arena in which calls run with that many threads, even if the machine has fewer processors.
oneapi::tbb::task_arena& arena_of(int threads);

/// The kernel for a target that runs here, or for the emulator's: one for all tests. `tested` is one of tested_kernels().
kernel& kernel_on(const target& machine, const tested_kernel& tested);

/// The first elements that differ, in words; empty if there are none.
std::string difference(const element_lists& a, const element_lists& b);

/// The targets that run here.
std::vector<const target*> targets_here();

}  // namespace gradus::testing
