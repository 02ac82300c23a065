// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a module to bytes. What makes a function of them is runtime/object.hpp.
#pragma once

#include <string>
#include <vector>

#include "target.hpp"

namespace llvm {
class Function;
class Module;
}  // namespace llvm

namespace gradus {

/// Sets the module's triple and data layout. Call it before building the IR.
void prepare(llvm::Module& module, const target& machine);

/// Sets the attributes that every kernel function has: the target's features, nothing unwinds, no
/// calls to library functions. Call it once for each function with a body.
void prepare(llvm::Function& function, const target& machine);

/// Cleans the IR: common subexpressions, loop invariants, dead code. Never vectorises, never
/// reassociates or contracts floating point.
void optimise(llvm::Module& module, const target& machine);

/// The module as a relocatable object. Throws `internal_error` if it refers to anything outside itself.
/// Like `assembly`, it may change the module.
std::vector<char> object_code(llvm::Module& module, const target& machine);

/// The module as assembly text.
std::string assembly(llvm::Module& module, const target& machine);

/// The module as text.
std::string ir_text(const llvm::Module& module);

}  // namespace gradus
