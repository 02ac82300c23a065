// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loads and stores. An address is a pointer, a scalar offset, and, where it varies along the lanes
// other than by one element each, a vector of offsets.
#include <gradus/error.hpp>

#include "emit_state.hpp"
#include "storage.hpp"

namespace gradus {

// ---- what lies where

/// Makes the description of a tensor at the start of the stage, once.
const kernel_emitter::memory& kernel_emitter::set_up(std::size_t slot, const std::function<memory()>& make) {
    if (tensors_[slot].data == nullptr) {
        const llvm::IRBuilderBase::InsertPointGuard guard(ir_);
        ir_.SetInsertPoint(setup_);
        tensors_[slot] = make();
        const value place = ir_.CreateConstInBoundsGEP1_64(ir_.getPtrTy(), data_, slot);
        tensors_[slot].data = ir_.CreateLoad(ir_.getPtrTy(), place, "data" + std::to_string(slot));
    }
    return tensors_[slot];
}

/// An input, or behind the inputs an output, by the strides of the call.
const kernel_emitter::memory& kernel_emitter::tensor(std::size_t i) {
    return set_up(i, [&] {
        const std::size_t inputs = plan_.body.inputs.size(), axes = plan_.body.axes.size();
        memory m;
        m.type = i < inputs ? plan_.body.inputs[i].type : plan_.body.outputs[i - inputs].type;
        m.axes = i < inputs ? plan_.body.inputs[i].axes.set() : plan_.body.outputs[i - inputs].axes.set();
        m.unit = plan_.arrangement.unit[i];
        for_each_axis(m.axes, [&](int axis) {
            const auto a = static_cast<std::size_t>(axis);
            const value place = ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), shape_, axes + i * axes + a);
            m.stride[a] = axis == m.unit ? number(1) : ir_.CreateLoad(ir_.getInt64Ty(), place, "stride");
        });
        return m;
    });
}

/// A temporary: row-major over its axes.
const kernel_emitter::memory& kernel_emitter::temporary_memory(int i) {
    return set_up(plan_.body.inputs.size() + plan_.body.outputs.size() + static_cast<std::size_t>(i), [&] {
        memory m;
        const temporary& t = plan_.temporaries[static_cast<std::size_t>(i)];
        m.type = t.element_size == sizeof(double) ? element::float64 : element::float32;
        m.axes = t.axes;
        value stride = number(1);
        for (int axis = max_axes; axis-- > 0;) {
            if ((m.axes >> axis & 1) == 0) continue;
            if (m.unit < 0) m.unit = axis;
            m.stride[static_cast<std::size_t>(axis)] = stride;
            stride = ir_.CreateMul(stride, extents_[static_cast<std::size_t>(axis)]);
        }
        return m;
    });
}

int kernel_emitter::kept_in(node_id id) const {
    for (const kept& k : plan_.kept_values)
        if (k.value == id) return k.temporary;
    throw internal_error("a reduction is read that no earlier stage has kept");
}
llvm::Value* kernel_emitter::kept_value(node_id id, const substitution& at_labels) {
    return load(temporary_memory(kept_in(id)), at_labels, kind::real);
}

// ---- addresses

/// The lanes' positions along the lane axis.
llvm::Value* kernel_emitter::lane_numbers() {
    const value steps = ir_.CreateStepVector(vector_of(ir_.getInt64Ty()));
    return ir_.CreateAdd(splat(coordinate_[static_cast<std::size_t>(lane_)]), steps);
}

/// Whether a label differs from lane to lane.
bool kernel_emitter::varies(node_id label) const { return lane_ >= 0 && (at(label).axes >> lane_ & 1) != 0; }

/// The coordinate that a label gives: a vector, or one number where all lanes have the same label. It is
/// kept inside the axis; the call has checked it before.
llvm::Value* kernel_emitter::label_coordinate(node_id label, int axis) {
    value position = in_kind(label, kind::integer);
    value last = ir_.CreateSub(extents_[static_cast<std::size_t>(axis)], number(1));
    value zero = number(0);
    if (varies(label))
        last = splat(last), zero = splat(zero);
    else
        position = first_lane(position);
    return ir_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, smaller(position, last), zero);
}

