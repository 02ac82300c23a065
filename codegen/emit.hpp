// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string_view>

#include "plan.hpp"
#include "target.hpp"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace gradus {

/// The plan as a module of one function, `name`, called as runtime/gradus/executable.hpp says.
std::unique_ptr<llvm::Module> emit(const plan& p, const target& machine, llvm::LLVMContext& context,
                                   std::string_view name);

}  // namespace gradus
