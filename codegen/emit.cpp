// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emit.hpp"

#include <bit>

#include <gradus/error.hpp>

#include "assemble.hpp"
#include "emit_host.hpp"

namespace gradus {

kernel_emitter::kernel_emitter(const plan& p, const target& machine, llvm::Module& module, std::string_view name)
    : node_emitter(p, machine, module) {
    lanes_ = static_cast<unsigned>(machine.vector_bytes) / (p.arithmetic == element::float64 ? 8 : 4);
    llvm::Type* const number_type = ir_.getInt64Ty();
    llvm::Type* const pointer = ir_.getPtrTy();
    auto* const type =
        llvm::FunctionType::get(number_type, {pointer, pointer, number_type, number_type, number_type}, false);
    function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, llvm::StringRef(name.data(), name.size()),
                                       module);
    prepare_function();
}

void kernel_emitter::run() {
    entry_ = llvm::BasicBlock::Create(module_.getContext(), "entry", function_);
    auto* const none = llvm::BasicBlock::Create(module_.getContext(), "no_stage", function_);
    ir_.SetInsertPoint(none);
    ir_.CreateRet(number(-1));
    std::vector<llvm::BasicBlock*> starts;
    for (int i = 0; i < static_cast<int>(plan_.stages.size()); ++i) {
        starts.push_back(llvm::BasicBlock::Create(module_.getContext(), "stage" + std::to_string(i), function_));
        ir_.SetInsertPoint(starts.back());
        ir_.CreateRet(emit_stage(i));
    }
    ir_.SetInsertPoint(entry_);
    auto* const choice = ir_.CreateSwitch(function_->getArg(2), none, static_cast<unsigned>(starts.size()));
    for (std::size_t i = 0; i < starts.size(); ++i) choice->addCase(ir_.getInt64(i), starts[i]);
}

void kernel_emitter::prepare_function() {
    gradus::prepare(*function_, machine_);
    constexpr std::array names{"data", "shape", "stage", "begin", "end"};
    for (unsigned i = 0; i < names.size(); ++i) function_->getArg(i)->setName(names[i]);
    data_ = function_->getArg(0);
    shape_ = function_->getArg(1);
    begin_ = function_->getArg(3);
    end_ = function_->getArg(4);
}

// ---- stages

/// Returns what the kernel returns from this stage.
llvm::Value* kernel_emitter::emit_stage(int index) {
    start_stage(index);
    const stage& s = plan_.stages[stage_];
    switch (s.shape.form) {
        case stage_form::check: return emit_check(s);
        case stage_form::rows: emit_rows(s); break;
        case stage_form::blocks: emit_blocks(s, index); break;
        case stage_form::combine: emit_combine(s); break;
        case stage_form::units:
        case stage_form::merge: throw internal_error("a stage of GPUs in a kernel of the host");
    }
    return number(-1);
}

/// Tests the condition on all rows; the number of the first row at which it fails, row-major, or -1.
llvm::Value* kernel_emitter::emit_check(const stage& s) {
    const value first = local(ir_.getInt64Ty(), 1, "first");
    ir_.CreateStore(number(-1), first);
    for_rows(s, [&] { test_lanes(s, first); });
    return ir_.CreateLoad(ir_.getInt64Ty(), first);
}

/// Lowers `first`, of which -1 is the largest, to the number of the first lane at which the condition fails.
void kernel_emitter::test_lanes(const stage& s, value first) {
    const node_id condition = plan_.body.requirements[static_cast<std::size_t>(s.tested)].condition;
    value bad = ir_.CreateNot(in_kind(condition, kind::boolean));
    if (mask_ != nullptr) bad = ir_.CreateAnd(bad, mask_);
    when(ir_.CreateOrReduce(bad), [&] {
        llvm::Type* const bits = ir_.getIntNTy(lanes_);
        const value lane =
            ir_.CreateIntrinsic(llvm::Intrinsic::cttz, {bits}, {ir_.CreateBitCast(bad, bits), ir_.getTrue()});
        value row = number(0);
        for_each_axis(s.shape.rows, [&](int axis) {
            value at = coordinate_[static_cast<std::size_t>(axis)];
            if (axis == lane_) at = ir_.CreateAdd(at, ir_.CreateZExt(lane, ir_.getInt64Ty()));
            row = ir_.CreateAdd(ir_.CreateMul(row, extents_[static_cast<std::size_t>(axis)]), at);
        });
        const value known = ir_.CreateLoad(ir_.getInt64Ty(), first);
        ir_.CreateStore(ir_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, known, row), first);
    });
}

void kernel_emitter::emit_rows(const stage& s) {
    for_rows(s, [&] { emit_row(s); });
}

