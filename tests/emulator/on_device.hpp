// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A call on a device, with tensors of the host.
#pragma once

#include <span>

#include <gradus/device.hpp>
#include <gradus/kernel.hpp>

namespace gradus::testing {

/// Copies every argument to the device, at the same distance from a multiple of 64 bytes and with what lies between its
/// elements, runs the kernel there, waits, and copies the outputs back. Arguments in the same memory stay in the same
/// memory. Throws gradus::error as kernel::run and device::synchronise do, and std::logic_error if the bytes before an
/// argument were written.
void run_on(device& place, kernel& code, std::span<const argument> inputs, std::span<const argument> outputs);

}  // namespace gradus::testing
