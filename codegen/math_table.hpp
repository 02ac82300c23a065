// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tables of 16 floats, of which each lane reads its own entry.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "math_number.hpp"

namespace gradus::vector_math {

using table_of_16 = std::array<float, 16>;

/// The floats nearest to the entries, and the floats nearest to what these lack.
table_of_16 upper_words(std::span<const double, 16> entries);
table_of_16 lower_words(std::span<const double, 16> entries);

/// For each lane the entries of some tables that the lowest four bits of a lane of `index` tell. From registers, or
/// else from memory: on a GPU from that of the block of threads, where the copy is made before (simt_nvptx.cpp). There
/// the tables stand under `name`.
class table_entries {
public:
    table_entries(const std::string& name, std::vector<table_of_16> tables, number like, bits index);

    number of(std::size_t table) const;

private:
    llvm::IRBuilder<>& ir() const { return like_.m->ir; }
    bool is_avx512() const { return like_.m->machine.vector_bytes == 64 && lanes_ == 16; }
    bool is_avx2() const { return like_.m->machine.vector_bytes == 32 && lanes_ == 8; }
    llvm::Value* place_in_memory(const std::string& name) const;
    llvm::Value* from_registers(const table_of_16& table) const;
    llvm::Value* from_memory(std::size_t table) const;

    std::vector<table_of_16> tables_;
    number like_;
    bits index_;
    unsigned lanes_ = 0;
    llvm::Value* upper_ = nullptr;   ///< AVX2: which half of a table
    llvm::Value* memory_ = nullptr;  ///< null: from registers; else where each lane's entry of the first table lies
};

}  // namespace gradus::vector_math
