// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions by teams, with the tree of emit_fold.cpp.
#include <bit>

#include <gradus/gpu_code.hpp>

#include "emit_simt.hpp"

namespace gradus {
namespace {
constexpr int counter_slots = 32;  // 2^32 units of each row are more than a GPU's memory holds
constexpr int double_size = sizeof(double);
constexpr int levels_together = 3;
}  // namespace

/// The fold of no elements: a sum is +0.
llvm::Value* simt_emitter::of_nothing(op code, llvm::Type* type) {
    return code == op::reduce_sum ? llvm::ConstantFP::get(type, 0.0) : identity(code, type);
}

simt_emitter::values simt_emitter::identities(const sweep& part) {
    values none;
    for (const node_id fold : part.folds) none.push_back(identity(at(fold).code, real_vector(fold)));
    return none;
}

/// The virtual lanes with the values at the present coordinates.
simt_emitter::values simt_emitter::accumulated(const sweep& part, const values& before) {
    values after;
    for (std::size_t k = 0; k < part.folds.size(); ++k) {
        const node_id fold = part.folds[k];
        const node& n = at(fold);
        value v = real_value(n.args[0], real_vector(fold));
        if (mask_ != nullptr) v = ir_.CreateSelect(mask_, v, identity(n.code, v->getType()));
        after.push_back(combined(n.code, before[k], v));
    }
    return after;
}

/// The fold of the team's vectors. Both threads of a pair add the same two numbers, so that all have it in the end.
llvm::Value* simt_emitter::over_team(op code, value v) {
    for (unsigned half = virtual_lanes / 2; half > 0; half /= 2) {
        value other = nullptr;
        if (half >= lanes_) {
            other = llvm::PoisonValue::get(v->getType());
            for (unsigned l = 0; l < lanes_; ++l) {
                const value lane = simt_->shuffled(ir_.CreateExtractElement(v, l), static_cast<int>(half / lanes_));
                other = ir_.CreateInsertElement(other, lane, l);
            }
        } else {
            std::vector<int> upper(lanes_);
            for (unsigned l = 0; l < lanes_; ++l) upper[l] = static_cast<int>((l + half) % lanes_);
            other = ir_.CreateShuffleVector(v, upper);
        }
        v = combined(code, v, other);
    }
    return first_lane(v);
}

/// The folds of the virtual lanes of runs, [from, to), one in each lane of the vectors: lane l, then l + 32, and so on,
/// so that of each level of the tree one number is at hand at a time.
simt_emitter::values simt_emitter::fold_tree(std::size_t run, const sweep& part, value from, value to) {
    constexpr int levels = std::countr_zero(unsigned{virtual_lanes});
    const value count = smaller(ir_.CreateSub(to, from), number(virtual_lanes));
    const std::function<values(int, value)> subtree = [&](int level, value lane) {
        if (level == levels)
            return loop_with("position", ir_.CreateAdd(from, lane), to, number(virtual_lanes), identities(part),
                             [&](value position, const values& before) {
                                 coordinate_[run] = position;
                                 const values after = accumulated(part, before);
                                 store_all(part.stores);
                                 return after;
                             });
        const value end = smaller(ir_.CreateAdd(lane, number(std::int64_t{2} << level)), count);
        return loop_with("tree", lane, end, number(std::int64_t{1} << level), identities(part),
                         [&](value half, const values& before) {
                             const values more = subtree(level + 1, half);
                             values both;
                             for (std::size_t k = 0; k < more.size(); ++k)
                                 both.push_back(combined(at(part.folds[k]).code, before[k], more[k]));
                             return both;
                         });
    };
    return subtree(0, number(0));
}

// ---- several units of an item

simt_emitter::fold_memory simt_emitter::reserve_fold() {
    const auto reserve = [&](int doubles) {
        const int start = shared_bytes_;
        shared_bytes_ += double_size * doubles;
        return start;
    };
    const int teams = teams_of_block();  // and as many items at most
    return {reserve(teams), reserve(teams * counter_slots), reserve(teams)};
}

llvm::Value* simt_emitter::shared_place(int start, value index) {
    const value offset = ir_.CreateAdd(ir_.CreateMul(index, number(double_size)), number(start));
    return ir_.CreateTrunc(offset, ir_.getInt32Ty());
}
llvm::Value* simt_emitter::slot_place(const fold_memory& m, value slot) {
    return shared_place(m.slots, ir_.CreateAdd(ir_.CreateMul(here_.item, number(counter_slots)), slot));
}

/// The units that the item's teams have folded at a time, in their order.
void simt_emitter::merge(const sweep& part, const std::vector<fold_memory>& memory, const values& folded, value is_mine,
                         value first_unit, value units) {
    const value teams_before = ir_.CreateMul(here_.item, here_.teams);
    when(ir_.CreateAnd(is_mine, ir_.CreateICmpEQ(here_.member, number(0))), [&] {
        const value mine = ir_.CreateAdd(teams_before, here_.team);
        for (std::size_t k = 0; k < folded.size(); ++k)
            simt_->store_shared(folded[k], shared_place(memory[k].partials, mine));
    });
    simt_->barrier();
    when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
        const value count = smaller(here_.teams, ir_.CreateSub(units, first_unit));
        loop("merge", number(0), count, number(1), [&](value team) {
            for (std::size_t k = 0; k < folded.size(); ++k) {
                const value place = shared_place(memory[k].partials, ir_.CreateAdd(teams_before, team));
                push(at(part.folds[k]).code, memory[k], ir_.CreateAdd(first_unit, team),
                     simt_->load_shared(ir_.getDoubleTy(), place));
            }
        });
    });
    simt_->barrier();
}

