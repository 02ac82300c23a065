// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// float16 and bfloat16 are converted without a library function on every target: object_code refuses an object that
// refers to anything outside itself.
#include "storage.hpp"

#include "assemble.hpp"
#include "support/catch.hpp"

using namespace gradus;

namespace {

/// void apply(const i16* a, T* b, i16* c): one vector of a to T and b, one vector of b to c.
std::vector<char> conversions(element type, bool from_double, const target& machine) {
    llvm::LLVMContext context;
    llvm::Module module("conversions", context);
    prepare(module, machine);
    llvm::IRBuilder<> ir(context);
    const auto lanes = static_cast<unsigned>(machine.vector_bytes / 4);
    llvm::Type* const pointer = ir.getPtrTy();
    auto* const signature = llvm::FunctionType::get(ir.getVoidTy(), {pointer, pointer, pointer}, false);
    auto* const function = llvm::Function::Create(signature, llvm::Function::ExternalLinkage, "apply", module);
    prepare(*function, machine);
    ir.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    llvm::Type* const reals = llvm::FixedVectorType::get(from_double ? ir.getDoubleTy() : ir.getFloatTy(), lanes);
    llvm::Value* const numbers =
        ir.CreateAlignedLoad(llvm::FixedVectorType::get(ir.getInt16Ty(), lanes), function->getArg(0), llvm::Align(2));
    llvm::Value* const b = ir.CreateAlignedLoad(reals, function->getArg(1), llvm::Align(4));
    ir.CreateAlignedStore(from_storage(ir, numbers, type), function->getArg(1), llvm::Align(4));
    ir.CreateAlignedStore(to_storage(ir, b, type), function->getArg(2), llvm::Align(2));
    ir.CreateRetVoid();
    optimise(module, machine);
    return object_code(module, machine);
}

}  // namespace

TEST_CASE("storage types are converted by the code itself on every target") {
    for (const target& machine : targets()) {
        if (machine.kind == target_kind::nvptx) continue;  // text, not objects: tests/ptx
        for (const element type : {element::float16, element::bfloat16})
            for (const bool from_double : {false, true}) {
                INFO(machine.name << ", " << std::string(name_of(type)) << (from_double ? ", double" : ", float"));
                CHECK(!conversions(type, from_double, machine).empty());
            }
    }
}
