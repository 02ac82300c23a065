// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of the mappings on a device, in place of the host's.
#pragma once

#include <cstdint>

#include <gradus/device.hpp>
#include <gradus/kernel.hpp>

namespace gradus::golden {

/// From now on redirect() does something.
void compute_on(device& place);

/// Has each call of a kernel computed on the device, if there is one. Before the kernel's first call; again is nothing.
void redirect(kernel& code);

/// The calls that the device has computed.
std::uint64_t calls_elsewhere();

}  // namespace gradus::golden
