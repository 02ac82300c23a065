// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The largest or smallest element of a run, as three values that know nothing of each other: the largest number as
// comparisons find it, which pass over NaN and take -0 for 0; whether all elements are numbers; and, of all their
// signs, whether one is + (of a smallest: -), which tells 0 from -0. Each is the same in any order.
#include <algorithm>
#include <tuple>

#include "emit_host.hpp"

namespace gradus {

bool kernel_emitter::is_extremum(const fold_state& f) const {
    return at(f.fold).code == op::reduce_max || at(f.fold).code == op::reduce_min;
}

/// A mask as it is cheapest to carry.
llvm::Value* kernel_emitter::as_flags(value mask, llvm::Type* numbers) {
    if (machine_.has_mask_registers) return mask;
    return ir_.CreateSExt(mask, llvm::VectorType::getInteger(llvm::cast<llvm::VectorType>(numbers)));
}

node_emitter::values kernel_emitter::start_of_extremum(const fold_state& f) {
    llvm::Type* const type = real_vector(f.fold);
    llvm::Type* const bits = llvm::VectorType::getInteger(llvm::cast<llvm::VectorType>(type));
    const bool is_largest = at(f.fold).code == op::reduce_max;
    const value all = llvm::Constant::getAllOnesValue(vector_of(ir_.getInt1Ty()));
    const value signs = is_largest ? llvm::Constant::getAllOnesValue(bits) : llvm::Constant::getNullValue(bits);
    return {identity(at(f.fold).code, type), as_flags(all, type), signs};
}

/// The larger number of each lane, or the smaller one.
llvm::Value* kernel_emitter::farther(op code, value a, value b) {
    const value is_a = code == op::reduce_max ? ir_.CreateFCmpOGT(a, b) : ir_.CreateFCmpOLT(a, b);
    return ir_.CreateSelect(is_a, a, b);
}

/// One element or an even number of them more.
node_emitter::values kernel_emitter::with_elements(const fold_state& f, values elements) {
    const op code = at(f.fold).code;
    llvm::Type* const type = elements[0]->getType();
    value are_numbers = f.carried[1], signs = nullptr;
    for (std::size_t i = 0; i < elements.size(); i += 2) {
        const value other = elements[std::min(i + 1, elements.size() - 1)];
        are_numbers = ir_.CreateAnd(are_numbers, as_flags(ir_.CreateFCmpORD(elements[i], other), type));
    }
    for (const value v : elements) {
        const value bits = ir_.CreateBitCast(v, f.carried[2]->getType());
        const value before = signs == nullptr ? f.carried[2] : signs;
        signs = code == op::reduce_max ? ir_.CreateAnd(before, bits) : ir_.CreateOr(before, bits);
    }
    for (; elements.size() > 1; elements.resize(elements.size() / 2))
        for (std::size_t i = 0; i < elements.size() / 2; ++i)
            elements[i] = farther(code, elements[2 * i], elements[2 * i + 1]);
    return {farther(code, elements[0], f.carried[0]), are_numbers, signs};
}

/// The element of each lane.
llvm::Value* kernel_emitter::finish_extremum(const fold_state& f) {
    const auto [best, are_numbers, signs] = std::tuple(f.carried[0], f.carried[1], f.carried[2]);
    const value none = llvm::Constant::getNullValue(are_numbers->getType());
    const value is_number = machine_.has_mask_registers ? are_numbers : ir_.CreateICmpNE(are_numbers, none);
    return told(best, is_number, ir_.CreateICmpSLT(signs, llvm::Constant::getNullValue(signs->getType())));
}
/// That of all lanes, a scalar.
llvm::Value* kernel_emitter::finish_extremum_of_lanes(const fold_state& f) {
    const op code = at(f.fold).code;
    value best = f.carried[0];
    for (unsigned half = lanes_ / 2; half > 0; half /= 2) best = farther(code, best, rotated(best, half));
    value is_number = ir_.CreateAndReduce(f.carried[1]);
    if (!machine_.has_mask_registers)
        is_number = ir_.CreateICmpNE(is_number, llvm::Constant::getNullValue(is_number->getType()));
    const value signs = code == op::reduce_max ? ir_.CreateAndReduce(f.carried[2]) : ir_.CreateOrReduce(f.carried[2]);
    return told(first_lane(best), is_number, ir_.CreateICmpSLT(signs, llvm::Constant::getNullValue(signs->getType())));
}
/// The number that three values tell.
llvm::Value* kernel_emitter::told(value best, value is_number, value is_negative) {
    llvm::Type* const type = best->getType();
    const value minus_zero = llvm::ConstantFP::get(type, -0.0), zero = llvm::ConstantFP::get(type, 0.0);
    const value is_zero = ir_.CreateFCmpOEQ(best, zero);
    best = ir_.CreateSelect(is_zero, ir_.CreateSelect(is_negative, minus_zero, zero), best);
    return ir_.CreateSelect(is_number, best, llvm::ConstantFP::getNaN(type));
}

}  // namespace gradus
