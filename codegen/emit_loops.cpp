// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <bit>
#include <limits>

#include <gradus/error.hpp>

#include "emit_node.hpp"

namespace gradus {

node_emitter::node_emitter(const plan& p, const target& machine, llvm::Module& module)
    : plan_(p), machine_(machine), module_(module), ir_(module.getContext()), math_{ir_, machine} {
    real_ = p.arithmetic == element::float64 ? ir_.getDoubleTy() : ir_.getFloatTy();
}

/// Nothing is known yet in a stage; what it loads of pointers, extents and strides comes first.
void node_emitter::start_stage(int index) {
    stage_ = static_cast<std::size_t>(index);
    memo_.assign(plan_.body.nodes.size(), nullptr);
    coordinate_.fill(nullptr);
    lane_ = plan_.stages[stage_].shape.lane;
    mask_ = nullptr;
    extents_.clear();
    tensors_.assign(plan_.body.inputs.size() + plan_.body.outputs.size() + plan_.temporaries.size(), {});
    auto* const body = llvm::BasicBlock::Create(module_.getContext(), "body", function_);
    setup_ = ir_.CreateBr(body);
    ir_.SetInsertPoint(setup_);
    for (std::size_t axis = 0; axis < plan_.body.axes.size(); ++axis) {
        value place = ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), shape_, axis);
        extents_.push_back(ir_.CreateLoad(ir_.getInt64Ty(), place, "extent"));
    }
    ir_.SetInsertPoint(body);
}

// ---- loops