/// The part of the offset that all lanes share.
llvm::Value* kernel_emitter::scalar_offset(const memory& m, const substitution& at_labels) {
    value offset = number(0);
    for_each_axis(m.axes, [&](int axis) {
        const auto a = static_cast<std::size_t>(axis);
        const auto label = at_labels.find(axis);
        if (label != at_labels.end() && varies(label->second)) return;
        const value at = label != at_labels.end() ? label_coordinate(label->second, axis) : coordinate_[a];
        offset = ir_.CreateAdd(offset, ir_.CreateMul(at, m.stride[a]));
    });
    return offset;
}

/// The part that differs from lane to lane, null if there is none: labels that do, and the lane axis
/// where its elements are not adjacent.
llvm::Value* kernel_emitter::vector_offset(const memory& m, const substitution& at_labels) {
    value offset = nullptr;
    const auto add = [&](value more) { offset = offset == nullptr ? more : ir_.CreateAdd(offset, more); };
    for_each_axis(m.axes, [&](int axis) {
        const auto a = static_cast<std::size_t>(axis);
        const auto label = at_labels.find(axis);
        if (label != at_labels.end()) {
            if (varies(label->second)) add(ir_.CreateMul(label_coordinate(label->second, axis), splat(m.stride[a])));
        } else if (axis == lane_ && m.unit != axis) {
            add(ir_.CreateMul(ir_.CreateStepVector(vector_of(ir_.getInt64Ty())), splat(m.stride[a])));
        }
    });
    return offset;
}

// ---- loads

llvm::Value* kernel_emitter::load(const memory& from, const substitution& at_labels, kind wanted) {
    const value scalar = scalar_offset(from, at_labels);
    value vector = vector_offset(from, at_labels);
    const bool along_lanes = lane_ >= 0 && (from.axes >> lane_ & 1) != 0 && !at_labels.contains(lane_);
    const bool adjacent = along_lanes && from.unit == lane_;
    if (vector != nullptr && adjacent) vector = ir_.CreateAdd(vector, ir_.CreateStepVector(vector->getType()));
    return loaded_as(load_lanes(from, scalar, vector, adjacent), from.type, wanted);
}

llvm::Value* kernel_emitter::load_lanes(const memory& from, value scalar_part, value vector_part, bool adjacent) {
    llvm::Type* const item = scalar_type(from.type);
    llvm::Type* const items = vector_of(item);
    const llvm::Align align(size_of(from.type));
    const value place = ir_.CreateGEP(item, from.data, scalar_part);
    const value zeros = llvm::Constant::getNullValue(items);
    if (vector_part != nullptr) {
        const value places = ir_.CreateGEP(item, place, vector_part);
        const value all = llvm::ConstantInt::getTrue(vector_of(ir_.getInt1Ty()));
        return ir_.CreateMaskedGather(items, places, align, mask_ != nullptr ? mask_ : all, zeros);
    }
    if (!adjacent) return splat(ir_.CreateAlignedLoad(item, place, align));
    if (mask_ != nullptr) return ir_.CreateMaskedLoad(items, place, align, mask_, zeros);
    return ir_.CreateAlignedLoad(items, place, align);
}

llvm::Value* kernel_emitter::loaded_as(value v, element type, kind wanted) {
    const bool is_signed = type >= element::int8 && type <= element::int64;
    if (is_storage(type)) v = from_storage(ir_, v, type);
    if (is_real(type)) return convert(v, kind::real, wanted);
    llvm::Type* const integers = vector_of(ir_.getInt64Ty());
    const value integer = is_signed ? ir_.CreateSExtOrTrunc(v, integers) : ir_.CreateZExtOrTrunc(v, integers);
    return convert(integer, kind::integer, wanted);
}

// ---- stores

/// Every value is computed before the first is stored, since an output may lie in an input's memory.
void kernel_emitter::store_all(const std::vector<store>& stores) {
    for (const store& to : stores) node_value(to.value);
    for (const store& to : stores) store_value(to);
}

