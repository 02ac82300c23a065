// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows along the lanes: by teams.
#include <bit>

#include "emit_simt.hpp"

namespace gradus {

llvm::Value* simt_emitter::mask_of(value count) {
    return ir_.CreateICmpSLT(ir_.CreateStepVector(vector_of(ir_.getInt64Ty())), splat(count), "mask");
}

/// In 32 bits, as far as that goes: numbers that are known to be small take half of the registers.
simt_emitter::place_in_block simt_emitter::place_of(value teams) {
    const auto word = [&](int n) { return ir_.getInt32(static_cast<std::uint32_t>(n)); };
    const auto wide = [&](value v) { return ir_.CreateZExt(v, ir_.getInt64Ty()); };
    const value thread = simt_->thread(), members = word(members_of_team());
    const value team = ir_.CreateUDiv(thread, members), member = ir_.CreateURem(thread, members);
    const value team_of_item = ir_.CreateURem(team, teams);
    place_in_block p;
    p.member = wide(member);
    p.teams = wide(teams);
    p.items = wide(ir_.CreateUDiv(word(teams_of_block()), teams));
    p.item = wide(ir_.CreateUDiv(team, teams));
    p.team = wide(team_of_item);
    p.is_owner = ir_.CreateICmpEQ(ir_.CreateOr(team_of_item, member), word(0));
    return p;
}

/// The body for this thread's item of those that the block works on at a time; `is_active_` tells whether there is one.
void simt_emitter::for_items(const body_function& body) {
    const value first = ir_.CreateMul(block_, here_.items), step = ir_.CreateMul(blocks_, here_.items);
    loop("items", first, given_.items, step, [&](value base) {
        const value item = ir_.CreateAdd(base, here_.item);
        is_active_ = ir_.CreateICmpSLT(item, given_.items);
        body(smaller(item, ir_.CreateSub(given_.items, number(1))));
    });
}

void simt_emitter::emit_teams(const stage& s) {
    here_ = place_of(given_.teams);
    std::vector<std::vector<fold_memory>> memory;
    for (const sweep& part : s.sweeps) {
        memory.emplace_back();
        for (std::size_t k = 0; k < part.folds.size(); ++k) memory.back().push_back(reserve_fold());
    }
    for_items([&](value item) {
        place_item(s.shape.rows, -1, 1, item);
        for (const node_id read : s.first) node_value(read);
        if (!s.first.empty()) simt_->barrier();
        store_once(s.row_stores);
        for (sweep_ = 0; sweep_ < s.sweeps.size(); ++sweep_) {
            emit_sweep(s, s.sweeps[sweep_], memory[sweep_]);
            store_once(s.sweeps[sweep_].row_stores);
        }
        sweep_ = 0;
    });
}

/// Values of the item, by one of its threads.
void simt_emitter::store_once(const std::vector<store>& stores) {
    for (const store& to : stores) node_value(to.value);
    if (stores.empty()) return;
    when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
        for (const store& to : stores) store_value(to);
    });
}

void simt_emitter::emit_sweep(const stage& s, const sweep& part, const std::vector<fold_memory>& memory) {
    hoist_from_sweep(s, part);
    const value units = units_of_row(s);
    // Of several units the folds are merged in shared memory.
    const value several = ir_.CreateICmpSGT(units, number(std::popcount(s.shape.inner) == 1 ? 1 : 0));
    values none;
    for (const node_id fold : part.folds) none.push_back(of_nothing(at(fold).code, ir_.getDoubleTy()));
    const values last = loop_with("unit", number(0), units, here_.teams, none, [&](value first, const values&) {
        value unit = ir_.CreateAdd(first, here_.team);
        const value is_mine = ir_.CreateAnd(is_active_, ir_.CreateICmpSLT(unit, units));
        // What stores alone goes backwards: the cache may still hold what the sweep before has read last.
        if (part.folds.empty()) unit = ir_.CreateSub(ir_.CreateSub(units, number(1)), unit);
        const values folded = sweep_unit(s, part, unit, is_mine);
        if (!folded.empty()) when(several, [&] { merge(part, memory, folded, is_mine, first, units); });
        return folded;
    });
    if (part.folds.empty()) return;
    const values results = when_with(several, last, [&] { return totals(part, memory, units, none); });
    for (std::size_t k = 0; k < results.size(); ++k)
        memo_[part.folds[k]] = splat(ir_.CreateFPCast(results[k], real_type(part.folds[k])));
}

