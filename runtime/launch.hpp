// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a compiled program on checked arguments, stage by stage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <gradus/device.hpp>
#include <gradus/executable.hpp>
#include <gradus/tensor.hpp>

#include "call_class.hpp"
#include "violation.hpp"

namespace gradus {

/// What a launch needs to know of a call besides the addresses of its arguments is one array of numbers,
/// its schedule: it is the same for all calls with equal extents and strides. In order: the `shape` of
/// executable.hpp; for each stage its items, and its work_to_share(); for each temporary its offset in the launch's
/// memory; the bytes of all temporaries.
/// Here stands where these parts begin.
struct schedule_parts {
    std::size_t stages;
    std::size_t temporaries;
    std::size_t size;  ///< of the whole

    schedule_parts(std::size_t tensors, std::size_t loops, const executable& code)
        : stages(loops * (tensors + 1)),
          temporaries(stages + 2 * code.stages.size()),
          size(temporaries + code.temporaries.size() + 1) {}
};

/// Fills the schedule of a call, of `parts.size` numbers.
void make_schedule(const call_geometry& geometry, const executable& code, const schedule_parts& parts,
                   std::int64_t* schedule);

/// The inputs, each as a bit, in whose memory lies an output that the code may not compute in place.
/// check() has left only overlaps of the same elements, so that equal addresses tell them.
std::uint64_t inputs_to_copy(graph_view g, const executable& code, std::span<const argument> inputs,
                             std::span<const argument> outputs);

/// Code on the device that it was loaded for.
struct device_code {
    device* place = nullptr;
    std::shared_ptr<loaded_gpu_code> loaded;
    std::shared_ptr<const checked_code> checks;  ///< null if the code has none
};

/// One launch; `code` was compiled for `arrangement`, the layout of the call that `schedule` was made for.
struct launch {
    graph_view g;
    const layout& arrangement;
    const executable& code;
    const schedule_parts& parts;
    const std::int64_t* schedule;
    std::span<const argument> inputs;
    std::span<const argument> outputs;
    std::uint64_t to_copy;             ///< inputs_to_copy()
    const device_code* on = nullptr;   ///< null for code of the host
    const bound_call* call = nullptr;  ///< of the arguments; read for code on a device
};

/// Throws gradus::error if the data violate a requirement, before any output is written; on a device when it is waited
/// for (see device.hpp).
void run(const launch& l);

/// run() on a device: queues all stages.
void run_on_device(const launch& l);

}  // namespace gradus
