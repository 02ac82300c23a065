// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The GPU of tests that need one.
#pragma once

#include <gradus/cuda.hpp>

#include "support/catch.hpp"

namespace gradus::testing {

/// The first CUDA device; null and a word about what is missing, which ctest takes for a test that is skipped.
inline device* gpu() {
    device& first = cuda_device();
    if (first.missing().empty()) return &first;
    WARN("no GPU: " << first.missing());
    SUCCEED();
    return nullptr;
}

}  // namespace gradus::testing