void kernel_emitter::store_value(const store& to) {
    const memory& m = memory_of(to);
    store_lanes(m, stored_value(to.value, m.type));
}

const kernel_emitter::memory& kernel_emitter::memory_of(const store& to) {
    return to.output >= 0 ? tensor(plan_.body.inputs.size() + static_cast<std::size_t>(to.output))
                          : temporary_memory(to.temporary);
}

// ---- stores that differ at a label

/// The stores of a horizontal sweep along one axis that need no choice in each lane: the exceptional element is
/// stored after the others.
std::vector<kernel_emitter::exception_at_label> kernel_emitter::exceptions_of(const stage& s, const sweep& part) {
    std::vector<exception_at_label> found;
    if (vertical(s) || std::popcount(s.shape.inner) != 1) return found;
    const auto is_of_row = [&](node_id id) { return (at(id).axes & s.shape.inner) == 0; };
    for (const store& to : part.stores) {
        const node& choice = at(to.value);
        if (choice.code != op::where || is_in_memory(to.value) || !is_of_row(choice.args[1])) continue;
        const node& test = at(choice.args[0]);
        if (test.code != op::equal || is_in_memory(choice.args[0])) continue;
        for (std::size_t i = 0; i < 2; ++i)
            if (at(test.args[i]).code == op::index && at(test.args[i]).over == s.shape.inner &&
                at(test.args[1 - i]).type == kind::integer && is_of_row(test.args[1 - i]))
                found.push_back({to, test.args[1 - i], choice.args[1], choice.args[2]});
    }
    return found;
}

/// The stores without those that only later sweeps read.
std::vector<store> kernel_emitter::unparked(std::vector<store> stores) {
    std::erase_if(stores, [](const store& to) { return to.parked; });
    return stores;
}

/// The stores with the rest in place of the choice.
std::vector<store> kernel_emitter::without(const std::vector<exception_at_label>& exceptions,
                                           std::vector<store> stores) {
    for (store& to : stores)
        for (const exception_at_label& e : exceptions)
            if (e.to.output == to.output && e.to.value == to.value) to.value = e.rest;
    return stores;
}

void kernel_emitter::store_at_label(const exception_at_label& e) {
    const memory& m = memory_of(e.to);
    const value label = first_lane(in_kind(e.label, kind::integer));
    const value element = first_lane(stored_value(e.exceptional, m.type));
    when(ir_.CreateICmpULT(label, extents_[static_cast<std::size_t>(lane_)]), [&] {
        const value place = ir_.CreateGEP(scalar_type(m.type), m.data, scalar_offset(m, {{lane_, e.label}}));
        ir_.CreateAlignedStore(element, place, llvm::Align(size_of(m.type)));
    });
}

/// A node's real value as it lies in memory, rounded once from the format in which it is computed.
llvm::Value* kernel_emitter::stored_value(node_id id, element type) {
    if (!is_storage(type)) return real_value(id, vector_of(scalar_type(type)));
    const bool computed_as_real = at(id).type == kind::real && at(id).code != op::constant;
    return to_storage(ir_, real_value(id, computed_as_real ? real_vector(id) : vector_of(ir_.getDoubleTy())), type);
}

void kernel_emitter::store_lanes(const memory& to, value v) {
    llvm::Type* const item = scalar_type(to.type);
    const llvm::Align align(size_of(to.type));
    const value place = ir_.CreateGEP(item, to.data, scalar_offset(to, {}));
    const bool along_lanes = lane_ >= 0 && (to.axes >> lane_ & 1) != 0;
    if (!along_lanes) {
        ir_.CreateAlignedStore(first_lane(v), place, align);
    } else if (to.unit != lane_) {
        const value all = llvm::ConstantInt::getTrue(vector_of(ir_.getInt1Ty()));
        const value places = ir_.CreateGEP(item, place, vector_offset(to, {}));
        ir_.CreateMaskedScatter(v, places, align, mask_ != nullptr ? mask_ : all);
    } else if (mask_ != nullptr) {
        ir_.CreateMaskedStore(v, place, align, mask_);
    } else {
        ir_.CreateAlignedStore(v, place, align);
    }
}

}  // namespace gradus