/// for (i = from; i < to; i += step) carried = body(i, carried). What the body remembers is forgotten after it.
node_emitter::values node_emitter::loop_with(const char* name, value from, value to, value step, const values& start,
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
node_emitter::values node_emitter::when_with(value condition, const values& otherwise,
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

void node_emitter::loop(const char* name, value from, value to, value step, const body_function& body) {
    loop_with(name, from, to, step, {}, [&](value i, const values&) {
        body(i);
        return values{};
    });
}

void node_emitter::when(value condition, const std::function<void()>& body) {
    when_with(condition, {}, [&] {
        body();
        return values{};
    });
}

void node_emitter::either(value condition, const std::function<void()>& body, const std::function<void()>& otherwise) {
    const std::vector<value> memo = memo_;
    const auto coordinate = coordinate_;
    auto* const yes = llvm::BasicBlock::Create(module_.getContext(), "then", function_);
    auto* const no = llvm::BasicBlock::Create(module_.getContext(), "else", function_);
    auto* const after = llvm::BasicBlock::Create(module_.getContext(), "endif", function_);
    ir_.CreateCondBr(condition, yes, no);
    for (auto* const block : {yes, no}) {
        ir_.SetInsertPoint(block);
        block == yes ? body() : otherwise();
        ir_.CreateBr(after);
        memo_ = memo;
        coordinate_ = coordinate;
    }
    ir_.SetInsertPoint(after);
}

/// Sets the coordinates of an item; the lane axis is counted in chunks.
void node_emitter::place_item(axis_set axes, int counted_lane, std::int64_t chunk, value item) {
    std::vector<int> order;
    for_each_axis(axes, [&](int axis) { order.push_back(axis); });
    for (std::size_t k = order.size(); k-- > 0;) {
        const auto axis = static_cast<std::size_t>(order[k]);
        const value count = order[k] == counted_lane ? pieces(extents_[axis], chunk) : extents_[axis];
        if (k == 0) {
            coordinate_[axis] = item;
            return;
        }
        coordinate_[axis] = ir_.CreateURem(item, count);
        item = ir_.CreateUDiv(item, count);
    }
}

/// Emits, outside of the loops to come, the parts of a value that do not vary along some axes.
void node_emitter::hoist(node_id root, axis_set varying) {
    std::vector<node_id> open{root};
    std::vector<std::uint8_t> seen(plan_.body.nodes.size(), 0);
    while (!open.empty()) {
        const node_id id = open.back();
        open.pop_back();
        if (seen[id] != 0 || memo_[id] != nullptr) continue;
        seen[id] = 1;
        const node& n = at(id);
        if ((n.axes & varying) == 0) {
            node_value(id);
            continue;
        }
        if (about(n.code).shape == form::reduction || is_in_memory(id)) continue;
        const std::size_t first = n.code == op::at ? 1 : 0;  // what is read stands elsewhere
        for (std::size_t i = first; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
    }
}
void node_emitter::hoist_from_sweep(const stage& s, const sweep& part) {
    const axis_set varying = s.shape.inner | (s.shape.form == stage_form::blocks ? s.shape.rows : 0);
    for (const node_id fold : part.folds) hoist(at(fold).args[0], varying);
    for (const store& to : part.stores) hoist(to.value, varying);
}

/// The costly functions of what the sweep being emitted computes at each position.
int node_emitter::functions_of(const sweep& part) const {
    return costly_functions(plan_, values_of(plan_, part), stage_, sweep_);
}

// ---- reductions

/// The axis along which a fold counts positions: the lane axis, or the last inner axis when lanes are rows.
int node_emitter::run_axis(const stage& s) const {
    if (!vertical(s)) return lane_;
    return max_axes - 1 - std::countl_zero(s.shape.inner);
}

bool node_emitter::vertical(const stage& s) const { return lane_ < 0 || (s.shape.inner >> lane_ & 1) == 0; }

/// Loops over the inner axes other than the run axis.
void node_emitter::sweep_runs(const stage& s, const std::function<void()>& run) {
    const axis_set outer = s.shape.inner & ~(axis_set{1} << run_axis(s));
    std::vector<int> axes;
    for_each_axis(outer, [&](int axis) { axes.push_back(axis); });
    const std::function<void(std::size_t)> nest = [&](std::size_t depth) {
        if (depth == axes.size()) return run();
        const auto axis = static_cast<std::size_t>(axes[depth]);
        loop("inner", number(0), extents_[axis], number(1), [&](value i) {
            coordinate_[axis] = i;
            nest(depth + 1);
        });
    };
    nest(0);
}

llvm::Constant* node_emitter::identity(op code, llvm::Type* type) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return llvm::ConstantFP::get(type, code == op::reduce_sum ? -0.0 : code == op::reduce_max ? -infinity : infinity);
}

llvm::Value* node_emitter::combined(op code, value a, value b) {
    if (code == op::reduce_sum) return ir_.CreateFAdd(a, b);
    const std::array operands{a, b};
    return emitter_of(code == op::reduce_max ? op::max : op::min)(math_, operands);
}

// ---- small helpers

llvm::Value* node_emitter::pieces(value count, std::int64_t piece) {
    return ir_.CreateUDiv(ir_.CreateAdd(count, number(piece - 1)), number(piece));
}
llvm::VectorType* node_emitter::vector_of(llvm::Type* scalar) const {
    return llvm::FixedVectorType::get(scalar, lanes_);
}
llvm::Type* node_emitter::scalar_type(element type) {
    if (type == element::float32) return ir_.getFloatTy();
    if (type == element::float64) return ir_.getDoubleTy();
    return ir_.getIntNTy(static_cast<unsigned>(8 * size_of(type)));
}
llvm::Value* node_emitter::product(axis_set axes) {
    value total = number(1);
    for_each_axis(axes, [&](int axis) { total = ir_.CreateMul(total, extents_[static_cast<std::size_t>(axis)]); });
    return total;
}
llvm::Value* node_emitter::items_of_blocks(const stage& s) {
    const axis_set outer = s.shape.inner & ~(axis_set{1} << s.shape.lane);
    return ir_.CreateMul(product(outer), pieces(extents_[static_cast<std::size_t>(s.shape.lane)], block_size));
}
std::int64_t node_emitter::partials_temporary(int blocks_stage) const {
    for (std::size_t i = 0; i < plan_.temporaries.size(); ++i)
        if (plan_.temporaries[i].blocks_of == blocks_stage) return static_cast<std::int64_t>(i);
    throw internal_error("a stage of blocks has no memory for its partial results");
}

}  // namespace gradus
