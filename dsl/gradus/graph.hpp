// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph: the contract between the stages. A flat array of nodes in topological order (operands
// before users), equal nodes stored once, plus the tables of axes, inputs, outputs and fired rules.
// Plain data: the front end builds it in constant evaluation, the code generator reads it at run time.
//
// `graph` owns its arrays; `graph_view` refers to them, or to arrays in read-only data; every
// function that only reads takes a graph_view. Invariants: a node's operands have smaller ids;
// names live in the one pool `names`; bit k of an axis_set is axis k of the table `axes`; the label of
// every `at` has its requirement.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include <gradus/primitive.hpp>
#include <gradus/text.hpp>
#include <gradus/vec.hpp>

namespace gradus {

using node_id = std::uint32_t;
inline constexpr node_id no_node = ~node_id{0};

using axis_set = std::uint32_t;
inline constexpr int max_axes = 32;                 ///< axes of one graph
inline constexpr axis_set any_axes = ~axis_set{0};  ///< in patterns of rewrite rules: whatever axes match
inline constexpr int max_rank = 16;                 ///< axes of one tensor, those of "..." included

/// The axis name that stands for any further axes.
inline constexpr std::string_view ellipsis = "...";

/// A tensor's element type in memory.
enum class element : std::uint8_t {
    float32,
    float64,
    float16,
    bfloat16,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64
};

constexpr bool is_real(element type) { return type <= element::bfloat16; }
/// Only in memory: read as float32, rounded once where it is written.
constexpr bool is_storage(element type) { return type == element::float16 || type == element::bfloat16; }
constexpr std::size_t size_of(element type) {
    constexpr std::array<std::uint8_t, 12> sizes{4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8};
    return sizes[static_cast<std::size_t>(type)];
}
constexpr std::string_view name_of(element type) {
    constexpr std::array<std::string_view, 12> names{"float32", "float64", "float16", "bfloat16", "int8",   "int16",
                                                     "int32",   "int64",   "uint8",   "uint16",   "uint32", "uint64"};
    return names[static_cast<std::size_t>(type)];
}
/// The real type of a result of two tensors: theirs if it is one type, else float64 if one has it, else float32.
constexpr element promoted(element a, element b) {
    if (a == b) return a;
    return a == element::float64 || b == element::float64 ? element::float64 : element::float32;
}

/// A part of the graph's pool of characters.
struct name_ref {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
};

struct node {
    op code = op::constant;
    kind type = kind::real;
    bool guarded = false;                           ///< it may be zero by a select, see `guard_of`
    axis_set axes = 0;                              ///< the axes along which the value varies
    axis_set over = 0;                              ///< reductions, softmax, at, index, extent: the axes meant
    node_id args[3] = {no_node, no_node, no_node};  ///< the first about(code).arity are operands
    double value = 0;                               ///< constant: its value
    std::uint32_t ref = 0;                          ///< input, uniform: position in `inputs`; wildcard, activation: which
    std::uint64_t hash = 0;                         ///< of the content, by names: the same in every graph
};

/// What an input is to the user.
enum class role : std::uint8_t {
    tensor,  ///< float16, bfloat16, float32 or float64 data
    labels,  ///< integers
    scalar,  ///< one number bound by name at the call
    seed     ///< a stream of random numbers, bound to its 64-bit seed
};

/// The axes of a tensor, in the order of its declaration.
struct axis_order {
    std::uint8_t rank = 0;
    std::array<std::uint8_t, max_rank> axis{};

