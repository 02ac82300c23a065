// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emit_simt.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <gradus/error.hpp>
#include <gradus/gpu_code.hpp>
#include <gradus/requirement.hpp>

#include "assemble.hpp"

namespace gradus {
namespace {

constexpr int most_shared_bytes = 48 * 1024;  // what a block may have without asking for more

bool lanes_are_rows(const stage& s) { return s.shape.lane >= 0 && (s.shape.rows >> s.shape.lane & 1) != 0; }

/// Whether each item is one vector of adjacent elements, computed by one thread.
bool is_pointwise(const stage& s) {
    return lanes_are_rows(s) && s.shape.inner == 0 && !is_for_short_rows(s.shape) &&
           (s.shape.form == stage_form::rows || s.shape.form == stage_form::check);
}

}  // namespace

int simt_lanes(const graph& body) {
    std::size_t narrowest = sizeof(float);
    for (const input& in : body.inputs)
        if (in.used && is_real(in.type)) narrowest = std::min(narrowest, size_of(in.type));
    for (const output& out : body.outputs) narrowest = std::min(narrowest, size_of(out.type));
    return static_cast<int>(16 / narrowest);
}

plan simt_plan(plan p, int lanes) {
    for (stage& s : p.stages) {
        if (lanes_are_rows(s)) s.shape.chunk = is_pointwise(s) ? lanes : 1;
        for (sweep& part : s.sweeps) std::erase_if(part.stores, [](const store& to) { return to.parked; });
    }
    return p;
}

simt_emitter::simt_emitter(const plan& p, graph_view source, const target& machine, llvm::Module& module,
                           std::string_view name, int lanes)
    : node_emitter(p, machine, module), source_(source), name_(name), team_lanes_(lanes) {
    simt_ = machine.kind == target_kind::emulator ? make_emulator(ir_, machine) : make_nvptx(ir_);
}

std::vector<int> simt_emitter::run() {
    std::vector<int> shared;
    for (int i = 0; i < static_cast<int>(plan_.stages.size()); ++i) {
        emit_stage(i);
        shared.push_back(shared_bytes_);
    }
    return shared;
}

// ---- stages

int simt_emitter::lanes_of(const stage& s) const {
    const bool by_teams = s.shape.form == stage_form::blocks || !vertical(s);
    return s.shape.form != stage_form::combine && (by_teams || is_pointwise(s)) ? team_lanes_ : 1;
}

void simt_emitter::emit_stage(int index) {
    const stage& s = plan_.stages[static_cast<std::size_t>(index)];
    const std::size_t tensors = plan_.body.inputs.size() + plan_.body.outputs.size(), axes = plan_.body.axes.size();
    const bool combines = s.shape.form == stage_form::combine;
    function_ = simt_->declare(module_, fmt::format("{}_{}", name_, index),
                               {static_cast<unsigned>(tensors + plan_.temporaries.size()),
                                static_cast<unsigned>(std::max<std::size_t>(1, axes * (tensors + 1))),
                                static_cast<unsigned>(combines ? gpu_combine_threads : gpu_block_threads)});
    entry_ = llvm::BasicBlock::Create(module_.getContext(), "entry", function_);
    ir_.SetInsertPoint(entry_);
    given_ = simt_->parameters();
    data_ = given_.data;
    shape_ = given_.shape;
    shared_bytes_ = 0;
    lane_ = s.shape.lane;
    lanes_ = static_cast<unsigned>(lanes_of(s));
    start_stage(index);
    thread_ = ir_.CreateZExt(simt_->thread(), ir_.getInt64Ty(), "thread");
    block_ = ir_.CreateZExt(simt_->block(), ir_.getInt64Ty(), "block");
    blocks_ = ir_.CreateZExt(simt_->blocks(), ir_.getInt64Ty(), "blocks");
    if (s.shape.form != stage_form::check) leave_if_violated();
    switch (s.shape.form) {
        case stage_form::check: emit_check(s); break;
        case stage_form::rows: s.shape.inner == 0 ? emit_threads(s) : emit_teams(s); break;
        case stage_form::blocks: emit_blocks(s, index); break;
        case stage_form::combine: emit_combine(s); break;
    }
    ir_.CreateRetVoid();
    if (shared_bytes_ > most_shared_bytes)
        throw error(fmt::format("kernel \"{}\": its reductions need {} bytes of a GPU's shared memory, {} are there; "
                                "compute some of its outputs by a kernel of their own",
                                name_, shared_bytes_, most_shared_bytes));
    simt_->reserve_shared(shared_bytes_);
}

// ---- checks

llvm::Value* simt_emitter::status_place(std::size_t check, std::uint64_t field) {
    return ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), given_.status, 2 * check + field);
}

