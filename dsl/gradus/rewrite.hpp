// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rewriting while interning: `rewrite` is the builder's rewriter. Since operands are made before their
// users, every form is seen complete, before differentiation and again in the gradient.
#pragma once

#include <utility>

#include <gradus/rule_book.hpp>
#include <gradus/sym.hpp>

namespace gradus {

/// The rules that are functions, not patterns; their rows in `rules` (rules.hpp).
enum class structural : std::uint16_t {
    constant_folding,
    known_condition,
    missing_axis,
    select_outermost,
    select_of_row,
    row_outermost,
    one_element,
    count_
};

namespace detail {

inline constexpr rule_engine engine(book_nodes, book_rules);

constexpr int leaf_rank(op code) {
    switch (code) {
        case op::constant: return 0;
        case op::input: return 1;
        case op::uniform: return 2;
        case op::extent: return 3;
        case op::index: return 4;
        default: return 5;
    }
}

/// Operations by code, but lower bounds before upper ones, as an interval is written: x >= 0 && x <= 1.
constexpr int code_rank(op code) {
    const int rank = static_cast<int>(code);
    if (code == op::less || code == op::less_equal) return rank + 2;
    return code == op::greater || code == op::greater_equal ? rank - 2 : rank;
}
static_assert(code_rank(op::greater) == static_cast<int>(op::less) &&
              code_rank(op::less) == code_rank(op::greater) + 2);

/// The order of two different operands in the canonical form, below 0 if `left` comes first: inputs by
/// name, then other leaves, then operations by code and, to a limited depth, by their operands, so that
/// formulas read in the order of their variables; what is then still equal goes by hash.
constexpr int order_of(const builder& graph, node_id left, node_id right, int depth = 3) {
    if (left == right) return 0;
    const node& a = graph[left];
    const node& b = graph[right];
    if (const int order = leaf_rank(a.code) - leaf_rank(b.code); order != 0) return order;
    if (a.code == op::input && b.code == op::input)
        return graph.text_of(graph.inputs()[a.ref].name) < graph.text_of(graph.inputs()[b.ref].name) ? -1 : 1;
    if (a.code == op::constant) return a.value < b.value ? -1 : 1;
    if (a.code != b.code) return code_rank(a.code) - code_rank(b.code);
    // x * x before 2 * x, as in a polynomial.
    const bool scaled_a = a.code == op::mul && graph[a.args[0]].code == op::constant;
    const bool scaled_b = b.code == op::mul && graph[b.args[0]].code == op::constant;
    if (scaled_a != scaled_b) return scaled_b ? -1 : 1;
    for (std::size_t i = 0; depth > 0 && i < static_cast<std::size_t>(arity(a)); ++i)
        if (const int order = order_of(graph, a.args[i], b.args[i], depth - 1); order != 0) return order;
    return a.hash < b.hash ? -1 : 1;
}

/// Constants first in products, last elsewhere; the rest by comes_before.
constexpr void order_operands(builder& graph, node& n) {
    const bool left_constant = graph[n.args[0]].code == op::constant;
    const bool right_constant = graph[n.args[1]].code == op::constant;
    bool in_order = order_of(graph, n.args[0], n.args[1]) <= 0;
    if (left_constant != right_constant) in_order = left_constant == (n.code == op::mul);
    if (in_order) return;
    const node_id left = n.args[0];
    n.args[0] = n.args[1];
    n.args[1] = left;
}

constexpr bool all_constant(const builder& graph, const node& n, int operands) {
    for (int i = 0; i < operands; ++i)
        if (graph[n.args[i]].code != op::constant) return false;
    return operands > 0;
}

constexpr node_id fired(builder& graph, structural which, node_id made) {
    graph.log(static_cast<std::uint16_t>(which), made);
    return made;
}

constexpr node_id fold_constants(builder& graph, const node& n, const primitive& row) {
    const auto value = [&](int i) { return i < row.arity ? graph[n.args[static_cast<std::size_t>(i)]].value : 0.0; };
    return fired(graph, structural::constant_folding, graph.constant(row.value(value(0), value(1), value(2))));
}

/// A reduction over axes that its operand lacks, without them; no_node if it lacks none.
constexpr node_id drop_missing_axes(builder& graph, const node& n) {
    const axis_set present = n.over & graph[n.args[0]].axes;
    if (present == n.over) return no_node;
    const sym operand{&graph, n.args[0]};
    const sym reduced = present != 0 ? operand.apply(n.code, present) : operand;
    return fired(graph, structural::missing_axis, repeated(n.code, reduced, over_axes{n.over & ~present}).id);
}

/// The label that must lie inside the axis and at whose position along it alone `condition` holds; else no_node.
constexpr node_id label_of(const builder& graph, const node& condition, axis_set over) {
    if (condition.code != op::equal) return no_node;
    for (const auto& [position, label] : {std::pair{0, 1}, std::pair{1, 0}}) {
        const node& index = graph[condition.args[static_cast<std::size_t>(position)]];
        const node_id other = condition.args[static_cast<std::size_t>(label)];
        if (index.code == op::index && index.over == over && (graph[other].axes & over) == 0 &&
            graph.requires_label(other, over))
            return other;
    }
    return no_node;
}
/// where(c, a, 0) or where(c, 0, a) taken apart; `condition` is no_node for anything else.
struct masked {
    node_id condition = no_node, value = no_node;
    bool taken = true;  ///< whether the value is that where the condition holds
};
constexpr masked as_masked(const builder& graph, const node& n) {
    if (n.code != op::where) return {};
    const auto is_zero = [&](node_id id) { return graph[id].code == op::constant && graph[id].value == 0; };
    if (is_zero(n.args[2])) return {n.args[0], n.args[1], true};
    return is_zero(n.args[1]) ? masked{n.args[0], n.args[2], false} : masked{};
}
constexpr sym masked_by(builder& graph, const masked& mask, sym value) {
    const sym condition{&graph, mask.condition};
    return mask.taken ? where(condition, value, 0.0) : where(condition, 0.0, value);
}
/// A select within a select, the one whose condition has fewer axes outermost; no_node if it is already.
constexpr node_id row_condition_outermost(builder& graph, const node& n) {
    const masked outer = as_masked(graph, n);
    if (outer.condition == no_node) return no_node;
    const masked inner = as_masked(graph, graph[outer.value]);
    if (inner.condition == no_node) return no_node;
    const axis_set few = graph[inner.condition].axes, many = graph[outer.condition].axes;
    if (few == many || (few & ~many) != 0) return no_node;
    const sym value = masked_by(graph, outer, {&graph, inner.value});
    return fired(graph, structural::row_outermost, masked_by(graph, inner, value).id);
}
/// Σ where(c, a, 0) or Σ where(c, 0, a) without the select inside the sum; no_node if it must stay there.
constexpr node_id sum_of_select(builder& graph, const node& n) {
    const masked select = as_masked(graph, graph[n.args[0]]);
    if (select.condition == no_node) return no_node;
    const sym value{&graph, select.value};
    if (select.taken && label_of(graph, graph[select.condition], n.over) != no_node && (value.axes() & n.over) == 0)
        return fired(graph, structural::one_element, value.id);
    if ((graph[select.condition].axes & n.over) != 0) return no_node;
    return fired(graph, structural::select_of_row, masked_by(graph, select, sum(value, over_axes{n.over})).id);
}

}  // namespace detail

/// The node to use in place of n, after all rules that fit.
constexpr node_id rewrite(builder& graph, const node& wanted) {
    const primitive& row = about(wanted.code);
    if (row.shape == form::leaf) return graph.intern(wanted);
    const node& first = graph[wanted.args[0]];
    const bool constant = first.code == op::constant;
    if (constant && row.value != nullptr && detail::all_constant(graph, wanted, row.arity) &&
        wanted.code != op::stop_gradient && wanted.code != op::custom_gradient)
        return detail::fold_constants(graph, wanted, row);
    node_id made = no_node;
    if (wanted.code == op::where) {
        if (constant) return detail::fired(graph, structural::known_condition, wanted.args[first.value != 0 ? 1 : 2]);
        made = detail::row_condition_outermost(graph, wanted);
    } else if (row.shape == form::reduction) {
        made = detail::drop_missing_axes(graph, wanted);
        if (made == no_node && wanted.code == op::reduce_sum) made = detail::sum_of_select(graph, wanted);
    } else if (wanted.code == op::at && (wanted.over & first.axes) == 0) {
        return detail::fired(graph, structural::missing_axis, wanted.args[0]);
    }
    if (made != no_node) return made;
    node n = wanted;
    if (row.commutes) detail::order_operands(graph, n);
    made = detail::engine.apply(graph, n, row.commutes);
    return made != no_node ? made : graph.intern(n);
}

}  // namespace gradus
