// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "math_table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gradus::vector_math {

table_of_16 upper_words(std::span<const double, 16> entries) {
    table_of_16 words{};
    std::ranges::transform(entries, words.begin(), [](double entry) { return static_cast<float>(entry); });
    return words;
}
table_of_16 lower_words(std::span<const double, 16> entries) {
    table_of_16 words{};
    std::ranges::transform(entries, words.begin(), [](double entry) {
        return static_cast<float>(entry - static_cast<double>(static_cast<float>(entry)));
    });
    return words;
}

table_entries::table_entries(const std::string& name, std::vector<table_of_16> tables, number like, bits index)
    : tables_(std::move(tables)),
      like_(like),
      index_(index),
      lanes_(llvm::cast<llvm::FixedVectorType>(like.v->getType())->getNumElements()) {
    if (is_avx2()) {
        constexpr int sign = 31, half = 3;
        upper_ = ir().CreateICmpSLT((index << (sign - half)).v, llvm::Constant::getNullValue(index.v->getType()));
    } else if (!is_avx512()) {
        memory_ = place_in_memory(name);
    }
}

number table_entries::of(std::size_t table) const {
    return {like_.m, memory_ != nullptr ? from_memory(table) : from_registers(tables_[table])};
}

llvm::Value* table_entries::from_registers(const table_of_16& table) const {
    const auto part = [&](std::size_t first, std::size_t count) {
        return llvm::ConstantDataVector::get(ir().getContext(), llvm::ArrayRef(table.data() + first, count));
    };
    if (is_avx512())
        return ir().CreateIntrinsic(llvm::Intrinsic::x86_avx512_permvar_sf_512, {}, {part(0, 16), index_.v});
    const auto permuted = [&](llvm::Value* half) {
        return ir().CreateIntrinsic(llvm::Intrinsic::x86_avx2_permps, {}, {half, index_.v});
    };
    return ir().CreateSelect(upper_, permuted(part(8, 8)), permuted(part(0, 8)));
}

llvm::Value* table_entries::place_in_memory(const std::string& name) const {
    llvm::Module& module = *ir().GetInsertBlock()->getModule();
    llvm::GlobalVariable* memory = module.getNamedGlobal(name);
    if (memory == nullptr) {
        std::vector<float> all;
        for (const table_of_16& table : tables_) std::ranges::copy(table, std::back_inserter(all));
        llvm::Constant* const data = llvm::ConstantDataArray::get(ir().getContext(), llvm::ArrayRef(all));
        memory = new llvm::GlobalVariable(module, data->getType(), true, llvm::GlobalValue::PrivateLinkage, data, name);
    }
    llvm::Value* const place = like_.m->table_place ? like_.m->table_place(*memory) : memory;
    return ir().CreateGEP(ir().getFloatTy(), place, (index_ & 15).v);
}

llvm::Value* table_entries::from_memory(std::size_t table) const {
    llvm::Value* const places = ir().CreateConstGEP1_64(ir().getFloatTy(), memory_, table * table_of_16{}.size());
    auto* const all = llvm::Constant::getAllOnesValue(llvm::VectorType::get(ir().getInt1Ty(), lanes_, false));
    return ir().CreateMaskedGather(like_.v->getType(), places, llvm::Align(4), all);
}

}  // namespace gradus::vector_math
