// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Graphs put together by hand, so that the tests of the runtime need no front end.
#pragma once

#include <initializer_list>
#include <string_view>

#include <gradus/graph.hpp>

namespace gradus {

class hand_made {
public:
    graph g;

    int axis(std::string_view name) {
        for (std::size_t a = 0; a < g.axes.size(); ++a)
            if (graph_view(g).axis_name(static_cast<int>(a)) == name) return static_cast<int>(a);
        g.axes.push_back(store(name));
        return static_cast<int>(g.axes.size()) - 1;
    }
    axis_order order(std::initializer_list<std::string_view> names) {
        axis_order made;
        for (const std::string_view name : names) made.push_back(axis(name));
        return made;
    }
    node_id add_input(std::string_view name, std::initializer_list<std::string_view> axes, role use = role::tensor,
                      element type = element::float32, bool used = true) {
        input in{store(name), use, type, use == role::labels, used, order(axes)};
        g.inputs.push_back(in);
        node n;
        n.code = use == role::seed ? op::uniform : op::input;
        n.axes = in.axes.set();
        n.ref = static_cast<std::uint32_t>(g.inputs.size() - 1);
        return used ? add(n) : no_node;
    }
    /// A node with the union of the operands' axes, less `over` unless `keep`.
    node_id apply(op code, std::initializer_list<node_id> args, std::initializer_list<std::string_view> over = {},
                  bool keep = false) {
        node n;
        n.code = code;
        std::size_t position = 0;
        for (const node_id arg : args) {
            n.args[position++] = arg;
            n.axes |= g.nodes[arg].axes;
        }
        n.over = order(over).set();
        if (!keep) n.axes &= ~n.over;
        return add(n);
    }
    node_id index(std::string_view name) {
        node n;
        n.code = op::index;
        n.axes = n.over = order({name}).set();
        return add(n);
    }
    void add_output(std::string_view name, node_id value, std::initializer_list<std::string_view> axes,
                    element type = element::float32) {
        g.outputs.push_back({store(name), value, type, order(axes)});
    }

    /// What a label of the axis must be.
    int require_label(node_id label, std::string_view over) { return require({no_node, label, order({over}).set()}); }
    int require(const requirement& r) {
        g.requirements.push_back(r);
        return static_cast<int>(g.requirements.size()) - 1;
    }

private:
    name_ref store(std::string_view name) {
        const name_ref ref{static_cast<std::uint32_t>(g.names.size()), static_cast<std::uint32_t>(name.size())};
        for (const char c : name) g.names.push_back(c);
        return ref;
    }
    node_id add(const node& n) {
        g.nodes.push_back(n);
        return static_cast<node_id>(g.nodes.size() - 1);
    }
};

}  // namespace gradus
