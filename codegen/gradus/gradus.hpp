// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything: expressions (gradus/dsl.hpp), tensors and kernels (gradus/runtime.hpp), jit, explain, kernels compiled
// ahead of time.
#pragma once

#include <gradus/ahead_of_time.hpp>
#include <gradus/dsl.hpp>
#include <gradus/jit.hpp>
#include <gradus/runtime.hpp>
