// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The emulator: code of the host for one thread at a time. What threads share goes through functions that each thread
// is given a table of, so that the emulator sees it:
//
//     int32 thread, block, blocks, unused
//     void barrier(table*, int32 site)
//     uint64 shuffle(table*, uint64 bits, int32 mask, int32 site)
//     void load_shared(table*, int32 offset, int32 size, void* to, int32 site)
//     void store_shared(table*, int32 offset, int32 size, const void* from, int32 site)
//
// The table is a kernel's first argument, before those of gradus/gpu_code.hpp, where arrays are pointers. `site`
// numbers the places in the code.
#include "assemble.hpp"
#include "simt_machine.hpp"

namespace gradus {
namespace {

class emulator final : public simt_machine {
public:
    emulator(llvm::IRBuilder<>& ir, const target& machine) : simt_machine(ir), machine_(machine) {}

    llvm::Function* declare(llvm::Module& module, const std::string& name, const simt_size&) override {
        llvm::Type* const pointer = ir_.getPtrTy();
        auto* const type = llvm::FunctionType::get(
            ir_.getVoidTy(), {pointer, pointer, pointer, pointer, ir_.getInt64Ty(), ir_.getInt32Ty()}, false);
        kernel_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module);
        prepare(*kernel_, machine_);
        return kernel_;
    }
    simt_parameters parameters() override {
        return {kernel_->getArg(1), kernel_->getArg(2), kernel_->getArg(3), kernel_->getArg(4), kernel_->getArg(5)};
    }

    llvm::Value* thread() override { return field(ir_.getInt32Ty(), 0); }
    llvm::Value* block() override { return field(ir_.getInt32Ty(), 4); }
    llvm::Value* blocks() override { return field(ir_.getInt32Ty(), 8); }

    void barrier() override { call(16, ir_.getVoidTy(), {next_site()}); }
    llvm::Value* shuffled(llvm::Value* v, int mask) override {
        llvm::Type* const word = ir_.getIntNTy(v->getType()->getScalarSizeInBits());
        llvm::Value* const bits = ir_.CreateZExt(ir_.CreateBitCast(v, word), ir_.getInt64Ty());
        llvm::Value* const other =
            call(24, ir_.getInt64Ty(), {bits, ir_.getInt32(static_cast<std::uint32_t>(mask)), next_site()});
        return ir_.CreateBitCast(ir_.CreateTrunc(other, word), v->getType());
    }

    llvm::Value* load_shared(llvm::Type* type, llvm::Value* offset) override {
        llvm::Value* const place = local(type);
        call(32, ir_.getVoidTy(), {offset, size_of(type), place, next_site()});
        return ir_.CreateLoad(type, place);
    }
    void store_shared(llvm::Value* v, llvm::Value* offset) override {
        llvm::Value* const place = local(v->getType());
        ir_.CreateStore(v, place);
        call(40, ir_.getVoidTy(), {offset, size_of(v->getType()), place, next_site()});
    }
    void reserve_shared(int) override {}

    llvm::Value* table_place(llvm::GlobalVariable& table) override { return &table; }
    void make_tables(unsigned) override {}

    llvm::Value* global(llvm::Value* pointer) override { return pointer; }

private:
    llvm::Value* place(std::uint64_t offset) {
        return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), kernel_->getArg(0), offset);
    }
    llvm::Value* field(llvm::Type* type, std::uint64_t offset) { return ir_.CreateLoad(type, place(offset)); }
    llvm::Value* next_site() { return ir_.getInt32(++site_); }
    llvm::Value* size_of(llvm::Type* type) { return ir_.getInt32(type->getScalarSizeInBits() / 8); }
    llvm::Value* local(llvm::Type* type) {
        const llvm::IRBuilderBase::InsertPointGuard guard(ir_);
        llvm::BasicBlock& entry = kernel_->getEntryBlock();
        ir_.SetInsertPoint(&entry, entry.begin());
        return ir_.CreateAlloca(type);
    }
    llvm::Value* call(std::uint64_t offset, llvm::Type* result, std::vector<llvm::Value*> arguments) {
        arguments.insert(arguments.begin(), kernel_->getArg(0));
        std::vector<llvm::Type*> types;
        for (const llvm::Value* a : arguments) types.push_back(a->getType());
        return ir_.CreateCall(llvm::FunctionType::get(result, types, false), field(ir_.getPtrTy(), offset), arguments);
    }

    const target& machine_;
    llvm::Function* kernel_ = nullptr;
    std::uint32_t site_ = 0;
};

}  // namespace

std::unique_ptr<simt_machine> make_emulator(llvm::IRBuilder<>& ir, const target& machine) {
    return std::make_unique<emulator>(ir, machine);
}

}  // namespace gradus
