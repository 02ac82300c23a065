// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What differs between the machines that run many threads in blocks: the GPUs, and the emulator that tests them.
// emit_simt.cpp emits the same code for all of them. simt_nvptx.cpp and simt_emulator.cpp have the same functions in
// the same order.
#pragma once

#include <memory>
#include <string>

#include "llvm.hpp"
#include "target.hpp"

namespace gradus {

/// What a kernel is given; see gradus/gpu_code.hpp.
struct simt_parameters {
    llvm::Value* data = nullptr;
    llvm::Value* shape = nullptr;
    llvm::Value* status = nullptr;
    llvm::Value* items = nullptr;
    llvm::Value* teams = nullptr;  ///< i32
};

/// How large a kernel's arguments and blocks are.
struct simt_size {
    unsigned pointers = 0;  ///< of `data`
    unsigned numbers = 0;   ///< of `shape`
    unsigned threads = 0;   ///< of a block
    unsigned blocks = 1;    ///< that a multiprocessor should hold at a time, within its registers
};

class simt_machine {
public:
    explicit simt_machine(llvm::IRBuilder<>& ir) : ir_(ir) {}
    virtual ~simt_machine() = default;
    simt_machine(const simt_machine&) = delete;
    simt_machine& operator=(const simt_machine&) = delete;

    /// A kernel without code; what follows refers to it.
    virtual llvm::Function* declare(llvm::Module& module, const std::string& name, const simt_size& size) = 0;
    virtual simt_parameters parameters() = 0;

    // The place of a thread, i32.
    virtual llvm::Value* thread() = 0;  ///< in its block
    virtual llvm::Value* block() = 0;   ///< in the grid
    virtual llvm::Value* blocks() = 0;  ///< of the grid

    /// All threads of the block meet; what they wrote before is seen after.
    virtual void barrier() = 0;
    /// The float or double of the thread whose number in the warp differs by the bits of `mask`. All threads take part.
    virtual llvm::Value* shuffled(llvm::Value* v, int mask) = 0;

    // Memory of the block, by offsets in bytes, i32.
    virtual llvm::Value* load_shared(llvm::Type* type, llvm::Value* offset) = 0;
    virtual void store_shared(llvm::Value* v, llvm::Value* offset) = 0;
    /// The kernel uses so many bytes of it. Said once, after its code.
    virtual void reserve_shared(int bytes) = 0;

    /// Where a table of constants is read at places that differ from thread to thread.
    virtual llvm::Value* table_place(llvm::GlobalVariable& table) = 0;
    /// Code for the start of a kernel of so many threads, after the rest of it: makes the tables that it reads.
    virtual void make_tables(unsigned threads) = 0;

    /// A pointer to what every thread of the grid sees, as loads and stores want it.
    virtual llvm::Value* global(llvm::Value* pointer) = 0;

protected:
    llvm::IRBuilder<>& ir_;
};

std::unique_ptr<simt_machine> make_nvptx(llvm::IRBuilder<>& ir);
std::unique_ptr<simt_machine> make_emulator(llvm::IRBuilder<>& ir, const target& machine);

}  // namespace gradus
