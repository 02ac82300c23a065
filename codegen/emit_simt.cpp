// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emit_simt.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gradus/error.hpp>
#include <gradus/gpu_code.hpp>
#include <gradus/gpu_grid.hpp>
#include <gradus/requirement.hpp>

#include "assemble.hpp"

namespace gradus {
namespace {

constexpr int most_shared_bytes = 48 * 1024;  // what a block may have without asking for more
}  // namespace

simt_emitter::simt_emitter(const plan& p, graph_view source, const target& machine, llvm::Module& module,
                           std::string_view name)
    : node_emitter(p, machine, module), source_(source), name_(name) {
    simt_ = machine.kind == target_kind::emulator ? make_emulator(ir_, machine) : make_nvptx(ir_);
    math_.table_place = [this](llvm::GlobalVariable& table) { return simt_->table_place(table); };
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

void simt_emitter::emit_stage(int index) {
    const stage& s = plan_.stages[static_cast<std::size_t>(index)];
    const std::size_t tensors = plan_.body.inputs.size() + plan_.body.outputs.size(), axes = plan_.body.axes.size();
    const bool combines = s.shape.form == stage_form::combine;
    stage_ = static_cast<std::size_t>(index);
    lane_ = s.shape.lane;
    function_ = simt_->declare(
        module_, fmt::format("{}_{}", name_, index),
        {static_cast<unsigned>(tensors + plan_.temporaries.size()),
         static_cast<unsigned>(std::max<std::size_t>(1, axes * (tensors + 1))),
         static_cast<unsigned>(combines ? gpu_combine_threads : gpu_block_threads), blocks_at_a_time(s)});
    entry_ = llvm::BasicBlock::Create(module_.getContext(), "entry", function_);
    ir_.SetInsertPoint(entry_);
    given_ = simt_->parameters();
    data_ = given_.data;
    shape_ = given_.shape;
    shared_bytes_ = 0;
    lanes_ = static_cast<unsigned>(s.shape.lanes);
    start_stage(index);
    thread_ = ir_.CreateZExt(simt_->thread(), ir_.getInt64Ty(), "thread");
    block_ = ir_.CreateZExt(simt_->block(), ir_.getInt64Ty(), "block");
    blocks_ = ir_.CreateZExt(simt_->blocks(), ir_.getInt64Ty(), "blocks");
    if (s.shape.form != stage_form::check) leave_if_violated();
    auto* const start = llvm::BasicBlock::Create(module_.getContext(), "start", function_);
    ir_.CreateBr(start);
    ir_.SetInsertPoint(start);
    switch (s.shape.form) {
        case stage_form::check: emit_check(s); break;
        case stage_form::rows: sweeps_along_lanes(s.shape) ? emit_teams(s) : emit_threads(s); break;
        case stage_form::units: sweeps_along_lanes(s.shape) ? emit_units_by_teams(s, index) : emit_units(s, index); break;
        case stage_form::merge: emit_merge(s); break;
        case stage_form::blocks: emit_blocks(s, index); break;
        case stage_form::combine: emit_combine(s); break;
    }
    ir_.CreateRetVoid();
    ir_.SetInsertPoint(start, start->begin());
    simt_->make_tables(combines ? gpu_combine_threads : gpu_block_threads);
    if (shared_bytes_ > most_shared_bytes)
        throw error(
            fmt::format("kernel \"{}\": its reductions need {} bytes of a GPU's shared memory, {} are there; "
                        "compute some of its outputs by a kernel of their own",
                        name_, shared_bytes_, most_shared_bytes));
    simt_->reserve_shared(shared_bytes_);
}

/// The more blocks a multiprocessor holds, the better it hides how long memory takes, and the fewer registers each has.
/// So many that no kernel of the catalogue spills any, which tests/ptx holds; 1 leaves the choice to the assembler.
unsigned simt_emitter::blocks_at_a_time(const stage& s) const {
    if (s.shape.form == stage_form::combine) return 1;
    int functions = 0, folds = 0;
    for (const sweep& part : s.sweeps) {
        if (lane_ >= 0) functions = std::max(functions, functions_of(part));
        folds = std::max(folds, static_cast<int>(part.folds.size()));
    }
    const bool is_wide = plan_.arithmetic == element::float64;
    if (!sweeps_along_lanes(s.shape)) return functions + folds + (is_wide ? 1 : 0) < 3 ? 2 : 1;
    if (s.shape.form == stage_form::blocks) return functions == 0 && lanes_ <= 4 ? 1 : 2;
    if (is_wide) return functions < 1 ? 2 : 1;
    if (functions != 1) return 2;
    return machine_.name == "sm_90" ? 3 : 2;  // elsewhere the assembler wants a few registers more
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
    for_threads(s, [&](value) {
        const node_id condition = plan_.body.requirements[static_cast<std::size_t>(s.tested)].condition;
        const value bad = ir_.CreateNot(in_kind(condition, kind::boolean));
        for (unsigned l = 0; l < lanes_; ++l)
            when(ir_.CreateExtractElement(bad, l), [&] { report_row(row_number(s, l), status_place(check, 0)); });
    });
}

/// The number of a lane's row, row-major.
llvm::Value* simt_emitter::row_number(const stage& s, unsigned lane) {
    value row = number(0);
    for_each_axis(s.shape.rows, [&](int axis) {
        value at = coordinate_[static_cast<std::size_t>(axis)];
        if (axis == lane_) at = ir_.CreateAdd(at, number(lane));
        row = ir_.CreateAdd(ir_.CreateMul(row, extents_[static_cast<std::size_t>(axis)]), at);
    });
    return row;
}
void simt_emitter::report_row(value row, value place) {
    ir_.CreateAtomicRMW(llvm::AtomicRMWInst::UMin, place, row, llvm::MaybeAlign(8), llvm::AtomicOrdering::Monotonic);
}

// ---- rows in lanes: a thread for each vector of them

void simt_emitter::emit_threads(const stage& s) {
    for_threads(s, [&](value) {
        for (const node_id read : s.first) node_value(read);
        store_all(s.row_stores);
        for (sweep_ = 0; sweep_ < s.sweeps.size(); ++sweep_) {
            sweep_alone(s, s.sweeps[sweep_]);
            store_all(s.sweeps[sweep_].row_stores);
        }
        sweep_ = 0;
    });
}

/// The body for each vector of rows, and each unit of them, in turn by the threads of the grid.
void simt_emitter::for_threads(const stage& s, const body_function& body) {
    const value first = ir_.CreateAdd(ir_.CreateMul(block_, number(gpu_block_threads)), thread_);
    const value step = ir_.CreateMul(blocks_, number(gpu_block_threads));
    loop("item", first, given_.items, step, [&](value item) {
        value unit = nullptr;
        if (s.shape.form == stage_form::units) {  // neighbouring threads have neighbouring rows
            const value vectors = vectors_of_rows(s);
            unit = ir_.CreateUDiv(item, vectors);
            item = ir_.CreateURem(item, vectors);
        }
        place_item(s.shape.rows, lanes_are_rows(s.shape) ? lane_ : -1, lanes_, item);
        if (lanes_ == 1) return body(unit);
        const auto lane = static_cast<std::size_t>(lane_);
        const value from = ir_.CreateMul(coordinate_[lane], number(lanes_));
        const value rest = ir_.CreateSub(extents_[lane], from);
        coordinate_[lane] = from;
        either(
            ir_.CreateICmpSGE(rest, number(lanes_)), [&] { body(unit); },
            [&] { one_by_one(from, rest, [&] { body(unit); }); });
    });
}

llvm::Value* simt_emitter::vectors_of_rows(const stage& s) {
    value count = number(1);
    for_each_axis(s.shape.rows, [&](int axis) {
        const value extent = extents_[static_cast<std::size_t>(axis)];
        count = ir_.CreateMul(count, axis == lane_ ? pieces(extent, lanes_) : extent);
    });
    return count;
}

/// The body for `count` lanes from `from` on, each for itself.
void simt_emitter::one_by_one(value from, value count, const std::function<void()>& body) {
    const unsigned lanes = lanes_;
    lanes_ = 1;
    loop("lane", from, ir_.CreateAdd(from, count), number(1), [&](value i) {
        memo_.assign(memo_.size(), nullptr);  // vectors of another length
        coordinate_[static_cast<std::size_t>(lane_)] = i;
        body();
    });
    lanes_ = lanes;
}

/// A sweep of the thread's own rows, which have one unit at most if there are folds.
void simt_emitter::sweep_alone(const stage& s, const sweep& part) {
    hoist_from_sweep(s, part);
    const auto run = static_cast<std::size_t>(s.shape.units.run);
    if (part.folds.empty()) return sweep_runs(s, [&] { along_run(run, part, number(0), extents_[run]); });
    for_each_axis(s.shape.inner, [&](int axis) { coordinate_[static_cast<std::size_t>(axis)] = number(0); });
    const value has_elements = ir_.CreateICmpNE(product(s.shape.inner), number(0));
    const values folds = along_run(run, part, number(0), ir_.CreateSelect(has_elements, extents_[run], number(0)));
    for (std::size_t k = 0; k < folds.size(); ++k) {
        const value none = of_nothing(at(part.folds[k]).code, folds[k]->getType());
        memo_[part.folds[k]] =
            ir_.CreateFPCast(ir_.CreateSelect(has_elements, folds[k], none), real_vector(part.folds[k]));
    }
}

/// One unit of the thread's rows: stores, and the folds as partials.
void simt_emitter::emit_units(const stage& s, int index) {
    const sweep& part = s.sweeps.front();
    for_threads(s, [&](value unit) {
        hoist_from_sweep(s, part);
        const unit_range range = place_unit(s, unit);
        store_partials(s, index, unit,
                       along_run(static_cast<std::size_t>(s.shape.units.run), part, range.from, range.to));
    });
}

/// The run of each of the thread's lanes, from `from` to `to`: stores, and the folds in float64.
simt_emitter::values simt_emitter::along_run(std::size_t run, const sweep& part, value from, value to) {
    if (part.folds.empty()) {
        loop("position", from, to, number(1), [&](value position) {
            coordinate_[run] = position;
            store_all(part.stores);
        });
        return {};
    }
    values folds = fold_tree(run, part, from, to);
    for (value& fold : folds) fold = ir_.CreateFPCast(fold, vector_of(ir_.getDoubleTy()));
    return folds;
}

// ---- few rows: unit by unit

llvm::Value* simt_emitter::units_of_row(const stage& s) {
    const int run = s.shape.units.run;
    return ir_.CreateMul(product(s.shape.units.swept & ~(axis_set{1} << run)),
                         pieces(extents_[static_cast<std::size_t>(run)], block_size));
}

/// Sets the coordinates along the swept axes other than the run; where the unit lies along that.
simt_emitter::unit_range simt_emitter::place_unit(const stage& s, value unit) {
    const auto run = static_cast<std::size_t>(s.shape.units.run);
    const axis_set others = s.shape.units.swept & ~(axis_set{1} << run);
    value block = unit;
    if (others != 0) {
        const value blocks = pieces(extents_[run], block_size);
        block = ir_.CreateURem(unit, blocks);
        place_item(others, -1, 1, ir_.CreateUDiv(unit, blocks));
    }
    const value from = ir_.CreateMul(block, number(block_size));
    return {from, smaller(ir_.CreateAdd(from, number(block_size)), extents_[run])};
}

/// Where a stage leaves a fold's partials: those of the units of a row are neighbours.
llvm::Value* simt_emitter::partials_of(const stage& s, int index, std::size_t fold, value row) {
    const value units = units_of_row(s);
    const value rows = ir_.CreateMul(number(static_cast<std::int64_t>(fold)), product(s.shape.rows));
    const value start = ir_.CreateMul(ir_.CreateAdd(rows, row), units);
    const value memory = temporary_memory(static_cast<int>(partials_temporary(index))).data;
    return ir_.CreateInBoundsGEP(ir_.getDoubleTy(), memory, start);
}
void simt_emitter::store_partials(const stage& s, int index, value unit, const values& folds) {
    for (std::size_t k = 0; k < folds.size(); ++k)
        for (unsigned l = 0; l < lanes_; ++l) {
            const value place =
                ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials_of(s, index, k, row_number(s, l)), unit);
            ir_.CreateStore(ir_.CreateExtractElement(folds[k], l), place);
        }
}

/// The partials of a row, by one block of threads.
void simt_emitter::emit_merge(const stage& s) {
    const sweep& part = s.sweeps.front();
    loop("row", block_, given_.items, blocks_, [&](value row) {
        place_item(s.shape.rows, -1, 1, row);
        const value units = units_of_row(s);
        for (std::size_t k = 0; k < part.folds.size(); ++k)
            fold_pairs(at(part.folds[k]).code, partials_of(s, s.partials_of, k, row), units, gpu_block_threads);
        when(ir_.CreateICmpEQ(thread_, number(0)), [&] {
            for (std::size_t k = 0; k < part.folds.size(); ++k) {
                const value all = fold_of_pairs(at(part.folds[k]).code, partials_of(s, s.partials_of, k, row), units);
                memo_[part.folds[k]] = splat(ir_.CreateFPCast(all, real_type(part.folds[k])));
            }
            store_all(part.row_stores);
        });
    });
}

// ---- reductions over everything

void simt_emitter::emit_blocks(const stage& s, int index) {
    const auto run = static_cast<std::size_t>(lane_);
    const sweep& part = s.sweeps.front();
    hoist_from_sweep(s, part);
    here_ = place_of(ir_.getInt32(1));
    const value partials = temporary_memory(static_cast<int>(partials_temporary(index))).data;
    for_items([&](value item) {
        place_item(s.shape.inner, lane_, block_size, item);
        const value first = ir_.CreateMul(coordinate_[run], number(block_size));
        const value last = smaller(ir_.CreateAdd(first, number(block_size)), extents_[run]);
        const values folds = along_lanes(part, first, ir_.CreateSelect(is_active_, last, first));
        when(ir_.CreateAnd(is_active_, here_.is_owner), [&] {
            for (std::size_t k = 0; k < folds.size(); ++k) {
                const value place =
                    ir_.CreateAdd(ir_.CreateMul(given_.items, number(static_cast<std::int64_t>(k))), item);
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
        const value first = ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials, start);
        const op code = at(folds[k]).code;
        fold_pairs(code, first, items, gpu_combine_threads);
        when(ir_.CreateICmpEQ(thread_, number(0)), [&] {
            const value all = ir_.CreateFPCast(fold_of_pairs(code, first, items), real_type(folds[k]));
            ir_.CreateStore(all, temporary_memory(kept_in(folds[k])).data);
        });
    }
}

std::unique_ptr<llvm::Module> emit_simt(const plan& p, graph_view source, const target& machine,
                                        llvm::LLVMContext& context, gpu_code& code) {
    auto module = std::make_unique<llvm::Module>(code.symbol, context);
    gradus::prepare(*module, machine);
    code.shared_bytes = simt_emitter(p, source, machine, *module, code.symbol).run();
    return module;
}

}  // namespace gradus
