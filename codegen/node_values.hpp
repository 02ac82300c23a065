// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The values of a graph's nodes in one call, as the graph's kernel computes them. The kernel is compiled again with
// nodes as outputs, in groups, each when one of its nodes is first asked for: that takes 8 bytes for each element of
// each of its nodes. Float64 outputs hold float32 values and
// the float64 values inside a float32 kernel alike.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <gradus/graph.hpp>
#include <gradus/kernel.hpp>

namespace gradus {

/// A position on the source axes of a call (see check.hpp).
using position = std::array<std::int64_t, max_source_axes>;

/// The kernels that show the nodes of one graph.
class node_kernels {
public:
    node_kernels(graph_view g, std::string name);

    /// The group of nodes that are computed together with a node.
    std::size_t group_of(node_id id) const { return group_[id]; }
    std::span<const node_id> members(std::size_t group) const { return groups_[group]; }
    kernel& code(std::size_t group);

private:
    graph body_;
    std::string name_;
    std::vector<std::vector<node_id>> groups_;  ///< outputs first, then what leads to them, users before operands
    std::vector<std::size_t> group_;            ///< by node
    std::mutex compiling_;
    std::map<std::size_t, std::unique_ptr<kernel>> codes_;
};

class node_values {
public:
    /// Throws gradus::error for inputs that do not fit the graph.
    node_values(graph_view g, node_kernels& kernels, std::span<const argument> inputs);

    double at(node_id id, const position& where);
    const bound_call& call() const { return call_; }
    /// Calls visit(source axis) for the axes of a set, in order.
    template <class Visit>
    void for_each_source(axis_set axes, Visit visit) const {
        for_each_axis(axes, [&](int axis) {
            const auto a = static_cast<std::size_t>(axis);
            for (std::size_t s = call_.first[a]; s < call_.first[a + 1]; ++s) visit(s);
        });
    }
    std::int64_t count(axis_set axes) const;

private:
    void compute(std::size_t group);

    graph_view g_;
    node_kernels& kernels_;
    std::span<const argument> inputs_;
    bound_call call_;
    std::vector<bool> known_;                  ///< by node
    std::vector<std::vector<double>> values_;  ///< by node, row-major over its axes
};

/// The operands that a node's value is made of: those of a custom gradient besides its value are not.
int value_arity(const node& n);

}  // namespace gradus
