// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runs of a sweep: positions that are folded together, at most a block, along the lanes or across them.
//
// The largest or smallest element is folded in registers, in any order, as three values that know nothing of each
// other: the largest number as comparisons find it, which pass over NaN and take -0 for 0; whether all elements are
// numbers; and, of all their signs, whether one is + (of a smallest: -), which tells 0 from -0. A count is exact in any
// order, too. The lanes of other sums are in registers where a chunk of 64 elements takes few instructions, else in
// memory.
#include <algorithm>
#include <tuple>

#include "emit_host.hpp"

namespace gradus {

bool kernel_emitter::is_extremum(const fold_state& f) const {
    return at(f.fold).code == op::reduce_max || at(f.fold).code == op::reduce_min;
}

/// Folds the positions [first, last) of a run along the lanes, and makes its stores.
void kernel_emitter::emit_run(const sweep& part, std::vector<fold_state>& folds, const std::vector<store>& stores,
                              value first, value last) {
    for (fold_state& f : folds)
        f.carried = is_extremum(f) ? start_of_extremum(f) : values{};
    const bool by_chunks = goes_by_chunks(part);
    const value rest = by_chunks ? emit_chunks(folds, stores, first, last) : first;
    const values after = at_lanes_with(rest, last, by_chunks ? body_form::masked : form_of(part), carried_of(folds), [&](const values& carried) {
        carry(folds, carried);
        const value position = ir_.CreateSub(coordinate_[static_cast<std::size_t>(lane_)], first);
        for (fold_state& f : folds) {
            if (f.carried.empty())
                accumulate(f, false, position);
            else
                f.carried = with_elements(f, {operand_of(f, false)});
        }
        store_all(stores);
        return carried_of(folds);
    });
    carry(folds, after);
}

/// The same across the lanes, each of which has a run of its own. `term` takes what the lanes of a sum in memory get.
void kernel_emitter::emit_vertical_run(const stage& s, std::vector<fold_state>& folds, value first, value last,
                                       const std::function<void(const fold_state&, value)>& term,
                                       const std::function<void(value)>& after_folds) {
    const auto run = static_cast<std::size_t>(run_axis(s));
    for (fold_state& f : folds) f.carried = start_across_lanes(f);
    const values after = loop_with("position", first, last, number(1), carried_of(folds), [&](value position, const values& carried) {
        coordinate_[run] = position;
        carry(folds, carried);
        for (fold_state& f : folds) {
            if (is_extremum(f))
                f.carried = with_elements(f, {operand_of(f, true)});
            else if (!f.carried.empty())
                f.carried = {with_term(f, f.carried[0], true)};
            else
                term(f, position);
        }
        after_folds(position);
        return carried_of(folds);
    });
    carry(folds, after);
}
node_emitter::values kernel_emitter::start_across_lanes(const fold_state& f) {
    if (is_extremum(f)) return start_of_extremum(f);
    return is_count(plan_.body, f.fold) ? values{start_of_lanes(f)} : values{};
}

/// Whether a sweep folds 64 elements at a time: where few vectors do, of few instructions, and all stays in registers.
bool kernel_emitter::goes_by_chunks(const sweep& part) const {
    constexpr int most_registers = 16;
    int registers = 0;
    for (const node_id fold : part.folds) registers += plan_.type_of(fold) == element::float64 ? 8 : 4;
    return machine_.has_mask_registers && lanes_ * 4 == virtual_lanes && !part.folds.empty() &&
           functions_of(part) == 0 && registers <= most_registers;
}

/// The whole chunks of a run; the position behind them.
llvm::Value* kernel_emitter::emit_chunks(std::vector<fold_state>& folds, const std::vector<store>& stores, value first,
                                         value last) {
    const value size = ir_.CreateSub(last, first);
    const value end = ir_.CreateAdd(first, ir_.CreateAnd(size, number(-static_cast<std::int64_t>(virtual_lanes))));
    for (fold_state& f : folds)
        if (f.carried.empty()) f.carried.assign(virtual_lanes / lanes_, start_of_lanes(f));
    const values after =
        loop_with("chunk", first, end, number(virtual_lanes), carried_of(folds), [&](value i, const values& carried) {
            carry(folds, carried);
            emit_chunk(folds, stores, i);
            return carried_of(folds);
        });
    carry(folds, after);
    for (fold_state& f : folds) {
        if (is_extremum(f)) continue;
        for (unsigned l = 0; l < virtual_lanes; l += lanes_)
            ir_.CreateAlignedStore(f.carried[l / lanes_],
                                   ir_.CreateConstInBoundsGEP1_64(real_type(f.fold), f.accumulators, l), align_of(f.fold));
        f.carried.clear();
    }
    return end;
}
void kernel_emitter::emit_chunk(std::vector<fold_state>& folds, const std::vector<store>& stores, value first) {
    const values memo = memo_;
    std::vector<values> elements(folds.size());
    for (unsigned l = 0; l < virtual_lanes; l += lanes_) {
        memo_ = memo;
        coordinate_[static_cast<std::size_t>(lane_)] = ir_.CreateAdd(first, number(l));
        for (std::size_t k = 0; k < folds.size(); ++k) {
            fold_state& f = folds[k];
            if (is_extremum(f))
                elements[k].push_back(operand_of(f, false));
            else
                f.carried[l / lanes_] = with_term(f, f.carried[l / lanes_], false);
        }
        store_all(stores);
    }
    for (std::size_t k = 0; k < folds.size(); ++k)
        if (!elements[k].empty()) folds[k].carried = with_elements(folds[k], elements[k]);
}

/// What a loop over positions carries of all folds.
node_emitter::values kernel_emitter::carried_of(const std::vector<fold_state>& folds) {
    values all;
    for (const fold_state& f : folds) all.insert(all.end(), f.carried.begin(), f.carried.end());
    return all;
}
void kernel_emitter::carry(std::vector<fold_state>& folds, const values& all) {
    auto from = all.begin();
    for (fold_state& f : folds)
        for (value& v : f.carried) v = *from++;
}

// ---- the largest or smallest element: the number, whether all are numbers, the signs

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
