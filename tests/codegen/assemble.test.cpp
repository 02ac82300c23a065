// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/error.hpp>

#include "array_function.hpp"
#include "support/catch.hpp"

using namespace gradus;

namespace {

bool is_elf(const std::vector<char>& bytes) {
    return bytes.size() > 64 && std::string(bytes.data(), 4) == std::string("\x7f") + "ELF";
}

/// i64 apply(i64 x) that returns callee(x), where `callee` is declared and not defined.
std::unique_ptr<llvm::Module> module_that_calls_out(llvm::LLVMContext& context, const target& machine) {
    auto module = std::make_unique<llvm::Module>("outside", context);
    prepare(*module, machine);
    llvm::IRBuilder<> ir(context);
    auto* type = llvm::FunctionType::get(ir.getInt64Ty(), {ir.getInt64Ty()}, false);
    auto* callee = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "callee", *module);
    auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "apply", *module);
    prepare(*function, machine);
    ir.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    ir.CreateRet(ir.CreateCall(callee, {function->getArg(0)}));
    return module;
}

std::string assembly_of(op code, bool wide, const char* name) {
    const target& machine = *find_target(name);
    llvm::LLVMContext context;
    const auto module = make_array_module(context, code, wide, machine);
    optimise(*module, machine);
    return assembly(*module, machine);
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::vector<op> pointwise() {
    std::vector<op> codes;
    for (std::size_t i = 0; i < op_count; ++i)
        if (about(static_cast<op>(i)).shape == form::pointwise && is_of_expressions(static_cast<op>(i))) codes.push_back(static_cast<op>(i));
    return codes;
}

}  // namespace

TEST_CASE("every pointwise primitive assembles for every target without external symbols") {
    for (const target& machine : targets()) {
        if (machine.kind == target_kind::nvptx) continue;  // text, not objects: tests/ptx
        for (op code : pointwise())
            for (bool wide : {false, true}) {
                INFO(about(code).name << (wide ? " of double for " : " of float for ") << machine.name);
                llvm::LLVMContext context;
                const auto module = make_array_module(context, code, wide, machine);
                optimise(*module, machine);
                CHECK(is_elf(object_code(*module, machine)));
            }
    }
}

TEST_CASE("code for AVX-512 uses 512-bit registers, for AVX2 256-bit ones, for AArch64 128-bit ones") {
    CHECK(contains(assembly_of(op::exp, false, "avx512"), "zmm"));
    CHECK_FALSE(contains(assembly_of(op::exp, false, "avx2"), "zmm"));
    CHECK(contains(assembly_of(op::exp, false, "avx2"), "ymm"));
    CHECK(contains(assembly_of(op::exp, false, "aarch64"), "fmla"));
}

TEST_CASE("registers that are kept on the stack do not cross cache lines") {
    CHECK(contains(assembly_of(op::exp, false, "avx512"), "andq\t$-64, %rsp"));
    CHECK(contains(assembly_of(op::exp, false, "avx2"), "andq\t$-32, %rsp"));
}

TEST_CASE("a product and a sum are not contracted") {
    const target& machine = *find_target("avx2");
    llvm::LLVMContext context;
    auto module = std::make_unique<llvm::Module>("sum", context);
    prepare(*module, machine);
    llvm::IRBuilder<> ir(context);
    llvm::Type* real = ir.getDoubleTy();
    auto* type = llvm::FunctionType::get(real, {real, real, real}, false);
    auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "apply", *module);
    prepare(*function, machine);
    ir.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    ir.CreateRet(ir.CreateFAdd(ir.CreateFMul(function->getArg(0), function->getArg(1)), function->getArg(2)));
    optimise(*module, machine);
    CHECK_FALSE(contains(assembly(*module, machine), "vfmadd"));
}

TEST_CASE("an object that refers to a symbol outside itself is an internal error that names it") {
    const target& machine = *find_target("avx2");
    llvm::LLVMContext context;
    const auto module = module_that_calls_out(context, machine);
    std::string message;
    try {
        object_code(*module, machine);
    } catch (const internal_error& e) {
        message = e.what();
    }
    CHECK(contains(message, "external symbol callee"));
}

TEST_CASE("malformed IR is an internal error and not a crash") {
    const target& machine = *find_target("avx2");
    llvm::LLVMContext context;
    llvm::Module module("open", context);
    prepare(module, machine);
    auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), false);
    auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "apply", module);
    llvm::BasicBlock::Create(context, "without_end", function);
    CHECK_THROWS_AS(optimise(module, machine), internal_error);
}

TEST_CASE("bytes that are no object, and a symbol that an object lacks, are internal errors") {
    void* entry = nullptr;
    CHECK_THROWS_AS(load(std::vector<char>(100, 'x'), "apply", &entry), internal_error);
    const target& machine = host_target();
    llvm::LLVMContext context;
    const auto module = make_array_module(context, op::neg, false, machine);
    const std::vector<char> object = object_code(*module, machine);
    CHECK_THROWS_AS(load(object, "another", &entry), internal_error);
}

TEST_CASE("optimised IR is text that holds the function") {
    llvm::LLVMContext context;
    const auto module = make_array_module(context, op::neg, false, host_target());
    CHECK(contains(ir_text(*module), "void @apply("));
}

TEST_CASE("a function outlives the module and the context that it was compiled from") {
    const auto negate = compile_array_function<double>(op::neg, host_target());
    CHECK(negate({1.5, -2.0}) == std::vector<double>{-1.5, 2.0});
}
