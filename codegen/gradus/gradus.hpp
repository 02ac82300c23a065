// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything: expressions (gradus/dsl.hpp), tensors and kernels (gradus/runtime.hpp), jit and explain.
#pragma once

#include <gradus/dsl.hpp>
#include <gradus/jit.hpp>
#include <gradus/runtime.hpp>
