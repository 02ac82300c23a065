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

/// The plan as GPUs run it.
plan simt_plan(plan p);
/// Such a plan as a module of one kernel a stage; see gradus/gpu_code.hpp. `code` gives the name, and gets the bytes of
/// shared memory. `source`: the graph that the plan was made of.
std::unique_ptr<llvm::Module> emit_simt(const plan& p, graph_view source, const target& machine,
                                        llvm::LLVMContext& context, gpu_code& code);

}  // namespace gradus