/// Counts one more unit, of which there have been `unit`: merges it with the slots that are full, like a carry.
void simt_emitter::push(op code, const fold_memory& m, value unit, value partial) {
    const value carries =
        ir_.CreateIntrinsic(llvm::Intrinsic::cttz, {ir_.getInt64Ty()}, {ir_.CreateNot(unit), ir_.getFalse()});
    const values merged =
        loop_with("carry", number(0), carries, number(1), {partial}, [&](value slot, const values& later) {
            const value earlier = simt_->load_shared(ir_.getDoubleTy(), slot_place(m, slot));
            return values{combined(code, earlier, later[0])};
        });
    simt_->store_shared(merged[0], slot_place(m, carries));
}

/// The folds of all units of the item.
simt_emitter::values simt_emitter::totals(const sweep& part, const std::vector<fold_memory>& memory, value units,
                                          const values& none) {
    when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
        for (std::size_t k = 0; k < memory.size(); ++k)
            simt_->store_shared(
                total(at(part.folds[k]).code, units,
                      [&](value slot) { return simt_->load_shared(ir_.getDoubleTy(), slot_place(memory[k], slot)); }),
                shared_place(memory[k].totals, here_.item));
    });
    simt_->barrier();
    return when_with(is_active_, none, [&] {
        values all;
        for (const fold_memory& m : memory)
            all.push_back(simt_->load_shared(ir_.getDoubleTy(), shared_place(m.totals, here_.item)));
        return all;
    });
}

/// Folds the full slots of a counter of units, the latest units first.
llvm::Value* simt_emitter::total(op code, value units, const std::function<value(value)>& slot_value) {
    const value slots = ir_.CreateSub(
        number(64), ir_.CreateIntrinsic(llvm::Intrinsic::ctlz, {ir_.getInt64Ty()}, {units, ir_.getFalse()}));
    const values start{identity(code, ir_.getDoubleTy())};
    return loop_with("slot", number(0), slots, number(1), start, [&](value slot, const values& later) {
        const value is_full = ir_.CreateICmpNE(ir_.CreateAnd(ir_.CreateLShr(units, slot), number(1)), number(0));
        return when_with(is_full, later, [&] { return values{combined(code, slot_value(slot), later[0])}; });
    })[0];
}

/// Pairs of neighbours of `count` partial folds into one, level by level, in place, by one block of threads: each
/// thread takes several levels of a group at a time.
void simt_emitter::fold_pairs(op code, value partials, value count, int threads) {
    const value below = ir_.CreateSub(count, number(1));
    const value levels = ir_.CreateSub(
        number(64), ir_.CreateIntrinsic(llvm::Intrinsic::ctlz, {ir_.getInt64Ty()}, {below, ir_.getFalse()}));
    const value needed = ir_.CreateSelect(ir_.CreateICmpSGT(count, number(1)), levels, number(0));
    loop("levels", number(0), needed, number(levels_together), [&](value level) {
        const value distance = ir_.CreateShl(number(1), level),
                    group = ir_.CreateShl(number(1 << levels_together), level);
        loop("group", ir_.CreateMul(thread_, group), count, ir_.CreateMul(group, number(threads)), [&](value first) {
            const value end = ir_.CreateAdd(first, group);
            either(
                ir_.CreateICmpSLE(end, count), [&] { fold_group(code, partials, first, distance); },
                [&] { fold_part_of_group(code, partials, first, count, distance); });
        });
        simt_->barrier();
    });
}

void simt_emitter::fold_group(op code, value partials, value first, value distance) {
    llvm::Type* const wide = ir_.getDoubleTy();
    values folds;
    for (int i = 0; i < 1 << levels_together; ++i) {
        const value at = ir_.CreateAdd(first, ir_.CreateMul(distance, number(i)));
        folds.push_back(ir_.CreateLoad(wide, ir_.CreateInBoundsGEP(wide, partials, at)));
    }
    for (; folds.size() > 1; folds.resize(folds.size() / 2))
        for (std::size_t i = 0; i < folds.size() / 2; ++i) folds[i] = combined(code, folds[2 * i], folds[2 * i + 1]);
    ir_.CreateStore(folds[0], ir_.CreateInBoundsGEP(wide, partials, first));
}

void simt_emitter::fold_part_of_group(op code, value partials, value first, value count, value distance) {
    llvm::Type* const wide = ir_.getDoubleTy();
    const auto place = [&](value i) { return ir_.CreateInBoundsGEP(wide, partials, i); };
    loop("level", number(0), number(levels_together), number(1), [&](value level) {
        const value half = ir_.CreateShl(distance, level), whole = ir_.CreateShl(half, 1);
        loop("pair", first, ir_.CreateAdd(ir_.CreateSub(count, whole), number(1)), whole, [&](value i) {
            const value earlier = ir_.CreateLoad(wide, place(i));
            const value later = ir_.CreateLoad(wide, place(ir_.CreateAdd(i, half)));
            ir_.CreateStore(combined(code, earlier, later), place(i));
        });
    });
}

/// The fold of what fold_pairs() has left.
llvm::Value* simt_emitter::fold_of_pairs(op code, value partials, value count) {
    llvm::Type* const wide = ir_.getDoubleTy();
    const value all = total(code, count, [&](value slot) {
        const value above = ir_.CreateAdd(slot, number(1));
        const value first = ir_.CreateShl(ir_.CreateLShr(count, above), above);
        return ir_.CreateLoad(wide, ir_.CreateInBoundsGEP(wide, partials, first));
    });
    return ir_.CreateSelect(ir_.CreateICmpEQ(count, number(0)), of_nothing(code, wide), all);
}

}  // namespace gradus