/// Returns from the kernel if a requirement was violated; the grid's first thread notes the offending element.
void simt_emitter::leave_if_violated() {
    std::size_t check = 0;
    for (const stage& s : plan_.stages) {
        if (s.shape.form != stage_form::check) continue;
        const value row = ir_.CreateLoad(ir_.getInt64Ty(), status_place(check, 0), "violated");
        auto* const leave = llvm::BasicBlock::Create(module_.getContext(), "leave", function_);
        auto* const go_on = llvm::BasicBlock::Create(module_.getContext(), "go_on", function_);
        ir_.CreateCondBr(ir_.CreateICmpNE(row, number(-1)), leave, go_on);
        ir_.SetInsertPoint(leave);
        note_violation(s, row, check++);
        ir_.CreateRetVoid();
        ir_.SetInsertPoint(go_on);
    }
}

void simt_emitter::note_violation(const stage& s, value row, std::size_t check) {
    const requirement& r = source_.requirements[static_cast<std::size_t>(s.shape.requirement)];
    const int subject = subject_of(source_, r);
    if (subject < 0) return;
    const auto coordinate = coordinate_;
    when(ir_.CreateICmpEQ(ir_.CreateOr(thread_, block_), number(0)), [&] {
        place_item(s.shape.rows, -1, 1, row);
        const memory& m = tensor(static_cast<std::size_t>(subject));
        llvm::Type* const bits = ir_.getIntNTy(static_cast<unsigned>(8 * size_of(m.type)));
        const value from = ir_.CreateGEP(bits, m.data, scalar_offset(m, {}));
        const value element = ir_.CreateAlignedLoad(bits, from, llvm::Align(size_of(m.type)));
        ir_.CreateStore(ir_.CreateZExt(element, ir_.getInt64Ty()), status_place(check, 1));
    });
    coordinate_ = coordinate;
}

void simt_emitter::emit_check(const stage& s) {
    std::size_t check = 0;
    for (std::size_t i = 0; i < stage_; ++i) check += plan_.stages[i].shape.form == stage_form::check ? 1 : 0;
    for_threads(s, [&] {
        const node_id condition = plan_.body.requirements[static_cast<std::size_t>(s.tested)].condition;
        value bad = ir_.CreateNot(in_kind(condition, kind::boolean));
        if (mask_ != nullptr) bad = ir_.CreateAnd(bad, mask_);
        for (unsigned l = 0; l < lanes_; ++l)
            when(ir_.CreateExtractElement(bad, l), [&] { report_row(s, l, status_place(check, 0)); });
    });
}

/// Lowers the number at `place` to that of a lane's row, row-major.
void simt_emitter::report_row(const stage& s, unsigned lane, value place) {
    value row = number(0);
    for_each_axis(s.shape.rows, [&](int axis) {
        value at = coordinate_[static_cast<std::size_t>(axis)];
        if (axis == lane_) at = ir_.CreateAdd(at, number(lane));
        row = ir_.CreateAdd(ir_.CreateMul(row, extents_[static_cast<std::size_t>(axis)]), at);
    });
    ir_.CreateAtomicRMW(llvm::AtomicRMWInst::UMin, place, row, llvm::MaybeAlign(8),
                        llvm::AtomicOrdering::Monotonic);
}

// ---- a thread for each vector

void simt_emitter::emit_threads(const stage& s) {
    for_threads(s, [&] {
        for (const node_id read : s.first) node_value(read);
        store_all(s.row_stores);
    });
}

