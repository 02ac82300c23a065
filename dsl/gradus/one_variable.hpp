// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function of one variable as a graph under construction, and its values at points: what kinks(f) and the
// facts about f work on.
#pragma once

#include <gradus/interpreter.hpp>
#include <gradus/lower.hpp>

namespace gradus::detail {

/// The one variable of an expression.
template <expression F>
constexpr bool has_one_variable() {
    declared_inputs list;
    F::declare(list);
    return list.items().size() == 1 && (list.items()[0]->use == role::tensor || list.items()[0]->use == role::scalar);
}

struct one_variable {
    builder graph{rewrite};
    node_id variable = no_node;
    node_id root = no_node;

    template <expression F>
    constexpr explicit one_variable(const F& f) {
        static_assert(report::has_one_variable<has_one_variable<F>()>());
        declare_inputs<F>(graph);
        for (node_id id = 0; id < graph.size(); ++id)
            if (graph[id].code == op::input) variable = id;
        root = f.lower(graph).id;
        for (const node_id id : reached()) {
            const form shape = about(graph[id].code).shape;
            if (shape == form::pointwise || graph[id].code == op::constant || id == variable) continue;
            throw std::invalid_argument("gradus: kinks and facts are of a pointwise function of one variable");
        }
    }
    /// The nodes of the formula, operands before users.
    constexpr vec<node_id> reached() const { return reached_from(graph.nodes(), vec<node_id>{root}); }
    constexpr bool reaches(op code) const {
        for (const node_id id : reached())
            if (graph[id].code == code) return true;
        return false;
    }
};

/// The values of some nodes at a point.
class samples {
public:
    constexpr samples(const one_variable& f, const vec<node_id>& nodes) {
        vec<output> outputs;
        for (const node_id id : nodes) {
            output out;
            out.value = id;
            for_each_axis(f.graph[id].axes, [&](int axis) { out.axes.push_back(axis); });
            outputs.push_back(out);
        }
        graph_ = f.graph.finish(outputs);
        graph_.requirements.clear();  // points outside the domain are looked at, too
        inputs_.resize(1);
        const input& variable = graph_.inputs[0];
        for (int k = 0; k < variable.axes.rank; ++k)
            if (graph_view(graph_).axis_name(variable.axes.axis[static_cast<std::size_t>(k)]) != ellipsis)
                inputs_[0].extents.push_back(1);
        inputs_[0].data.push_back(0);
    }
    constexpr vec<double> at(double point) {
        inputs_[0].data[0] = point;
        vec<double> values;
        for (const ndarray& value : interpret(graph_, inputs_)) values.push_back(value.data[0]);
        return values;
    }

private:
    graph graph_;
    vec<bound> inputs_;
};

}  // namespace gradus::detail
