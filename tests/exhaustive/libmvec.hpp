// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// glibc's vector functions, by their symbols: 16 floats a step with AVX-512 where the processor has it, else 8 with
// AVX2. A peer to compare with, which other systems lack.
#pragma once

#include <functional>
#include <span>

namespace gradus::exhaustive {

using vector_function = std::function<void(std::span<const float> x, float* result)>;

/// The vector form of a function of the C library, such as "expf"; empty if there is none, or `scalar_name` is null.
vector_function libmvec_function(const char* scalar_name);

}  // namespace gradus::exhaustive
