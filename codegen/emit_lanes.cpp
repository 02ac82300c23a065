// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loops over the lanes of an axis, vector by vector.
#include <utility>

#include "emit_host.hpp"
#include "interleave.hpp"

namespace gradus {

/// The body for lanes [from, to) of the lane axis: whole vectors, then what is left under a mask, with the same code;
/// or as `form` tells.
void kernel_emitter::at_lanes(value from, value to, body_form form, const std::function<void()>& body) {
    at_lanes_with(from, to, form, {}, [&](const values&) {
        body();
        return values{};
    });
}
/// The same with values that one vector's body leaves to the next.
node_emitter::values kernel_emitter::at_lanes_with(value from, value to, body_form form, const values& start,
                                                   const lanes_function& body) {
    if (form == body_form::masked) return at_masked_lanes_with(from, to, start, body);
    if (form == body_form::masked_pairs) return at_masked_pairs_with(from, to, start, body);
    if (form == body_form::pairs) return at_pairs_with(from, to, start, body);
    const auto lane = static_cast<std::size_t>(lane_);
    const value whole = whole_steps(from, to, lanes_);
    const values carried = loop_with("lanes", from, whole, number(lanes_), start, [&](value i, const values& before) {
        coordinate_[lane] = i;
        return body(before);
    });
    return when_with(ir_.CreateICmpSLT(whole, to), carried, [&] {
        coordinate_[lane] = whole;
        return under_mask(mask_of(ir_.CreateSub(to, whole)), carried, body);
    });
}

/// The end of the last whole step between two positions.
llvm::Value* kernel_emitter::whole_steps(value from, value to, std::int64_t step) {
    return ir_.CreateAdd(from, ir_.CreateAnd(ir_.CreateSub(to, from), number(-step)));
}

node_emitter::values kernel_emitter::at_pairs_with(value from, value to, const values& start,
                                                   const lanes_function& body) {
    const std::int64_t step = 2 * std::int64_t{lanes_};
    const value whole = whole_steps(from, to, step);
    const values carried = loop_with("pairs", from, whole, number(step), start,
                                     [&](value i, const values& before) { return emit_pair(i, before, body, body); });
    return at_masked_lanes_with(whole, to, carried, body);
}
node_emitter::values kernel_emitter::at_masked_pairs_with(value from, value to, const values& start,
                                                          const lanes_function& body) {
    return loop_with("pairs", from, to, number(2 * std::int64_t{lanes_}), start, [&](value i, const values& before) {
        const value left = ir_.CreateSub(to, i), left_for_second = ir_.CreateSub(left, number(lanes_));
        const value first = mask_of(smaller(left, number(lanes_)));
        const value none_or_more = ir_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, left_for_second, number(0));
        const value second = mask_of(smaller(none_or_more, number(lanes_)));
        return emit_pair(
            i, before, [&](const values& v) { return under_mask(first, v, body); },
            [&](const values& v) { return under_mask(second, v, body); });
    });
}
/// The bodies of two vectors that follow each other, their instructions in turns.
node_emitter::values kernel_emitter::emit_pair(value first, const values& before, const lanes_function& body_of_first,
                                               const lanes_function& body_of_second) {
    const auto lane = static_cast<std::size_t>(lane_);
    const values memo = memo_;
    llvm::BasicBlock* const block = ir_.GetInsertBlock();
    coordinate_[lane] = first;
    const values between = body_of_first(before);
    memo_ = memo;
    const value second = ir_.CreateAdd(first, number(lanes_));
    coordinate_[lane] = second;
    const values after = body_of_second(between);
    if (ir_.GetInsertBlock() == block) interleave(*block->getFirstNonPHIIt(), *llvm::cast<llvm::Instruction>(second));
    return after;
}

void kernel_emitter::at_masked_lanes(value from, value to, const std::function<void()>& body) {
    at_lanes(from, to, body_form::masked, body);
}
node_emitter::values kernel_emitter::at_masked_lanes_with(value from, value to, const values& start,
                                                          const lanes_function& body) {
    return loop_with("lanes", from, to, number(lanes_), start, [&](value i, const values& before) {
        coordinate_[static_cast<std::size_t>(lane_)] = i;
        return under_mask(mask_of(smaller(ir_.CreateSub(to, i), number(lanes_))), before, body);
    });
}
node_emitter::values kernel_emitter::under_mask(value mask, const values& before, const lanes_function& body) {
    mask_ = mask;
    const values after = body(before);
    mask_ = nullptr;
    return after;
}

/// The first lanes, `count` of them, at most all.
llvm::Value* kernel_emitter::mask_of(value count) {
    if (machine_.has_mask_registers) {
        const value bits = ir_.CreateNot(ir_.CreateShl(ir_.getInt32(~0u), ir_.CreateTrunc(count, ir_.getInt32Ty())));
        return ir_.CreateBitCast(ir_.CreateTrunc(bits, ir_.getIntNTy(lanes_)), vector_of(ir_.getInt1Ty()), "mask");
    }
    const value steps = ir_.CreateStepVector(vector_of(ir_.getInt32Ty()));
    return ir_.CreateICmpULT(steps, splat(ir_.CreateTrunc(count, ir_.getInt32Ty())), "mask");
}

/// Masks cost a body of several functions less than two instructions in a hundred, and one body more would take as much
/// time to compile as the first. Where masks are vectors themselves they cost more.
kernel_emitter::body_form kernel_emitter::form_of(std::vector<node_id> values) const {
    constexpr int several = 6;
    if (!machine_.has_mask_registers) return body_form::whole_and_rest;
    return costly_functions(plan_, std::move(values), stage_, sweep_) >= several ? body_form::masked_pairs
                                                                                 : body_form::pairs;
}
kernel_emitter::body_form kernel_emitter::form_of(const sweep& part) const { return form_of(values_of(plan_, part)); }

/// That of a row with its neighbours along the lanes, which may have loops of its own.
kernel_emitter::body_form kernel_emitter::form_of(const stage& s) const {
    if (s.shape.form == stage_form::check || s.shape.inner != 0)
        return machine_.has_mask_registers ? body_form::masked : body_form::whole_and_rest;
    std::vector<node_id> values;
    for (const store& to : s.row_stores) values.push_back(to.value);
    return form_of(std::move(values));
}

}  // namespace gradus