/// The body for each vector of the items, in turn by the threads of the grid.
void simt_emitter::for_threads(const stage& s, const std::function<void()>& body) {
    const value first = ir_.CreateAdd(ir_.CreateMul(block_, number(gpu_block_threads)), thread_);
    const value step = ir_.CreateMul(blocks_, number(gpu_block_threads));
    loop("item", first, given_.items, step, [&](value item) {
        place_item(s.shape.rows, lanes_are_rows(s) ? lane_ : -1, lanes_, item);
        if (lanes_ == 1) return body();
        const auto lane = static_cast<std::size_t>(lane_);
        const value from = ir_.CreateMul(coordinate_[lane], number(lanes_));
        const value rest = ir_.CreateSub(extents_[lane], from);
        coordinate_[lane] = from;
        either(ir_.CreateICmpSGE(rest, number(lanes_)), body, [&] { one_by_one(from, rest, body); });
    });
}

/// The body for `count` lanes from `from` on, each for itself.
void simt_emitter::one_by_one(value from, value count, const std::function<void()>& body) {
    const unsigned lanes = lanes_;
    lanes_ = 1;
    memo_.assign(memo_.size(), nullptr);
    loop("lane", from, ir_.CreateAdd(from, count), number(1), [&](value i) {
        coordinate_[static_cast<std::size_t>(lane_)] = i;
        body();
    });
    lanes_ = lanes;
}

llvm::Value* simt_emitter::mask_of(value count) {
    return ir_.CreateICmpSLT(ir_.CreateStepVector(vector_of(ir_.getInt64Ty())), splat(count), "mask");
}

// ---- rows

llvm::Value* simt_emitter::members_of_team(const stage& s) { return number(vertical(s) ? 1 : virtual_lanes / team_lanes_); }

simt_emitter::place_in_block simt_emitter::place_of(const stage& s, value teams) {
    place_in_block p;
    const value members = members_of_team(s);
    const value team = ir_.CreateUDiv(thread_, members);
    p.member = ir_.CreateURem(thread_, members);
    p.teams = teams;
    p.items = ir_.CreateUDiv(number(gpu_block_threads / (vertical(s) ? 1 : virtual_lanes / team_lanes_)), teams);
    // Neighbouring threads have neighbouring columns, or neighbouring parts of a row.
    p.item = vertical(s) ? ir_.CreateURem(team, p.items) : ir_.CreateUDiv(team, teams);
    p.team = vertical(s) ? ir_.CreateUDiv(team, p.items) : ir_.CreateURem(team, teams);
    p.is_owner = ir_.CreateICmpEQ(ir_.CreateOr(p.team, p.member), number(0));
    return p;
}

/// The body for this thread's item of those that the block works on at a time; `is_active_` tells whether there is one.
void simt_emitter::for_items(const std::function<void(value)>& body) {
    const value first = ir_.CreateMul(block_, here_.items), step = ir_.CreateMul(blocks_, here_.items);
    loop("items", first, given_.items, step, [&](value base) {
        const value item = ir_.CreateAdd(base, here_.item);
        is_active_ = ir_.CreateICmpSLT(item, given_.items);
        body(smaller(item, ir_.CreateSub(given_.items, number(1))));
    });
}