/// The body for each row of the items; for all lanes, if the lane axis is one of the rows'.
void kernel_emitter::for_rows(const stage& s, const std::function<void()>& row) {
    const bool lane_in_rows = lane_ >= 0 && (s.shape.rows >> lane_ & 1) != 0;
    loop("item", begin_, end_, number(1), [&](value item) {
        place_item(s.shape.rows, lane_in_rows ? lane_ : -1, s.shape.chunk, item);
        if (!lane_in_rows) return row();
        const value from = ir_.CreateMul(coordinate_[static_cast<std::size_t>(lane_)], number(s.shape.chunk));
        const value to = smaller(ir_.CreateAdd(from, number(s.shape.chunk)), extents_[static_cast<std::size_t>(lane_)]);
        is_for_short_rows(s.shape) ? at_masked_lanes(from, to, row) : at_lanes(from, to, form_of(s), row);
    });
}

/// The sweep of a row that computes most.
std::size_t kernel_emitter::longest_sweep(const stage& s) {
    std::size_t longest = 0;
    for (int most = 0; sweep_ < s.sweeps.size(); ++sweep_)
        if (const int functions = functions_of(s.sweeps[sweep_]); functions > most) most = functions, longest = sweep_;
    sweep_ = 0;
    return longest;
}

/// The processor's own prefetching stays behind loops that compute. Elements that follow each other are fetched some
/// cache lines ahead. Rows that several sweeps walk come from memory in the first one, which does little else: the next
/// row is fetched while the sweep that computes most walks a row. Across the lanes the elements of a row are far from
/// each other, and the first sweep fetches those of the next lanes.
llvm::Value* kernel_emitter::prefetch_distance(const memory& from) {
    constexpr std::int64_t bytes_ahead = 512, lanes_ahead = 64;
    const stage& s = plan_.stages[stage_];
    const bool is_along_rows = s.shape.form == stage_form::rows && !s.sweeps.empty();
    if (!is_along_rows) return number(bytes_ahead / static_cast<std::int64_t>(size_of(from.type)));
    if (vertical(s)) return sweep_ == 0 ? number(lanes_ahead) : nullptr;
    if (prefetching_sweep_ == 0 || sweep_ != prefetching_sweep_ || s.shape.rows == 0) return nullptr;
    const int next = max_axes - 1 - std::countl_zero(s.shape.rows);
    return (from.axes >> next & 1) != 0 ? from.stride[static_cast<std::size_t>(next)] : nullptr;
}

/// All sweeps of a row, and what is stored once a row.
void kernel_emitter::emit_row(const stage& s) {
    prefetching_sweep_ = longest_sweep(s);
    for (const node_id read : s.first) node_value(read);
    store_all(s.row_stores);
    if (std::popcount(s.shape.inner) != 1) return emit_sweeps(s);
    if (is_for_short_rows(s.shape)) return emit_short_runs(s);
    if (!vertical(s)) return emit_sweeps(s);
    const value last = ir_.CreateSub(product(s.shape.inner), number(1));  // -1, a large number without sign, for none
    const value is_short = ir_.CreateICmpULT(last, number(virtual_lanes));
    either(
        is_short, [&] { emit_short_runs(s); }, [&] { emit_sweeps(s); });
}

void kernel_emitter::emit_sweeps(const stage& s) {
    for (sweep_ = 0; sweep_ < s.sweeps.size(); ++sweep_) {
        emit_sweep(s, s.sweeps[sweep_]);
        store_all(s.sweeps[sweep_].row_stores);
    }
    sweep_ = 0;
}

/// Runs of at most as many elements as there are virtual lanes, one in each lane: what the sweeps share is held.
void kernel_emitter::emit_short_runs(const stage& s) {
    for (const node_id id : s.shared) held_[id] = {};
    for (const sweep& part : s.sweeps) {
        emit_short_sweep(s, part);
        store_all(part.row_stores);
        for (auto& [id, held] : held_) held.made = held.memory != nullptr;
    }
    held_.clear();
}

void kernel_emitter::emit_short_sweep(const stage& s, const sweep& part) {
    hoist_from_sweep(s, part);
    const value extent = extents_[static_cast<std::size_t>(run_axis(s))];
    std::vector<fold_state> folds = open_folds(s, part, false);
    const auto keep_term = [&](const fold_state& f, value position) {
        llvm::Type* const type = real_vector(f.fold);
        const value place = ir_.CreateInBoundsGEP(type, f.accumulators, position);
        ir_.CreateAlignedStore(operand_of(f, true), place, align_of(f.fold));
    };
    emit_vertical_run(s, folds, number(0), extent, keep_term, [&](value position) {
        for (const store& to : unparked(part.stores)) node_value(to.value);
        for (auto& [id, held] : held_) hold(id, held, position);
        store_all(unparked(part.stores));
    });
    for (const fold_state& f : folds)
        memo_[f.fold] = ir_.CreateFPCast(finish_block(f, true, extent), real_vector(f.fold));
}

