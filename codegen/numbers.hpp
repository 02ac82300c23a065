// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers that hang on no element in a legalised graph: constants, reciprocals of extents, and their products.
#pragma once

#include <cmath>
#include <optional>

#include <gradus/graph.hpp>

namespace gradus {

/// The exponents of 2 between which a number's size lies.
struct number_range {
    int least, most;
};

/// That of node `id`; none if it is no such number, or one that could be out of a float's range: beyond 2^±100.
/// `Graph` gives nodes by number, as a graph_view or a builder does.
template <class Graph>
std::optional<number_range> range_of_number(const Graph& g, node_id id) {
    constexpr int farthest = 100;
    const node& n = g[id];
    const auto within = [](number_range r) {
        return r.least >= -farthest && r.most <= farthest ? std::optional(r) : std::nullopt;
    };
    if (n.axes != 0 || n.type != kind::real) return std::nullopt;
    if (n.code == op::constant) {
        if (n.value == 0 || !std::isfinite(n.value)) return std::nullopt;
        const int exponent = std::ilogb(n.value);
        return within({exponent, exponent + 1});
    }
    if (n.code == op::div && g[n.args[0]].code == op::constant && g[n.args[0]].value == 1 &&
        g[n.args[1]].code == op::extent)
        return number_range{-63, 0};
    if (n.code != op::mul) return std::nullopt;
    const auto a = range_of_number(g, n.args[0]);
    if (!a) return std::nullopt;  // before the other one: a power of powers has many factors
    const auto b = range_of_number(g, n.args[1]);
    return b ? within({a->least + b->least, a->most + b->most}) : std::nullopt;
}

}  // namespace gradus
