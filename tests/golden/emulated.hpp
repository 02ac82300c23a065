// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of the mappings as a GPU runs them, on the emulator, in place of the host's.
#pragma once

#include <cstdint>

#include <gradus/kernel.hpp>

namespace gradus::golden {

/// From now on redirect() does something.
void start_emulation();

/// Has each call of a kernel computed on the emulator, if that was asked for. Before the kernel's first call; again is
/// nothing.
void redirect(kernel& code);

/// The stages that have run on the emulator.
std::uint64_t emulated_launches();

}  // namespace gradus::golden
