// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions by a fixed tree, so that a result is a function of the inputs alone.
//
//   element i of a run → virtual lane i mod 64, within blocks of 4096      (type of the node)
//   64 lanes → one: lane l with l + 32, then 16, 8, 4, 2, 1                (type of the node)
//   blocks → a binary counter: equal numbers of blocks merge pairwise      (float64)
//
// What short rows leave out of this (further blocks, lanes without an element) would not change the result.
//
// In a horizontal fold the lanes of a vector are neighbours of one run; in a vertical fold each lane is
// a run of its own, and the virtual lanes are vectors. Both follow the same tree. Lanes that do not
// exist hold the identity (-0.0 for a sum, which keeps the sign of a zero).
#include <bit>

#include "emit_host.hpp"

namespace gradus {
namespace {
constexpr int counter_slots = 52;  // 2^52 blocks are more than any memory holds
}  // namespace

/// The fold of no elements: a sum is +0.
static llvm::Constant* of_nothing(op code, llvm::Constant* identity) {
    return code == op::reduce_sum ? llvm::Constant::getNullValue(identity->getType()) : identity;
}

/// Memory for the folds of a sweep; with_counter: for whole rows, else for one block.
std::vector<kernel_emitter::fold_state> kernel_emitter::open_folds(const stage& s, const sweep& part,
                                                                   bool with_counter) {
    llvm::Type* const wide = vertical(s) ? vector_of(ir_.getDoubleTy()) : ir_.getDoubleTy();
    std::vector<fold_state> folds;
    for (const node_id fold : part.folds) {
        fold_state f;
        f.fold = fold;
        f.wide = wide;
        if (!is_extremum(f) && !(vertical(s) && is_count(plan_.body, fold)))
            f.accumulators = local(vertical(s) ? real_vector(fold) : real_type(fold), virtual_lanes, "lanes");
        if (with_counter) {
            f.partials = local(wide, counter_slots, "partials");
            f.count = local(ir_.getInt64Ty(), 1, "count");
            ir_.CreateStore(number(0), f.count);
        }
        if (s.shape.form == stage_form::rows && std::popcount(s.shape.inner) == 1) {
            f.several = ir_.CreateICmpSGT(product(s.shape.inner), number(block_size));
            f.single = local(wide, 1, "single");
            ir_.CreateStore(of_nothing(at(fold).code, identity(at(fold).code, wide)), f.single);
        }
        folds.push_back(f);
    }
    return folds;
}

/// All virtual lanes in memory hold the identity; a vertical fold touches only the `used` first ones.
void kernel_emitter::start_block(const fold_state& f, bool is_vertical, value used) {
    llvm::Type* const type = real_vector(f.fold);
    if (f.accumulators == nullptr) return;
    const value none = start_of_lanes(f);
    if (is_vertical) {
        loop("clear", number(0), used, number(1),
             [&](value l) { ir_.CreateStore(none, ir_.CreateInBoundsGEP(type, f.accumulators, l)); });
        return;
    }
    for (unsigned l = 0; l < virtual_lanes; l += lanes_)
        ir_.CreateAlignedStore(none, ir_.CreateConstInBoundsGEP1_64(real_type(f.fold), f.accumulators, l),
                               align_of(f.fold));
}

/// A sum's lanes before the first term: of a count 0, to which nothing is added where nothing is counted.
llvm::Constant* kernel_emitter::start_of_lanes(const fold_state& f) {
    llvm::Type* const type = real_vector(f.fold);
    return is_count(plan_.body, f.fold) ? llvm::Constant::getNullValue(type) : identity(at(f.fold).code, type);
}

/// One more vector of a vertical fold, or of a sum along a run, in memory.
void kernel_emitter::accumulate(const fold_state& f, bool is_vertical, value position) {
    llvm::Type* const type = real_vector(f.fold);
    const value lane = ir_.CreateAnd(position, number(virtual_lanes - 1));
    const value place = ir_.CreateInBoundsGEP(is_vertical ? type : real_type(f.fold), f.accumulators, lane);
    const value before = ir_.CreateAlignedLoad(type, place, align_of(f.fold));
    ir_.CreateAlignedStore(with_term(f, before, is_vertical), place, align_of(f.fold));
}

/// A partial fold with the operand at the present coordinates.
llvm::Value* kernel_emitter::with_term(const fold_state& f, value before, bool is_vertical) {
    const bool is_masked = !is_vertical && mask_ != nullptr;
    if (is_count(plan_.body, f.fold) && !is_in_memory(at(f.fold).args[0])) {
        const node& choice = at(at(f.fold).args[0]);
        value counted = in_kind(choice.args[0], kind::boolean);
        if (at(choice.args[1]).value == 0) counted = ir_.CreateNot(counted);
        if (is_masked) counted = ir_.CreateAnd(counted, mask_);
        return ir_.CreateSelect(counted, ir_.CreateFAdd(before, llvm::ConstantFP::get(before->getType(), 1)), before);
    }
    return combined(at(f.fold).code, before, operand_of(f, is_vertical));
}

/// Of a horizontal fold the identity in the lanes that do not exist.
llvm::Value* kernel_emitter::operand_of(const fold_state& f, bool is_vertical) {
    llvm::Type* const type = real_vector(f.fold);
    const value v = real_value(at(f.fold).args[0], type);
    return is_vertical || mask_ == nullptr ? v : ir_.CreateSelect(mask_, v, identity(at(f.fold).code, type));
}

/// The fold of the virtual lanes, in float64.
llvm::Value* kernel_emitter::finish_block(const fold_state& f, bool is_vertical, value used) {
    const op code = at(f.fold).code;
    const llvm::Align align = align_of(f.fold);
    llvm::Type* const type = real_vector(f.fold);
    if (is_vertical && !f.carried.empty())
        return ir_.CreateFPCast(is_extremum(f) ? finish_extremum(f) : f.carried[0], f.wide);
    if (is_vertical) {
        const auto place = [&](value l) { return ir_.CreateInBoundsGEP(type, f.accumulators, l); };
        loop("level", number(0), number(std::countr_zero(unsigned{virtual_lanes})), number(1), [&](value level) {
            const value half = ir_.CreateLShr(number(virtual_lanes / 2), level);
            const value pairs = smaller(half, ir_.CreateSub(used, half));
            loop("fold", number(0), pairs, number(1), [&](value l) {
                const value low = ir_.CreateAlignedLoad(type, place(l), align);
                const value high = ir_.CreateAlignedLoad(type, place(ir_.CreateAdd(l, half)), align);
                ir_.CreateAlignedStore(combined(code, low, high), place(l), align);
            });
        });
        return ir_.CreateFPCast(ir_.CreateAlignedLoad(type, f.accumulators, align), f.wide);
    }
    if (is_extremum(f)) return ir_.CreateFPCast(finish_extremum_of_lanes(f), f.wide);
    std::vector<value> parts;
    for (unsigned l = 0; l < virtual_lanes; l += lanes_)
        parts.push_back(
            ir_.CreateAlignedLoad(type, ir_.CreateConstInBoundsGEP1_64(real_type(f.fold), f.accumulators, l), align));
    for (std::size_t half = parts.size() / 2; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) parts[l] = combined(code, parts[l], parts[l + half]);
    return ir_.CreateFPCast(over_lanes(code, parts[0]), f.wide);
}

/// The fold of a vector's lanes.
llvm::Value* kernel_emitter::over_lanes(op code, value v) {
    for (unsigned half = lanes_ / 2; half > 0; half /= 2) v = combined(code, v, rotated(v, half));
    return first_lane(v);
}

/// Lane l + count in the place of lane l.
llvm::Value* kernel_emitter::rotated(value v, unsigned count) {
    std::vector<int> from(lanes_);
    for (unsigned l = 0; l < lanes_; ++l) from[l] = static_cast<int>((l + count) % lanes_);
    return ir_.CreateShuffleVector(v, from);
}

void kernel_emitter::add_block(const fold_state& f, value partial) {
    if (f.several == nullptr) return push(f, partial);
    either(
        f.several, [&] { push(f, partial); }, [&] { ir_.CreateStore(partial, f.single); });
}

/// Counts one more block: merges it with the slots that are full, like a carry.
void kernel_emitter::push(const fold_state& f, value partial) {
    const op code = at(f.fold).code;
    const value count = ir_.CreateLoad(ir_.getInt64Ty(), f.count);
    const value carries =
        ir_.CreateIntrinsic(llvm::Intrinsic::cttz, {ir_.getInt64Ty()}, {ir_.CreateNot(count), ir_.getFalse()});
    // The partial travels through the first slot that is free in the end.
    const value free_slot = ir_.CreateInBoundsGEP(f.wide, f.partials, carries);
    ir_.CreateStore(partial, free_slot);
    loop("carry", number(0), carries, number(1), [&](value slot) {
        const value earlier = ir_.CreateLoad(f.wide, ir_.CreateInBoundsGEP(f.wide, f.partials, slot));
        ir_.CreateStore(combined(code, earlier, ir_.CreateLoad(f.wide, free_slot)), free_slot);
    });
    ir_.CreateStore(ir_.CreateAdd(count, number(1)), f.count);
}

/// The fold of a whole row, rounded once to the type of the node; of a horizontal fold in every lane.
llvm::Value* kernel_emitter::finish_row(const fold_state& f) {
    value total = nullptr;
    if (f.several == nullptr) {
        total = total_of_blocks(f);
    } else {
        when(f.several, [&] { ir_.CreateStore(total_of_blocks(f), f.single); });
        total = ir_.CreateLoad(f.wide, f.single);
    }
    if (f.wide->isVectorTy()) return ir_.CreateFPCast(total, real_vector(f.fold));
    return splat(ir_.CreateFPCast(total, real_type(f.fold)));
}

/// Folds the full slots, the latest blocks first.
llvm::Value* kernel_emitter::total_of_blocks(const fold_state& f) {
    const op code = at(f.fold).code;
    const value total = local(f.wide, 1, "total");
    const value count = ir_.CreateLoad(ir_.getInt64Ty(), f.count);
    ir_.CreateStore(identity(code, f.wide), total);
    const value slots = ir_.CreateSub(
        number(64), ir_.CreateIntrinsic(llvm::Intrinsic::ctlz, {ir_.getInt64Ty()}, {count, ir_.getFalse()}));
    loop("slot", number(0), slots, number(1), [&](value slot) {
        const value full = ir_.CreateAnd(ir_.CreateLShr(count, slot), number(1));
        when(ir_.CreateICmpNE(full, number(0)), [&] {
            const value earlier = ir_.CreateLoad(f.wide, ir_.CreateInBoundsGEP(f.wide, f.partials, slot));
            ir_.CreateStore(combined(code, earlier, ir_.CreateLoad(f.wide, total)), total);
        });
    });
    ir_.CreateStore(number(0), f.count);
    const value result = ir_.CreateLoad(f.wide, total);
    if (code != op::reduce_sum) return result;
    return ir_.CreateSelect(ir_.CreateICmpEQ(count, number(0)), of_nothing(code, identity(code, f.wide)), result);
}

}  // namespace gradus