/// Remembers a value that this position has made for the sweeps to come.
void kernel_emitter::hold(node_id id, held_value& held, value position) {
    if (held.made || memo_[id] == nullptr) return;
    held.type = memo_[id]->getType();
    held.memory = local(held.type, virtual_lanes, "held");
    ir_.CreateStore(memo_[id], ir_.CreateInBoundsGEP(held.type, held.memory, position));
}

void kernel_emitter::emit_sweep(const stage& s, const sweep& part) {
    hoist_from_sweep(s, part);
    const bool is_vertical = vertical(s);
    std::vector<fold_state> folds = open_folds(s, part, true);
    const std::vector<exception_at_label> exceptions = exceptions_of(s, part);
    sweep_runs(s, [&] {
        const auto run = static_cast<std::size_t>(run_axis(s));
        loop("block", number(0), extents_[run], number(block_size), [&](value first) {
            const value last = smaller(ir_.CreateAdd(first, number(block_size)), extents_[run]);
            const value used = smaller(ir_.CreateSub(last, first), number(64));
            for (const fold_state& f : folds) start_block(f, is_vertical, used);
            const std::vector<store> stores = without(exceptions, part.stores);
            if (is_vertical)
                emit_vertical_run(
                    s, folds, first, last,
                    [&](const fold_state& f, value position) { accumulate(f, true, ir_.CreateSub(position, first)); },
                    [&](value) { store_all(stores); });
            else
                emit_run(part, folds, stores, first, last);
            for (const fold_state& f : folds) add_block(f, finish_block(f, is_vertical, used));
        });
    });
    for (const exception_at_label& e : exceptions) store_at_label(e);
    for (const fold_state& f : folds) memo_[f.fold] = finish_row(f);
}

void kernel_emitter::emit_blocks(const stage& s, int index) {
    const auto run = static_cast<std::size_t>(lane_);
    const sweep& part = s.sweeps.front();
    hoist_from_sweep(s, part);
    std::vector<fold_state> folds = open_folds(s, part, false);
    const value items = items_of_blocks(s);
    const value partials = temporary_memory(static_cast<int>(partials_temporary(index))).data;
    loop("item", begin_, end_, number(1), [&](value item) {
        place_item(s.shape.inner, lane_, block_size, item);
        const value first = ir_.CreateMul(coordinate_[run], number(block_size));
        const value last = smaller(ir_.CreateAdd(first, number(block_size)), extents_[run]);
        for (const fold_state& f : folds) start_block(f, false, number(64));
        emit_run(part, folds, part.stores, first, last);
        for (std::size_t k = 0; k < folds.size(); ++k) {
            const value place = ir_.CreateAdd(ir_.CreateMul(items, number(static_cast<std::int64_t>(k))), item);
            const value partial = finish_block(folds[k], false, number(64));
            ir_.CreateStore(partial, ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials, place));
        }
    });
}

void kernel_emitter::emit_combine(const stage& s) {
    const stage& blocks = plan_.stages[static_cast<std::size_t>(s.partials_of)];
    const value items = items_of_blocks(blocks);
    const value partials = temporary_memory(static_cast<int>(partials_temporary(s.partials_of))).data;
    const std::vector<fold_state> folds = open_folds(blocks, blocks.sweeps.front(), true);
    for (std::size_t k = 0; k < folds.size(); ++k) {
        const value start = ir_.CreateMul(items, number(static_cast<std::int64_t>(k)));
        loop("partial", number(0), items, number(1), [&](value item) {
            const value place = ir_.CreateInBoundsGEP(ir_.getDoubleTy(), partials, ir_.CreateAdd(start, item));
            push(folds[k], ir_.CreateLoad(ir_.getDoubleTy(), place));
        });
        const value result = first_lane(finish_row(folds[k]));
        ir_.CreateStore(result, temporary_memory(kept_in(folds[k].fold)).data);
    }
}

// ---- memory

/// Memory on the stack, reserved once a call.
llvm::Value* kernel_emitter::local(llvm::Type* type, std::uint64_t count, const char* name) {
    const llvm::IRBuilderBase::InsertPointGuard guard(ir_);
    ir_.SetInsertPoint(entry_, entry_->begin());
    return ir_.CreateAlloca(type, ir_.getInt64(count), name);
}

std::unique_ptr<llvm::Module> emit(const plan& p, const target& machine, llvm::LLVMContext& context,
                                   std::string_view name) {
    auto module = std::make_unique<llvm::Module>(llvm::StringRef(name.data(), name.size()), context);
    gradus::prepare(*module, machine);
    kernel_emitter(p, machine, *module, name).run();
    return module;
}

}  // namespace gradus