void simt_emitter::emit_teams(const stage& s) {
    here_ = place_of(s, ir_.CreateZExt(given_.teams, ir_.getInt64Ty()));
    std::vector<std::vector<fold_memory>> memory;
    for (const sweep& part : s.sweeps) {
        memory.emplace_back();
        for (std::size_t k = 0; k < part.folds.size(); ++k) memory.back().push_back(reserve_fold(s));
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

/// The pieces that a row falls into: blocks of each of its runs.
llvm::Value* simt_emitter::units_of(const stage& s) {
    const int run = run_axis(s);
    return ir_.CreateMul(product(s.shape.inner & ~(axis_set{1} << run)),
                         pieces(extents_[static_cast<std::size_t>(run)], block_size));
}

void simt_emitter::emit_sweep(const stage& s, const sweep& part, const std::vector<fold_memory>& memory) {
    hoist_from_sweep(s, part);
    const value units = units_of(s);
    // Of several units the folds are merged in shared memory.
    const value several = ir_.CreateICmpSGT(units, number(std::popcount(s.shape.inner) == 1 ? 1 : 0));
    values none;
    for (const node_id fold : part.folds) none.push_back(of_nothing(at(fold).code, ir_.getDoubleTy()));
    const values last = loop_with("unit", number(0), units, here_.teams, none, [&](value first, const values&) {
        const value unit = ir_.CreateAdd(first, here_.team);
        const value is_mine = ir_.CreateAnd(is_active_, ir_.CreateICmpSLT(unit, units));
        const values folded = sweep_unit(s, part, unit, is_mine);
        if (!folded.empty()) when(several, [&] { merge(part, memory, folded, is_mine, first, units); });
        return folded;
    });
    if (part.folds.empty()) return;
    const values results = when_with(several, last, [&] { return totals(part, memory, units, none); });
    for (std::size_t k = 0; k < results.size(); ++k)
        memo_[part.folds[k]] = splat(ir_.CreateFPCast(results[k], real_type(part.folds[k])));
}

/// One block of a run, if it is this team's: stores, and the folds in float64, which each of the team's threads has.
simt_emitter::values simt_emitter::sweep_unit(const stage& s, const sweep& part, value unit, value is_mine) {
    const auto run = static_cast<std::size_t>(run_axis(s));
    value block = unit;
    if (std::popcount(s.shape.inner) > 1) {
        const value blocks = pieces(extents_[run], block_size);
        block = ir_.CreateURem(unit, blocks);
        place_item(s.shape.inner & ~(axis_set{1} << run), -1, 1, ir_.CreateUDiv(unit, blocks));
    }
    const value from = ir_.CreateMul(block, number(block_size));
    const value to = smaller(ir_.CreateAdd(from, number(block_size)), extents_[run]);
    const value end = ir_.CreateSelect(is_mine, to, from);
    return vertical(s) ? along_run(run, part, from, end) : along_lanes(part, from, end);
}

/// How many vectors a thread of a team loads before it computes with the first: the more, the less it computes.
int simt_emitter::vectors_together(const sweep& part) const {
    return costly_functions(values_of(part)) == 0 ? 4 : 2;
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
    values folds = loop_with("lanes", first, ir_.CreateSub(whole, number(step - virtual_lanes)), number(step),
                             identities(part),
                             [&](value i, const values& before) { return at_vectors(part, i, before, together); });
    if (together > 1) {
        const value done = ir_.CreateAnd(ir_.CreateSub(ir_.CreateAdd(whole, number(virtual_lanes - 1)), first),
                                         number(-step));
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

/// The thread's own run, from `from` to `to`.
simt_emitter::values simt_emitter::along_run(std::size_t run, const sweep& part, value from, value to) {
    if (part.folds.empty()) {
        loop("position", from, to, number(1), [&](value position) {
            coordinate_[run] = position;
            store_all(part.stores);
        });
        return {};
    }
    values folds = fold_tree(run, part, from, to);
    for (value& fold : folds) fold = ir_.CreateFPCast(first_lane(fold), ir_.getDoubleTy());
    return folds;
}

// ---- reductions over everything

void simt_emitter::emit_blocks(const stage& s, int index) {
    const auto run = static_cast<std::size_t>(lane_);
    const sweep& part = s.sweeps.front();
    hoist_from_sweep(s, part);
    here_ = place_of(s, number(1));
    const value partials = temporary_memory(static_cast<int>(partials_temporary(index))).data;
    for_items([&](value item) {
        place_item(s.shape.inner, lane_, block_size, item);
        const value first = ir_.CreateMul(coordinate_[run], number(block_size));
        const value last = smaller(ir_.CreateAdd(first, number(block_size)), extents_[run]);
        const values folds = along_lanes(part, first, ir_.CreateSelect(is_active_, last, first));
        when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
            for (std::size_t k = 0; k < folds.size(); ++k) {
                const value place = ir_.CreateAdd(ir_.CreateMul(given_.items, number(static_cast<std::int64_t>(k))), item);
                ir_.CreateStore(folds[k], ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials, place));
            }
        });
    });
}

void simt_emitter::emit_combine(const stage& s) {
    const stage& blocks = plan_.stages[static_cast<std::size_t>(s.partials_of)];
    const value items = items_of_blocks(blocks);
    const value partials = temporary_memory(static_cast<int>(partials_temporary(s.partials_of))).data;
    const std::vector<node_id>& folds = blocks.sweeps.front().folds;
    for (std::size_t k = 0; k < folds.size(); ++k) {
        const value start = ir_.CreateMul(items, number(static_cast<std::int64_t>(k)));
        combine_partials(folds[k], ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials, start), items);
    }
}

