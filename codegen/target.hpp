// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The machines that code is generated for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// What runs the code: a processor of vectors, or many threads in blocks.
enum class target_kind : std::uint8_t { vector, nvptx, emulator };

struct target {
    std::string name;         ///< "avx512", "avx2" or "aarch64"; "sm_80", "sm_90" or "sm_100"; "emulator"
    std::string triple;       ///< LLVM's name of the architecture and object format
    std::string cpu;          ///< LLVM's name of the baseline processor
    std::string features;     ///< what it has beyond the baseline
    int vector_bytes;         ///< width of a vector register
    bool has_mask_registers;  ///< loads, stores and arithmetic take masks at no cost
    bool runs_here;           ///< this processor can run the code
    target_kind kind = target_kind::vector;
};

/// Every target, the preferred ones first.
const std::vector<target>& targets();

/// The target of that name, or null.
const target* find_target(std::string_view name);

/// The best target that runs here, or the one that the environment variable GRADUS_TARGET names.
/// Throws `gradus::error` if that name is unknown or its code cannot run here, or if no target runs
/// here (on x86-64: a processor without AVX2 and FMA).
const target& host_target();

}  // namespace gradus
