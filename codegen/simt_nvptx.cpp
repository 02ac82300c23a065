// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NVIDIA: PTX by LLVM's NVPTX backend. Intrinsics are those of LLVM's NVPTX Usage; address space 1 is global memory,
// 3 shared memory.
#include <map>

#include <llvm/IR/IntrinsicsNVPTX.h>

#include "simt_machine.hpp"

namespace gradus {
namespace {

constexpr unsigned global_space = 1, shared_space = 3;

class nvptx final : public simt_machine {
public:
    using simt_machine::simt_machine;

    llvm::Function* declare(llvm::Module& module, const std::string& name, const simt_size& size) override {
        llvm::Type* const pointer = ir_.getPtrTy();
        auto* const data = llvm::ArrayType::get(pointer, size.pointers);
        auto* const shape = llvm::ArrayType::get(ir_.getInt64Ty(), size.numbers);
        auto* const type = llvm::FunctionType::get(
            ir_.getVoidTy(), {pointer, pointer, pointer, ir_.getInt64Ty(), ir_.getInt32Ty()}, false);
        kernel_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module);
        kernel_->setCallingConv(llvm::CallingConv::PTX_Kernel);
        kernel_->addFnAttr("nvvm.maxntid", std::to_string(size.threads));
        kernel_->addFnAttr("nvvm.minctasm", std::to_string(size.blocks));
        by_value(0, data);
        by_value(1, shape);
        shared_ = new llvm::GlobalVariable(module, llvm::ArrayType::get(ir_.getInt8Ty(), 0), false,
                                           llvm::GlobalValue::InternalLinkage, nullptr, name + "_shared", nullptr,
                                           llvm::GlobalValue::NotThreadLocal, shared_space);
        return kernel_;
    }
    simt_parameters parameters() override {
        return {kernel_->getArg(0), kernel_->getArg(1), global(kernel_->getArg(2)), kernel_->getArg(3),
                kernel_->getArg(4)};
    }

    llvm::Value* thread() override { return special(llvm::Intrinsic::nvvm_read_ptx_sreg_tid_x); }
    llvm::Value* block() override { return special(llvm::Intrinsic::nvvm_read_ptx_sreg_ctaid_x); }
    llvm::Value* blocks() override { return special(llvm::Intrinsic::nvvm_read_ptx_sreg_nctaid_x); }

    void barrier() override {
        ir_.CreateIntrinsic(llvm::Intrinsic::nvvm_barrier_cta_sync_aligned_all, {}, {ir_.getInt32(0)});
    }
    llvm::Value* shuffled(llvm::Value* v, int mask) override {
        if (v->getType()->isFloatTy())
            return ir_.CreateBitCast(word_shuffled(ir_.CreateBitCast(v, ir_.getInt32Ty()), mask), v->getType());
        llvm::Value* const bits = ir_.CreateBitCast(v, ir_.getInt64Ty());
        llvm::Value* const low = word_shuffled(ir_.CreateTrunc(bits, ir_.getInt32Ty()), mask);
        llvm::Value* const high = word_shuffled(ir_.CreateTrunc(ir_.CreateLShr(bits, 32), ir_.getInt32Ty()), mask);
        llvm::Value* const upper = ir_.CreateShl(ir_.CreateZExt(high, ir_.getInt64Ty()), 32);
        return ir_.CreateBitCast(ir_.CreateOr(upper, ir_.CreateZExt(low, ir_.getInt64Ty())), v->getType());
    }

