// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Differentiation: one reverse sweep over the array of nodes. Adjoints are ordinary nodes of the same
// builder, so a derivative of a derivative needs no further code.
//
// Broadcasting is by name. A node y that lives on more axes than its operand x uses each element of x
// many times: what flows back to x is summed over axes(y) \ axes(x), an axis that the contribution
// itself lacks counting its extent.
#pragma once

#include <gradus/derivative.hpp>

namespace gradus {
namespace detail {

/// Marks the nodes up to `root` whose value depends on `variable`.
constexpr vec<std::uint8_t> dependents(const builder& graph, node_id root, node_id variable) {
    vec<std::uint8_t> depends(root + std::size_t{1}, 0);
    if (variable > root) return depends;
    depends[variable] = 1;
    for (node_id id = variable + 1; id <= root; ++id)
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(graph[id])); ++i)
            if (depends[graph[id].args[i]] != 0) depends[id] = 1;
    return depends;
}

/// Adds a contribution to the adjoint of an operand that lives on fewer axes than `space`.
constexpr void accumulate(builder& graph, node_id& adjoint, sym contribution, axis_set space, axis_set wanted) {
    if (is_zero(contribution)) return;
    if ((space & ~wanted) != 0) contribution = sum(contribution, over_axes{space & ~wanted});
    adjoint = adjoint == no_node ? contribution.id : (sym{&graph, adjoint} + contribution).id;
}

constexpr void pull_back(builder& graph, node_id id, vec<node_id>& adjoint, const vec<std::uint8_t>& depends,
                         const comparing& by) {
    const node n = graph[id];  // a copy: the array grows below
    const adjoint_row& row = adjoint_table[static_cast<std::size_t>(n.code)];
    const auto handle = [&](std::size_t i) { return sym{&graph, n.args[i]}; };
    // A softmax along an axis that its operand lacks has no elements there either.
    const axis_set space = about(n.code).shape == form::along ? n.axes : n.axes | n.over;
    const pullback p{{&graph, adjoint[id]}, {&graph, id}, handle(0), handle(1), handle(2), {n.over}, by};
    for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) {
        const node_id operand = n.args[i];
        if (depends[operand] == 0 || row.operand[i] == nullptr) continue;
        accumulate(graph, adjoint[operand], row.operand[i](p), space, graph[operand].axes);
    }
}

/// The upstream gradient of a result that is said to have the axes `space`, of which rewriting may have left it
/// fewer: elements of the result that are one and the same add up what reaches each of them.
constexpr sym gathered(sym upstream, sym result, axis_set space) {
    const axis_set lost = space & ~result.axes();
    return lost != 0 ? sum(upstream, over_axes{lost}) : upstream;
}

/// A seed for a linear map that is to be transposed: a leaf of these axes without a value.
constexpr node_id cotangent(builder& graph, axis_set axes) {
    node n;
    n.code = op::wildcard;
    n.axes = axes;
    n.ref = axes;
    return graph.intern(n);
}

}  // namespace detail

/// The gradient of sum(root * seed) for the node `variable`: reverse mode. Axes of the result are among
/// the variable's; the node 0 if root does not depend on it.
constexpr node_id differentiate(builder& graph, node_id root, node_id variable, node_id seed,
                                const detail::comparing& by = {}) {
    const vec<std::uint8_t> depends = detail::dependents(graph, root, variable);
    vec<node_id> adjoint(root + std::size_t{1}, no_node);
    adjoint[root] = seed;
    for (node_id id = root; id > variable && id <= root; --id)
        if (depends[id] != 0 && adjoint[id] != no_node) detail::pull_back(graph, id, adjoint, depends, by);
    if (variable > root || adjoint[variable] == no_node) return graph.constant(0);
    return adjoint[variable];
}

/// The derivative of root in a direction of the variable, as two reverse sweeps: v ↦ (∂y/∂x)ᵀ v is linear,
/// and its transpose at dx is (∂y/∂x) dx; v itself falls away.
constexpr node_id push_forward(builder& graph, node_id root, node_id variable, node_id direction,
                               const detail::comparing& by = {}) {
    const node_id v = detail::cotangent(graph, graph[root].axes);
    const node_id transposed = differentiate(graph, root, variable, v, by);
    // A gradient that is constant along an axis of x still acts on every element of it.
    const axis_set hidden = graph[variable].axes & ~graph[transposed].axes;
    sym upstream{&graph, direction};
    if (hidden != 0) upstream = sum(upstream, over_axes{hidden});
    return differentiate(graph, transposed, v, upstream.id);
}

}  // namespace gradus
