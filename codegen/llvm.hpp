// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one header that includes LLVM, and the one place for differences between its versions.
// Files that only build IR include this; what turns IR into code is in llvm_backend.hpp.
#pragma once

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

static_assert(LLVM_VERSION_MAJOR == 22, "Gradus supports LLVM 22");
