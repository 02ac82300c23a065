// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A compiled function that applies one primitive, or activation, to arrays, one vector a step: the smallest module
// that takes a core through optimise, object_code and load.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "assemble.hpp"
#include "math.hpp"
#include "object.hpp"

namespace gradus {

/// Elements of one step, for every target: a multiple of all vector lengths.
inline constexpr int step = 16;

/// Whether the k-th operand is a boolean.
inline bool takes_boolean(op code, int k) {
    const bool logical = code == op::logical_not || code == op::logical_and || code == op::logical_or;
    return logical || (code == op::where && k == 0);
}

/// void apply(const T* a, const T* b, T* result, i64 count), count a positive multiple of `step`.
/// The operands are a, b and a again, as many as `loads` has rows, each of which tells whether it is a boolean.
/// Booleans go in as not 0 and come out as 1 and 0.
template <class Emit>
std::unique_ptr<llvm::Module> make_array_module(llvm::LLVMContext& context, const std::vector<bool>& loads, Emit emit,
                                                bool wide, const target& machine, digits wanted) {
    auto module = std::make_unique<llvm::Module>("array", context);
    prepare(*module, machine);
    llvm::IRBuilder<> ir(context);
    llvm::Type* element = wide ? ir.getDoubleTy() : ir.getFloatTy();
    llvm::Type* vector = llvm::FixedVectorType::get(element, static_cast<unsigned>(step));
    llvm::Type* pointer = ir.getPtrTy();
    auto* type = llvm::FunctionType::get(ir.getVoidTy(), {pointer, pointer, pointer, ir.getInt64Ty()}, false);
    auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "apply", *module);
    prepare(*function, machine);

    auto* entry = llvm::BasicBlock::Create(context, "entry", function);
    auto* loop = llvm::BasicBlock::Create(context, "loop", function);
    auto* done = llvm::BasicBlock::Create(context, "done", function);
    ir.SetInsertPoint(entry);
    ir.CreateBr(loop);
    ir.SetInsertPoint(loop);
    auto* i = ir.CreatePHI(ir.getInt64Ty(), 2, "i");
    i->addIncoming(ir.getInt64(0), entry);
    const auto at = [&](unsigned argument) { return ir.CreateGEP(element, function->getArg(argument), i); };
    const llvm::Align alignment(wide ? 8 : 4);
    const auto operand = [&](int k) -> llvm::Value* {
        llvm::Value* number = ir.CreateAlignedLoad(vector, at(k == 1 ? 1U : 0U), alignment);
        return loads[static_cast<std::size_t>(k)] ? ir.CreateFCmpUNE(number, llvm::ConstantFP::get(vector, 0)) : number;
    };
    std::vector<llvm::Value*> operands;
    for (int k = 0; k < static_cast<int>(loads.size()); ++k) operands.push_back(operand(k));
    math_context m{ir, machine, wanted};
    llvm::Value* result = emit(m, operands);
    if (result->getType() != vector) result = ir.CreateUIToFP(result, vector);
    ir.CreateAlignedStore(result, at(2), alignment);
    llvm::Value* next = ir.CreateAdd(i, ir.getInt64(step));
    i->addIncoming(next, ir.GetInsertBlock());
    ir.CreateCondBr(ir.CreateICmpSLT(next, function->getArg(3)), loop, done);
    ir.SetInsertPoint(done);
    ir.CreateRetVoid();
    return module;
}
inline std::unique_ptr<llvm::Module> make_array_module(llvm::LLVMContext& context, op code, bool wide,
                                                       const target& machine, digits wanted = digits::all) {
    std::vector<bool> loads;
    for (int k = 0; k < about(code).arity; ++k) loads.push_back(takes_boolean(code, k));
    return make_array_module(context, loads, emitter_of(code), wide, machine, wanted);
}
inline std::unique_ptr<llvm::Module> make_array_module(llvm::LLVMContext& context, activation which, bool wide,
                                                       const target& machine, digits wanted = digits::all) {
    const auto emit = [=](math_context& m, const std::vector<llvm::Value*>& in) {
        return emit_activation(m, which, in[0]);
    };
    return make_array_module(context, {false}, emit, wide, machine, wanted);
}

template <class T>
struct array_function {
    std::shared_ptr<void> code;
    void (*apply)(const T* a, const T* b, T* result, std::int64_t count) = nullptr;

    std::vector<T> operator()(std::vector<T> a, std::vector<T> b = {}) const {
        const std::size_t size = a.size();
        a.resize((size + step - 1) / step * step);
        b.resize(a.size());
        std::vector<T> result(a.size());
        apply(a.data(), b.data(), result.data(), static_cast<std::int64_t>(a.size()));
        result.resize(size);
        return result;
    }
};

/// Of an op or an activation.
template <class T, class Code>
array_function<T> compile_array_function(Code code, const target& machine, digits wanted = digits::all) {
    llvm::LLVMContext context;
    const auto module = make_array_module(context, code, sizeof(T) == 8, machine, wanted);
    optimise(*module, machine);
    void* entry = nullptr;
    array_function<T> function;
    function.code = load(object_code(*module, machine), "apply", &entry);
    function.apply = reinterpret_cast<decltype(function.apply)>(entry);
    return function;
}

}  // namespace gradus