    llvm::Value* load_shared(llvm::Type* type, llvm::Value* offset) override {
        return ir_.CreateLoad(type, ir_.CreateGEP(ir_.getInt8Ty(), shared_, offset));
    }
    void store_shared(llvm::Value* v, llvm::Value* offset) override {
        ir_.CreateStore(v, ir_.CreateGEP(ir_.getInt8Ty(), shared_, offset));
    }
    void reserve_shared(int bytes) override {
        if (bytes > 0) {
            auto* const type = llvm::ArrayType::get(ir_.getInt8Ty(), static_cast<std::uint64_t>(bytes));
            auto* const memory = new llvm::GlobalVariable(
                *kernel_->getParent(), type, false, llvm::GlobalValue::InternalLinkage, llvm::PoisonValue::get(type),
                shared_->getName(), nullptr, llvm::GlobalValue::NotThreadLocal, shared_space);
            memory->setAlignment(llvm::Align(16));
            memory->takeName(shared_);
            shared_->replaceAllUsesWith(memory);
        }
        shared_->eraseFromParent();
        shared_ = nullptr;
    }

    /// A copy in shared memory, where lanes that read different entries do not wait for each other.
    llvm::Value* table_place(llvm::GlobalVariable& table) override {
        auto& copy = tables_[&table];
        if (copy == nullptr)
            copy = new llvm::GlobalVariable(
                *kernel_->getParent(), table.getValueType(), false, llvm::GlobalValue::InternalLinkage,
                llvm::PoisonValue::get(table.getValueType()), kernel_->getName() + "_" + table.getName(), nullptr,
                llvm::GlobalValue::NotThreadLocal, shared_space);
        return copy;
    }
    void make_tables(unsigned threads) override {
        if (tables_.empty()) return;
        llvm::Value* const mine = thread();
        for (const auto& [table, copy] : tables_) {
            const auto size =
                static_cast<std::uint32_t>(llvm::cast<llvm::ArrayType>(table->getValueType())->getNumElements());
            for (std::uint32_t first = 0; first < size; first += threads) {
                // Threads behind the end copy the last entry once more.
                llvm::Value* const i = ir_.CreateBinaryIntrinsic(
                    llvm::Intrinsic::umin, ir_.CreateAdd(mine, ir_.getInt32(first)), ir_.getInt32(size - 1));
                llvm::Value* const entry = ir_.CreateLoad(ir_.getFloatTy(), ir_.CreateGEP(ir_.getFloatTy(), table, i));
                ir_.CreateStore(entry, ir_.CreateGEP(ir_.getFloatTy(), copy, i));
            }
        }
        barrier();
        tables_.clear();
    }

    llvm::Value* global(llvm::Value* pointer) override {
        return ir_.CreateAddrSpaceCast(pointer, ir_.getPtrTy(global_space));
    }

private:
    void by_value(unsigned argument, llvm::Type* type) {
        kernel_->addParamAttr(argument, llvm::Attribute::getWithByValType(ir_.getContext(), type));
        kernel_->addParamAttr(argument, llvm::Attribute::getWithAlignment(ir_.getContext(), llvm::Align(8)));
        kernel_->addParamAttr(argument, llvm::Attribute::ReadOnly);
    }
    llvm::Value* special(llvm::Intrinsic::ID id) {
        return ir_.CreateIntrinsic(id, llvm::ArrayRef<llvm::Type*>(), llvm::ArrayRef<llvm::Value*>());
    }
    llvm::Value* word_shuffled(llvm::Value* word, int mask) {
        constexpr int last_of_warp = 31;
        return ir_.CreateIntrinsic(
            llvm::Intrinsic::nvvm_shfl_sync_bfly_i32, {},
            {ir_.getInt32(~0u), word, ir_.getInt32(static_cast<std::uint32_t>(mask)), ir_.getInt32(last_of_warp)});
    }

    llvm::Function* kernel_ = nullptr;
    llvm::GlobalVariable* shared_ = nullptr;
    std::map<llvm::GlobalVariable*, llvm::GlobalVariable*> tables_;  ///< and the kernel's copy
};

}  // namespace

std::unique_ptr<simt_machine> make_nvptx(llvm::IRBuilder<>& ir) { return std::make_unique<nvptx>(ir); }

}  // namespace gradus