// ---- control flow that carries values

/// for (i = from; i < to; i += step) carried = body(i, carried). What the body remembers is forgotten after it.
simt_emitter::values simt_emitter::loop_with(const char* name, value from, value to, value step, const values& start,
                                             const std::function<values(value, const values&)>& body) {
    const std::vector<value> memo = memo_;
    const auto coordinate = coordinate_;
    llvm::LLVMContext& context = module_.getContext();
    auto* const head = llvm::BasicBlock::Create(context, std::string(name) + ".head", function_);
    auto* const inside = llvm::BasicBlock::Create(context, name, function_);
    auto* const after = llvm::BasicBlock::Create(context, std::string(name) + ".end", function_);
    llvm::BasicBlock* const before = ir_.GetInsertBlock();
    ir_.CreateBr(head);
    ir_.SetInsertPoint(head);
    llvm::PHINode* const i = ir_.CreatePHI(ir_.getInt64Ty(), 2, name);
    i->addIncoming(from, before);
    std::vector<llvm::PHINode*> phis;
    for (const value v : start) {
        phis.push_back(ir_.CreatePHI(v->getType(), 2));
        phis.back()->addIncoming(v, before);
    }
    const values carried(phis.begin(), phis.end());
    ir_.CreateCondBr(ir_.CreateICmpSLT(i, to), inside, after);
    ir_.SetInsertPoint(inside);
    const values next = body(i, carried);
    i->addIncoming(ir_.CreateAdd(i, step), ir_.GetInsertBlock());
    for (std::size_t k = 0; k < phis.size(); ++k) phis[k]->addIncoming(next[k], ir_.GetInsertBlock());
    ir_.CreateBr(head);
    ir_.SetInsertPoint(after);
    memo_ = memo;
    coordinate_ = coordinate;
    return carried;
}

/// What the body gives if the condition holds, else `otherwise`.
simt_emitter::values simt_emitter::when_with(value condition, const values& otherwise,
                                             const std::function<values()>& body) {
    const std::vector<value> memo = memo_;
    const auto coordinate = coordinate_;
    auto* const inside = llvm::BasicBlock::Create(module_.getContext(), "then", function_);
    auto* const after = llvm::BasicBlock::Create(module_.getContext(), "endif", function_);
    llvm::BasicBlock* const before = ir_.GetInsertBlock();
    ir_.CreateCondBr(condition, inside, after);
    ir_.SetInsertPoint(inside);
    const values made = body();
    llvm::BasicBlock* const end = ir_.GetInsertBlock();
    ir_.CreateBr(after);
    ir_.SetInsertPoint(after);
    values merged;
    for (std::size_t k = 0; k < otherwise.size(); ++k) {
        llvm::PHINode* const phi = ir_.CreatePHI(otherwise[k]->getType(), 2);
        phi->addIncoming(otherwise[k], before);
        phi->addIncoming(made[k], end);
        merged.push_back(phi);
    }
    memo_ = memo;
    coordinate_ = coordinate;
    return merged;
}

std::unique_ptr<llvm::Module> emit_simt(const plan& p, graph_view source, const target& machine,
                                        llvm::LLVMContext& context, gpu_code& code) {
    auto module = std::make_unique<llvm::Module>(code.symbol, context);
    gradus::prepare(*module, machine);
    code.shared_bytes = simt_emitter(p, source, machine, *module, code.symbol, code.lanes).run();
    return module;
}

}  // namespace gradus