    constexpr axis_set set() const {
        axis_set bits = 0;
        for (int i = 0; i < rank; ++i) bits |= axis_set{1} << axis[static_cast<std::size_t>(i)];
        return bits;
    }
    constexpr void push_back(int a) { axis[rank++] = static_cast<std::uint8_t>(a); }
    friend constexpr bool operator==(const axis_order&, const axis_order&) = default;
};

struct input {
    name_ref name;
    role use = role::tensor;
    element type = element::float32;  ///< labels: any integer type may be bound; this is the declared default
    bool any_integer = false;         ///< labels that accept every integer type
    bool used = true;                 ///< false if no output depends on it any more
    axis_order axes;
};

struct output {
    name_ref name;  ///< the user's name of the expression, empty if unknown
    node_id value = no_node;
    element type = element::float32;
    axis_order axes;          ///< may hold more axes than the node's, whose value is then broadcast
    bool derivative = false;  ///< asked for by grad or vjp
    bool inspected = false;   ///< shows how a value is computed; its own type decides nothing about the arithmetic
};

/// One firing of a rewrite rule: `rule` is its row in the table of rule.hpp, `made` the node that it
/// made, no_node if later work removed that node again.
struct firing {
    std::uint16_t rule = 0;
    node_id made = no_node;
};

/// Where a node comes from in the user's text, as far as `located` was used. Not part of the hash.
struct source_place {
    node_id value = no_node;
    name_ref text;  ///< "loss.cpp:12"
};

/// What must hold for every element of a call's data, or the call fails before anything is written: a
/// condition; or, if `over` names an axis, that a label lies inside it. A requirement stands beside the
/// outputs, not among the nodes that lead to them: rewriting and differentiation see through it, and it
/// holds for a gradient that needs neither the value nor the condition any more.
struct requirement {
    node_id condition = no_node;  ///< not 0 where it holds; no_node for labels, until axes are loops
    node_id value = no_node;      ///< the label; or the input that the condition is about, if it is one
    axis_set over = 0;            ///< labels: the axis that they lie along
    friend constexpr bool operator==(const requirement&, const requirement&) = default;
};

/// A graph by reference.
struct graph_view {
    array_view<node> nodes;
    array_view<input> inputs;
    array_view<output> outputs;
    array_view<requirement> requirements;
    array_view<name_ref> axes;
    array_view<firing> log;
    array_view<source_place> places;
    std::string_view names;
    std::uint64_t hash = 0;  ///< of everything that the generated code depends on

    constexpr std::string_view text_of(name_ref ref) const { return names.substr(ref.begin, ref.size); }
    constexpr std::string_view axis_name(int axis) const { return text_of(axes[static_cast<std::size_t>(axis)]); }
    constexpr const node& operator[](node_id id) const { return nodes[id]; }
};

/// A graph that owns its parts.
struct graph {
    vec<node> nodes;
    vec<input> inputs;
    vec<output> outputs;
    vec<requirement> requirements;
    vec<name_ref> axes;
    vec<firing> log;
    vec<source_place> places;
    vec<char> names;
    std::uint64_t hash = 0;

    constexpr operator graph_view() const {
        return {nodes, inputs, outputs, requirements, axes, log, places, {names.data(), names.size()}, hash};
    }
};

constexpr int arity(const node& n) { return detail::primitive_table[static_cast<std::size_t>(n.code)].arity; }
constexpr bool same_operands(const node& a, const node& b) {
    return a.args[0] == b.args[0] && a.args[1] == b.args[1] && a.args[2] == b.args[2];
}

/// The element type of a graph's arithmetic: float64 as soon as an input that is used, or an output, is
/// float64 (a gradient for a float64 variable need not read that variable).
constexpr element arithmetic_of(graph_view g) {
    for (const output& out : g.outputs)
        if (!out.inspected && out.type == element::float64) return element::float64;
    for (const input& in : g.inputs)
        if (in.used && (in.use == role::tensor || in.use == role::scalar) && in.type == element::float64)
            return element::float64;
    return element::float32;
}

/// Calls visit(axis number) for each axis of a set, in rising order.
template <class Visit>
constexpr void for_each_axis(axis_set set, Visit visit) {
    for (; set != 0; set &= set - 1) visit(std::countr_zero(set));
}

}  // namespace gradus
