// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shares of a softmax in a legalised graph: e^(x - max x) of a row's elements, before they are divided by their
// sum.
#pragma once

#include <gradus/graph.hpp>

namespace gradus {

/// Whether node `element` is an element of the row along `over` whose elements are node `row`: the same, or read at a
/// label, which stands at the inputs. `Graph` gives nodes by number, as a graph_view or a builder does.
template <class Graph>
bool is_element_of(const Graph& g, node_id element, node_id row, axis_set over) {
    if (element == row) return true;
    const node &a = g[element], &b = g[row];
    if (a.code == op::at) return (a.over & ~over) == 0 && is_element_of(g, a.args[0], row, over);
    return a.code == op::neg && b.code == op::neg && is_element_of(g, a.args[0], b.args[0], over);
}

/// A row's element less the row's largest one.
template <class Graph>
bool is_below_largest(const Graph& g, node_id id) {
    const node& difference = g[id];
    if (difference.code != op::sub || difference.type != kind::real) return false;
    const node& largest = g[difference.args[1]];
    return largest.code == op::reduce_max &&
           is_element_of(g, difference.args[0], largest.args[0], largest.over);
}

/// The exponential of that.
template <class Graph>
bool is_share(const Graph& g, node_id id) {
    return g[id].code == op::exp && is_below_largest(g, g[id].args[0]);
}

/// A share and a factor that is the same for all shares of the row, or no node.
struct product_of_share {
    node_id share = no_node, factor = no_node;
};
template <class Graph>
product_of_share as_product_of_share(const Graph& g, node_id id) {
    const node& n = g[id];
    if (n.code != op::mul || n.type != kind::real) return {};
    for (std::size_t i = 0; i < 2; ++i) {
        if (!is_share(g, n.args[i])) continue;
        const node& difference = g[g[n.args[i]].args[0]];
        const node_id factor = n.args[1 - i];
        if (g[factor].type == kind::real && (g[factor].axes & g[difference.args[1]].over) == 0)
            return {n.args[i], factor};
    }
    return {};
}

}  // namespace gradus