/// One unit, if it is this team's: stores, and the folds in float64, which each of the team's threads has.
simt_emitter::values simt_emitter::sweep_unit(const stage& s, const sweep& part, value unit, value is_mine) {
    const unit_range range = place_unit(s, unit);
    return along_lanes(part, range.from, ir_.CreateSelect(is_mine, range.to, range.from));
}

/// How many vectors a thread of a team loads before it computes with the first: fewer where each takes many registers.
int simt_emitter::vectors_together(const sweep& part) const {
    const int functions = functions_of(part);
    const bool is_simple = functions == 0 && part.folds.size() < 2 && part.folds.size() + part.stores.size() < 3;
    if (is_simple && plan_.stages[stage_].shape.form == stage_form::blocks) return 4;
    return functions < 4 ? 2 : 1;
}

/// The vectors at `first` and, 64 elements apart, behind it. All values are computed before one is stored, so that the
/// loads of all can go first.
simt_emitter::values simt_emitter::at_vectors(const sweep& part, value first, const values& before, int count) {
    const std::vector<value> memo = memo_;
    std::vector<std::vector<value>> memos;
    const auto at_vector = [&](int i) {
        coordinate_[static_cast<std::size_t>(lane_)] = ir_.CreateAdd(first, number(i * std::int64_t{virtual_lanes}));
    };
    values folds = before;
    for (int i = 0; i < count; ++i) {
        at_vector(i);
        memo_ = memo;
        folds = accumulated(part, folds);
        for (const store& to : part.stores) node_value(to.value);
        memos.push_back(memo_);
    }
    for (int i = 0; i < count; ++i) {
        at_vector(i);
        memo_ = memos[static_cast<std::size_t>(i)];
        for (const store& to : part.stores) store_value(to);
    }
    memo_ = memo;
    return folds;
}

/// The team's vectors of [from, to) along the lane axis.
simt_emitter::values simt_emitter::along_lanes(const sweep& part, value from, value to) {
    const value mine = ir_.CreateMul(here_.member, number(lanes_));
    const auto body = [&](value i, const values& before) { return at_vectors(part, i, before, 1); };
    const value whole = ir_.CreateSub(to, number(lanes_ - 1));
    const int together = vectors_together(part);
    const std::int64_t step = together * virtual_lanes;
    const value first = ir_.CreateAdd(from, mine);
    values folds =
        loop_with("lanes", first, ir_.CreateSub(whole, number(step - virtual_lanes)), number(step), identities(part),
                  [&](value i, const values& before) { return at_vectors(part, i, before, together); });
    if (together > 1) {
        const value done =
            ir_.CreateAnd(ir_.CreateSub(ir_.CreateAdd(whole, number(virtual_lanes - 1)), first), number(-step));
        const value rest = ir_.CreateAdd(first, ir_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, done, number(0)));
        folds = loop_with("lanes", rest, whole, number(virtual_lanes), folds, body);
    }

    const value rounds = ir_.CreateAnd(ir_.CreateSub(to, from), number(-virtual_lanes));
    const value last = ir_.CreateAdd(ir_.CreateAdd(from, rounds), mine);
    const value is_cut = ir_.CreateAnd(ir_.CreateICmpSLT(last, to), ir_.CreateICmpSGE(last, whole));
    folds = when_with(is_cut, folds, [&] {
        mask_ = mask_of(ir_.CreateSub(to, last));
        const values after = body(last, folds);
        mask_ = nullptr;
        return after;
    });
    for (std::size_t k = 0; k < folds.size(); ++k)
        folds[k] = ir_.CreateFPCast(over_team(at(part.folds[k]).code, folds[k]), ir_.getDoubleTy());
    return folds;
}

/// One unit of a row for each team.
void simt_emitter::emit_units_by_teams(const stage& s, int index) {
    const sweep& part = s.sweeps.front();
    here_ = place_of(ir_.getInt32(1));
    for_items([&](value item) {
        const value units = units_of_row(s);
        const value unit = ir_.CreateURem(item, units), row = ir_.CreateUDiv(item, units);
        place_item(s.shape.rows, -1, 1, row);
        hoist_from_sweep(s, part);
        const values folds = sweep_unit(s, part, unit, is_active_);
        if (folds.empty()) return;
        when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
            for (std::size_t k = 0; k < folds.size(); ++k)
                ir_.CreateStore(folds[k],
                                ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials_of(s, index, k, row), unit));
        });
    });
}

}  // namespace gradus
