// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a module to an object. Each thread keeps one TargetMachine a target, as making one costs more than
// compiling a small kernel. Objects hold code and read-only data that refer only to each other, so that loading
// them is placing the sections and applying relocations between them: runtime/object.cpp.
#include "assemble.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <gradus/error.hpp>

#include "llvm_backend.hpp"

namespace gradus {
namespace {

void initialise_llvm() {
    static std::once_flag once;
    std::call_once(once, [] {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86AsmPrinter();
        LLVMInitializeAArch64TargetInfo();
        LLVMInitializeAArch64Target();
        LLVMInitializeAArch64TargetMC();
        LLVMInitializeAArch64AsmPrinter();
        LLVMInitializeNVPTXTargetInfo();
        LLVMInitializeNVPTXTarget();
        LLVMInitializeNVPTXTargetMC();
        LLVMInitializeNVPTXAsmPrinter();
    });
}

std::unique_ptr<llvm::TargetMachine> make_machine(const target& machine) {
    initialise_llvm();
    std::string problem;
    const llvm::Triple triple(machine.triple);
    const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple, problem);
    if (!found) throw internal_error(fmt::format("LLVM has no target {}: {}", machine.triple, problem));
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
    // Code for the emulator runs a few times in tests.
    const auto effort =
        machine.kind == target_kind::emulator ? llvm::CodeGenOptLevel::None : llvm::CodeGenOptLevel::Default;
    return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
        triple, machine.cpu, machine.features, options, llvm::Reloc::PIC_, std::nullopt, effort));
}

llvm::TargetMachine& machine_of(const target& machine) {
    thread_local std::map<std::string, std::unique_ptr<llvm::TargetMachine>> machines;
    auto& slot = machines[machine.name];
    if (!slot) slot = make_machine(machine);
    return *slot;
}

llvm::FunctionPassManager cleaning_passes() {
    llvm::FunctionPassManager passes;
    passes.addPass(llvm::PromotePass());
    passes.addPass(llvm::EarlyCSEPass());
    passes.addPass(llvm::InstSimplifyPass());
    passes.addPass(llvm::SimplifyCFGPass());
    passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
    passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
    passes.addPass(llvm::DCEPass());
    return passes;
}

/// Passes that LLVM runs by default and that take more time than they bring on x86: code without them is as fast or
/// faster (docs/design.md has the figures). Addresses are bases and one counter, which x86 takes as they are, and
/// vector code is long chains that the processor orders itself. Where no speed was measured all passes run.
std::vector<llvm::StringRef> passes_left_out(const llvm::TargetMachine& tm) {
    if (!tm.getTargetTriple().isX86() || tm.getOptLevel() == llvm::CodeGenOptLevel::None) return {};
    return {"loop-reduce", "canon-freeze", "machine-scheduler"};
}

/// LLVM's passes but for some.
class chosen_passes : public llvm::legacy::PassManagerBase {
public:
    explicit chosen_passes(std::vector<llvm::StringRef> left_out) : left_out_(std::move(left_out)) {}

    void add(llvm::Pass* pass) override {
        const llvm::PassInfo* const known = llvm::Pass::lookupPassInfo(pass->getPassID());
        if (known == nullptr || std::erase(left_out_, known->getPassArgument()) == 0) return chosen_.add(pass);
        delete pass;  // this owned it
    }
    void run(llvm::Module& module) {
        if (!left_out_.empty()) throw internal_error(fmt::format("LLVM has no pass {}", left_out_[0].str()));
        chosen_.run(module);
    }

private:
    std::vector<llvm::StringRef> left_out_;  ///< that have not come yet
    llvm::legacy::PassManager chosen_;
};

void emit_file(llvm::Module& module, const target& machine, llvm::CodeGenFileType type, llvm::raw_pwrite_stream& out) {
    llvm::TargetMachine& tm = machine_of(machine);
    chosen_passes passes(passes_left_out(tm));
    llvm::TargetLibraryInfoImpl library(tm.getTargetTriple());
    library.disableAllFunctions();
    passes.add(new llvm::TargetLibraryInfoWrapperPass(library));
    if (tm.addPassesToEmitFile(passes, out, nullptr, type)) throw internal_error("LLVM cannot emit this file type");
    passes.run(module);
}

void verify(const llvm::Module& module) {
    std::string problem;
    llvm::raw_string_ostream out(problem);
    if (llvm::verifyModule(module, &out)) throw internal_error("malformed IR: " + problem);
}

std::unique_ptr<llvm::object::ObjectFile> parse(llvm::StringRef bytes) {
    auto parsed = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "kernel"));
    if (!parsed) throw internal_error("unreadable object: " + llvm::toString(parsed.takeError()));
    return std::move(*parsed);
}

void refuse_external_symbols(llvm::StringRef bytes) {
    const auto object = parse(bytes);
    for (const llvm::object::SymbolRef& symbol : object->symbols()) {
        const auto flags = llvm::cantFail(symbol.getFlags());
        const auto name = llvm::cantFail(symbol.getName());
        if ((flags & llvm::object::SymbolRef::SF_Undefined) != 0 && !name.empty())
            throw internal_error(fmt::format("a kernel refers to the external symbol {}", name.str()));
    }
}

}  // namespace

void prepare(llvm::Module& module, const target& machine) {
    llvm::TargetMachine& tm = machine_of(machine);
    module.setTargetTriple(tm.getTargetTriple());
    module.setDataLayout(tm.createDataLayout());
    module.setPICLevel(llvm::PICLevel::SmallPIC);
}

void prepare(llvm::Function& function, const target& machine) {
    function.addFnAttr("target-cpu", machine.cpu);
    function.addFnAttr("target-features", machine.features);
    function.addFnAttr("prefer-vector-width", std::to_string(8 * machine.vector_bytes));
    function.addFnAttr("min-legal-vector-width", std::to_string(8 * machine.vector_bytes));
    function.addFnAttr("no-builtins");
    // A register that is kept on the stack lies in one cache line, wherever the caller's stack ends.
    const llvm::Align vector(static_cast<std::uint64_t>(machine.vector_bytes));
    function.addFnAttr(llvm::Attribute::getWithStackAlignment(function.getContext(), vector));
    function.addFnAttr("stackrealign");
    function.setDoesNotThrow();
    function.setDSOLocal(true);
}

void optimise(llvm::Module& module, const target& machine) {
    verify(module);
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager components;
    llvm::ModuleAnalysisManager modules;
    llvm::PassBuilder builder(&machine_of(machine));
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
    llvm::FunctionPassManager passes = cleaning_passes();
    for (llvm::Function& function : module)
        if (!function.isDeclaration()) passes.run(function, functions);
}

std::vector<char> object_code(llvm::Module& module, const target& machine) {
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream out(bytes);
    emit_file(module, machine, llvm::CodeGenFileType::ObjectFile, out);
    refuse_external_symbols({bytes.data(), bytes.size()});
    return {bytes.begin(), bytes.end()};
}

std::string assembly(llvm::Module& module, const target& machine) {
    llvm::SmallVector<char, 0> text;
    llvm::raw_svector_ostream out(text);
    emit_file(module, machine, llvm::CodeGenFileType::AssemblyFile, out);
    return {text.begin(), text.end()};
}

std::string ir_text(const llvm::Module& module) {
    std::string text;
    llvm::raw_string_ostream out(text);
    module.print(out, nullptr);
    return text;
}

}  // namespace gradus
