// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What all emitters share: the value of a node at the present coordinates, loads and stores, loops. Start reading in
// emit.cpp (kernels of the host) or emit_simt.cpp (kernels of GPUs); emit_value.cpp makes the value of a node,
// emit_memory.cpp loads and stores, emit_loops.cpp places them.
//
// Every value is a vector of `lanes` elements: reals in the type that the plan gives the node (float or double),
// integers in i64, booleans in i1. What does not vary along the lane axis is the same in all lanes. A value is
// emitted where all its axes are known and remembered until its loop ends, so uniform work stays outside of inner
// loops.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "plan.hpp"
#include "llvm.hpp"
#include "math.hpp"
#include "target.hpp"

namespace gradus {

/// Elements that a fold accumulates side by side, whatever the lanes of a vector.
inline constexpr int virtual_lanes = 64;

/// Coordinates that labels replace, in a read through `at`.
using substitution = std::map<int, node_id>;

class node_emitter {
protected:
    node_emitter(const plan& p, const target& machine, llvm::Module& module);
    ~node_emitter() = default;

    using value = llvm::Value*;
    using values = std::vector<value>;
    using body_function = std::function<void(value)>;

    /// A tensor in memory as the kernel sees it.
    struct memory {
        value data = nullptr;
        element type = element::float32;
        axis_set axes = 0;
        std::array<value, max_axes> stride{};
        int unit = -1;  ///< the axis along which elements are adjacent
    };

    /// A value of each position of a short run, in memory of its own.
    struct held_value {
        value memory = nullptr;
        llvm::Type* type = nullptr;  ///< of a position's lanes
        bool made = false;           ///< by an earlier sweep
    };

    // ---- emit_loops.cpp: places, and what reductions have in common
    void start_stage(int index);
    values loop_with(const char* name, value from, value to, value step, const values& start,
                     const std::function<values(value, const values&)>& body);
    values when_with(value condition, const values& otherwise, const std::function<values()>& body);
    void loop(const char* name, value from, value to, value step, const body_function& body);
    void when(value condition, const std::function<void()>& body);
    void either(value condition, const std::function<void()>& body, const std::function<void()>& otherwise);
    void place_item(axis_set axes, int counted_lane, std::int64_t chunk, value item);
    void hoist(node_id root, axis_set varying);
    void hoist_from_sweep(const stage& s, const sweep& part);
    int functions_of(const sweep& part) const;
    void sweep_runs(const stage& s, const std::function<void()>& run);
    int run_axis(const stage& s) const;
    bool vertical(const stage& s) const;
    value combined(op code, value a, value b);
    llvm::Constant* identity(op code, llvm::Type* type) const;
    value items_of_blocks(const stage& s);
    std::int64_t partials_temporary(int blocks_stage) const;

    // ---- emit_value.cpp: nodes
    value node_value(node_id id);
    value make_value(node_id id);
    bool is_in_memory(node_id id) const;
    value stored_before(node_id id);
    value operand_value(node_id id, std::size_t i);
    value pointwise_value(node_id id);
    bool is_sum_of_floats(node_id id) const;
    value sum_in_float(node_id id);
    bool takes_exact_difference(node_id exponential) const;
    digits digits_of(node_id id) const;
    value index_value(int axis);
    value extent_value(axis_set axes);
    value uniform_value(const node& n, const substitution& at);
    value read_at(const node& n, substitution at);
    value real_value(node_id id, llvm::Type* vector);
    value in_kind(node_id id, kind wanted);
    value convert(value v, kind from, kind to);
    kind operand_kind(const node& n, std::size_t i) const;
    bool compares_integers(const node& n) const;

    // ---- emit_memory.cpp: loads and stores
    const memory& tensor(std::size_t i);
    const memory& temporary_memory(int i);
    const memory& set_up(std::size_t slot, const std::function<memory()>& make);
    value load(const memory& from, const substitution& at, kind wanted);
    value load_lanes(const memory& from, value scalar_offset, value vector_offset, bool adjacent);
    /// How many elements behind those that are loaded memory is asked for; null: memory is not.
    virtual value prefetch_distance(const memory&) { return nullptr; }
    void prefetch(value address);
    value loaded_as(value v, element type, kind wanted);
    void store_all(const std::vector<store>& stores);
    void store_value(const store& to);
    const memory& memory_of(const store& to);
    value stored_value(node_id id, element type);
    void store_lanes(const memory& to, value v);
    llvm::Align align_of_lanes(const memory& m) const;
    /// A pointer that the caller gave, as the target accesses such memory.
    virtual value global_pointer(value given) { return given; }
    value lane_numbers();
    bool varies(node_id label) const;
    value label_coordinate(node_id label, int axis);
    value scalar_offset(const memory& m, const substitution& at);
    value vector_offset(const memory& m, const substitution& at);
    value kept_value(node_id id, const substitution& at);
    int kept_in(node_id id) const;

    // ---- small helpers
    value number(std::int64_t n) { return ir_.getInt64(static_cast<std::uint64_t>(n)); }
    value splat(value scalar) { return ir_.CreateVectorSplat(lanes_, scalar); }
    value first_lane(value v) { return ir_.CreateExtractElement(v, std::uint64_t{0}); }
    value smaller(value a, value b) { return ir_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, a, b); }
    value pieces(value count, std::int64_t piece);
    const node& at(node_id id) const { return plan_.body.nodes[id]; }
    /// An element in memory: storage types are integers there.
    llvm::Type* scalar_type(element type);
    llvm::VectorType* vector_of(llvm::Type* scalar) const;
    /// The element type of the arithmetic: that of inputs and outputs.
    llvm::Type* real_vector() const { return vector_of(real_); }
    /// The type of a node's real values.
    llvm::Type* real_type(node_id id) { return scalar_type(plan_.type_of(id)); }
    llvm::Type* real_vector(node_id id) { return vector_of(real_type(id)); }
    llvm::Align align_of(node_id id) const { return llvm::Align(size_of(plan_.type_of(id))); }
    value product(axis_set axes);

    const plan& plan_;
    const target& machine_;
    llvm::Module& module_;
    llvm::IRBuilder<> ir_;
    math_context math_;
    llvm::Function* function_ = nullptr;
    llvm::BasicBlock* entry_ = nullptr;
    unsigned lanes_ = 0;
    llvm::Type* real_ = nullptr;
    value data_ = nullptr, shape_ = nullptr;
    std::vector<value> extents_;
    std::vector<memory> tensors_;         ///< inputs, outputs, temporaries, as far as this stage needs them
    std::size_t stage_ = 0, sweep_ = 0;   ///< those being emitted
    llvm::Instruction* setup_ = nullptr;  ///< where a stage loads pointers, extents and strides

    // The place in the loops.
    std::vector<value> memo_;                   ///< by node; null where not yet known
    std::array<value, max_axes> coordinate_{};  ///< by axis; that of the lane axis is its first lane's
    int lane_ = -1;
    value mask_ = nullptr;  ///< lanes that exist; null if all do
    std::map<node_id, held_value> held_;
};

}  // namespace gradus
