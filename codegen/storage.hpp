// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vectors of float16 and bfloat16, as they lie in memory (i16), from and to vectors of float or double.
#pragma once

#include <gradus/graph.hpp>

#include "llvm.hpp"

namespace gradus {

/// <N x i16> of a storage type as <N x float>, exactly.
llvm::Value* from_storage(llvm::IRBuilder<>& ir, llvm::Value* v, element type);

/// <N x float> or <N x double> as <N x i16> of a storage type: rounded once to nearest, ties to even; NaN quiet.
llvm::Value* to_storage(llvm::IRBuilder<>& ir, llvm::Value* v, element type);

}  // namespace gradus
