// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loads and stores. An address is a pointer, a scalar offset, and, where it varies along the lanes
// other than by one element each, a vector of offsets.
#include <algorithm>

#include <gradus/error.hpp>

#include "emit_node.hpp"
#include "storage.hpp"

namespace gradus {

// ---- what lies where

/// Makes the description of a tensor at the start of the stage, once.
const node_emitter::memory& node_emitter::set_up(std::size_t slot, const std::function<memory()>& make) {
    if (tensors_[slot].data == nullptr) {
        const llvm::IRBuilderBase::InsertPointGuard guard(ir_);
        ir_.SetInsertPoint(setup_);
        tensors_[slot] = make();
        const value place = ir_.CreateConstInBoundsGEP1_64(ir_.getPtrTy(), data_, slot);
        tensors_[slot].data = global_pointer(ir_.CreateLoad(ir_.getPtrTy(), place, "data" + std::to_string(slot)));
    }
    return tensors_[slot];
}

/// An input, or behind the inputs an output, by the strides of the call.
const node_emitter::memory& node_emitter::tensor(std::size_t i) {
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
const node_emitter::memory& node_emitter::temporary_memory(int i) {
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

int node_emitter::kept_in(node_id id) const {
    for (const kept& k : plan_.kept_values)
        if (k.value == id) return k.temporary;
    throw internal_error("a reduction is read that no earlier stage has kept");
}
llvm::Value* node_emitter::kept_value(node_id id, const substitution& at_labels) {
    return load(temporary_memory(kept_in(id)), at_labels, at(id).type);
}

// ---- addresses

/// The lanes' positions along the lane axis.
llvm::Value* node_emitter::lane_numbers() {
    const value steps = ir_.CreateStepVector(vector_of(ir_.getInt64Ty()));
    return ir_.CreateAdd(splat(coordinate_[static_cast<std::size_t>(lane_)]), steps);
}

/// Whether a label differs from lane to lane.
bool node_emitter::varies(node_id label) const { return lane_ >= 0 && (at(label).axes >> lane_ & 1) != 0; }

/// The coordinate that a label gives: a vector, or one number where all lanes have the same label. It is
/// kept inside the axis; the call has checked it before.
llvm::Value* node_emitter::label_coordinate(node_id label, int axis) {
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
llvm::Value* node_emitter::scalar_offset(const memory& m, const substitution& at_labels) {
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
llvm::Value* node_emitter::vector_offset(const memory& m, const substitution& at_labels) {
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

/// How vectors of adjacent lanes lie in memory: the lane axis is walked by vectors from its start.
llvm::Align node_emitter::align_of_lanes(const memory& m) const {
    const bool is_argument = &m < tensors_.data() + plan_.body.inputs.size() + plan_.body.outputs.size();
    constexpr std::size_t widest = 16;
    if (!plan_.arrangement.aligned || !is_argument) return llvm::Align(size_of(m.type));
    return llvm::Align(std::min(widest, lanes_ * size_of(m.type)));
}

// ---- loads

llvm::Value* node_emitter::load(const memory& from, const substitution& at_labels, kind wanted) {
    const value scalar = scalar_offset(from, at_labels);
    value vector = vector_offset(from, at_labels);
    const bool along_lanes = lane_ >= 0 && (from.axes >> lane_ & 1) != 0 && !at_labels.contains(lane_);
    const bool adjacent = along_lanes && from.unit == lane_;
    if (vector != nullptr && adjacent) vector = ir_.CreateAdd(vector, ir_.CreateStepVector(vector->getType()));
    return loaded_as(load_lanes(from, scalar, vector, adjacent), from.type, wanted);
}

llvm::Value* node_emitter::load_lanes(const memory& from, value scalar_part, value vector_part, bool adjacent) {
    llvm::Type* const item = scalar_type(from.type);
    llvm::Type* const items = vector_of(item);
    const llvm::Align align(size_of(from.type));
    const llvm::Align together = align_of_lanes(from);
    const value place = ir_.CreateGEP(item, from.data, scalar_part);
    const value zeros = llvm::Constant::getNullValue(items);
    if (vector_part != nullptr) {
        const value places = ir_.CreateGEP(item, place, vector_part);
        const value all = llvm::ConstantInt::getTrue(vector_of(ir_.getInt1Ty()));
        return ir_.CreateMaskedGather(items, places, align, mask_ != nullptr ? mask_ : all, zeros);
    }
    const value ahead = adjacent ? prefetch_distance(from) : nullptr;
    if (ahead != nullptr) prefetch(ir_.CreateGEP(item, place, ahead));
    if (!adjacent) return splat(ir_.CreateAlignedLoad(item, place, align));
    if (mask_ != nullptr) return ir_.CreateMaskedLoad(items, place, together, mask_, zeros);
    return ir_.CreateAlignedLoad(items, place, together);
}

/// Asks for the cache line of an address, which may lie outside of any memory.
void node_emitter::prefetch(value address) {
    constexpr int to_read = 0, to_first_level = 3, data = 1;
    ir_.CreateIntrinsic(llvm::Intrinsic::prefetch, {address->getType()},
                        {address, ir_.getInt32(to_read), ir_.getInt32(to_first_level), ir_.getInt32(data)});
}

llvm::Value* node_emitter::loaded_as(value v, element type, kind wanted) {
    const bool is_signed = type >= element::int8 && type <= element::int64;
    if (is_storage(type)) v = from_storage(ir_, v, type);
    if (is_real(type)) return convert(v, kind::real, wanted);
    llvm::Type* const integers = vector_of(ir_.getInt64Ty());
    const value integer = is_signed ? ir_.CreateSExtOrTrunc(v, integers) : ir_.CreateZExtOrTrunc(v, integers);
    return convert(integer, kind::integer, wanted);
}

// ---- stores

/// Every value is computed before the first is stored, since an output may lie in an input's memory.
void node_emitter::store_all(const std::vector<store>& stores) {
    for (const store& to : stores) node_value(to.value);
    for (const store& to : stores) store_value(to);
}

void node_emitter::store_value(const store& to) {
    const memory& m = memory_of(to);
    store_lanes(m, stored_value(to.value, m.type));
}

const node_emitter::memory& node_emitter::memory_of(const store& to) {
    return to.output >= 0 ? tensor(plan_.body.inputs.size() + static_cast<std::size_t>(to.output))
                          : temporary_memory(to.temporary);
}

/// A node's real value as it lies in memory, rounded once from the format in which it is computed.
llvm::Value* node_emitter::stored_value(node_id id, element type) {
    if (!is_storage(type)) return real_value(id, vector_of(scalar_type(type)));
    const bool computed_as_real = at(id).type == kind::real && at(id).code != op::constant;
    return to_storage(ir_, real_value(id, computed_as_real ? real_vector(id) : vector_of(ir_.getDoubleTy())), type);
}

void node_emitter::store_lanes(const memory& to, value v) {
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
        ir_.CreateMaskedStore(v, place, align_of_lanes(to), mask_);
    } else {
        ir_.CreateAlignedStore(v, place, align_of_lanes(to));
    }
}

}  // namespace gradus
