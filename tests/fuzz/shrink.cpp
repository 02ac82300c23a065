// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Changes, coarse ones first: outputs and gradients dropped, nodes replaced by constants, inputs or their operands,
// requirements and inputs dropped, extents cut, memory laid out plainly, values replaced by simple ones. Rounds
// are repeated until none of them helps.
#include "shrink.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::fuzz {
namespace {

/// What a node becomes in a formula made anew.
struct replacement {
    node_id which = no_node;
    node_id by = no_node;  ///< a node that stands before it; no_node: the constant
    double value = 0;
};

/// The formula with one node replaced, without the requirements that nothing makes necessary any more.
graph replaced(graph_view g, const replacement& r, bool keep_conditions) {
    builder to;
    std::vector<node_id> made, inputs;
    for (std::size_t a = 0; a < g.axes.size(); ++a) to.axis(g.axis_name(static_cast<int>(a)));
    for (const input& in : g.inputs) inputs.push_back(to.input_node(g.text_of(in.name), in));
    for (node_id id = 0; id < g.nodes.size(); ++id) {
        node n = g[id];
        if (id == r.which) {
            made.push_back(r.by == no_node ? to.constant(r.value) : made[r.by]);
        } else if (n.code == op::input || n.code == op::uniform) {
            made.push_back(inputs[n.ref]);
        } else {
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = made[n.args[i]];
            made.push_back(to.make(n));
        }
    }
    for (const requirement& q : g.requirements)
        if (keep_conditions && q.over == 0)
            to.require(made[q.condition], made[q.value == no_node ? q.condition : q.value]);
    vec<output> outputs;
    for (output out : g.outputs) {
        out.value = made[out.value];
        out.name = to.add_name(g.text_of(out.name));
        for_each_axis(to[out.value].axes & ~out.axes.set(), [&](int axis) { out.axes.push_back(axis); });
        outputs.push_back(out);
    }
    return to.finish(outputs);
}

class shrinking {
public:
    shrinking(problem p, fault found, const trial& how) : p_(std::move(p)), found_(std::move(found)), how_(how) {}

    shrunk run() {
        using round = bool (shrinking::*)();
        for (bool smaller = true; smaller && tries_ < most_tries;) {
            smaller = false;
            for (const round r : {&shrinking::drop_outputs, &shrinking::replace_nodes, &shrinking::drop_inputs,
                                  &shrinking::cut_extents, &shrinking::lay_out_plainly, &shrinking::simplify_values})
                smaller = (this->*r)() || smaller;
        }
        return {p_, found_};
    }

private:
    static constexpr int most_tries = 4000;

    bool keep_if_faulty(problem candidate) {
        if (++tries_ > most_tries) return false;
        tally ignored;
        const std::optional<fault> f = judge(candidate, how_, ignored);
        if (!f || f->stage != found_.stage || (f->stage == "exception" && f->text != found_.text)) return false;
        p_ = std::move(candidate);
        found_ = *f;
        return true;
    }

    bool drop_outputs() {
        bool any = false;
        for (std::size_t k = p_.gradients.size(); k-- > 0;) {
            const std::size_t position = p_.formula.outputs.size() + k;
            problem c = p_;
            c.gradients.erase(c.gradients.begin() + static_cast<std::ptrdiff_t>(k));
            c.outputs.erase(c.outputs.begin() + static_cast<std::ptrdiff_t>(position));
            any = renumbered_and_kept(std::move(c), position) || any;
        }
        for (std::size_t k = p_.formula.outputs.size(); k-- > 0 && p_.formula.outputs.size() > 1;) {
            problem c = p_;
            vec<output> outputs;
            for (std::size_t i = 0; i < c.formula.outputs.size(); ++i)
                if (i != k) outputs.push_back(c.formula.outputs[i]);
            c.formula.outputs = outputs;
            c.formula = replaced(c.formula, {}, true);
            c.outputs.erase(c.outputs.begin() + static_cast<std::ptrdiff_t>(k));
            any = renumbered_and_kept(std::move(c), k) || any;
        }
        return any;
    }
    bool renumbered_and_kept(problem c, std::size_t dropped) {
        for (gradient_request& r : c.gradients) {
            if (r.output == dropped) return false;
            if (r.output > dropped) --r.output;
        }
        return keep_if_faulty(std::move(c));
    }

    bool replace(const replacement& r, bool keep_conditions = true) {
        problem c = p_;
        c.formula = replaced(p_.formula, r, keep_conditions);
        if (c.formula.nodes.size() >= p_.formula.nodes.size() && keep_conditions && r.by == no_node) return false;
        return keep_if_faulty(std::move(c));
    }
    bool replace_node(node_id id) {
        const node n = p_.formula.nodes[id];
        if (n.code == op::constant) return false;
        for (const double value : {1.0, 0.0, 2.0})
            if (replace({id, no_node, value})) return true;
        for (node_id other = 0; other < id; ++other)
            if (p_.formula.nodes[other].code == op::input && n.code != op::input && arity(n) > 0 &&
                replace({id, other, 0}))
                return true;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i)
            if (replace({id, n.args[i], 0})) return true;
        return false;
    }
    bool replace_nodes() {
        bool any = !p_.formula.requirements.empty() && replace({}, false);
        for (node_id id = static_cast<node_id>(p_.formula.nodes.size()); id-- > 0;)
            if (id < p_.formula.nodes.size()) any = replace_node(id) || any;
        return any;
    }

    bool drop_inputs() {
        bool any = false;
        for (std::size_t i = p_.formula.inputs.size(); i-- > 0;) {
            bool needed = p_.formula.inputs[i].used;
            for (const gradient_request& r : p_.gradients)
                needed = needed || r.variable == i || r.upstream == static_cast<int>(i);
            for (const arrangement& how : p_.outputs) needed = needed || how.in_place == static_cast<int>(i);
            if (needed) continue;
            problem c = p_;
            vec<input> inputs;
            for (std::size_t k = 0; k < p_.formula.inputs.size(); ++k)
                if (k != i) inputs.push_back(p_.formula.inputs[k]);
            c.formula.inputs = inputs;
            for (node& n : c.formula.nodes)
                if ((n.code == op::input || n.code == op::uniform) && n.ref > i) --n.ref;
            for (gradient_request& r : c.gradients) {
                if (r.variable > i) --r.variable;
                if (r.upstream > static_cast<int>(i)) --r.upstream;
            }
            for (arrangement& how : c.outputs)
                if (how.in_place > static_cast<int>(i)) --how.in_place;
            c.inputs.erase(c.inputs.begin() + static_cast<std::ptrdiff_t>(i));
            any = keep_if_faulty(std::move(c)) || any;
        }
        return any;
    }

    // ---- data

    /// The values of an input at the positions below new extents of an axis.
    static std::vector<double> cut(const problem& before, const problem& after, std::size_t i) {
        const axis_order& axes = before.formula.inputs[i].axes;
        const std::vector<std::int64_t> from = before.shape(axes), to = after.shape(axes);
        std::vector<double> values;
        for (std::size_t k = 0; k < after.count(axes); ++k) {
            std::size_t rest = k, source = 0, stride = 1;
            for (std::size_t a = to.size(); a-- > 0;) {
                source += rest % static_cast<std::size_t>(to[a]) * stride;
                rest /= static_cast<std::size_t>(to[a]);
                stride *= static_cast<std::size_t>(from[a]);
            }
            values.push_back(before.inputs[i].values[source]);
        }
        return values;
    }
    bool cut_extents() {
        bool any = false;
        for (std::size_t a = 0; a < p_.formula.axes.size(); ++a)
            for (std::size_t part = 0; part < p_.extents[a].size(); ++part)
                for (const std::int64_t wanted :
                     {std::int64_t{1}, std::int64_t{2}, p_.extents[a][part] / 2, p_.extents[a][part] - 1}) {
                    if (wanted < 1 || wanted >= p_.extents[a][part]) continue;
                    problem c = p_;
                    c.extents[a][part] = wanted;
                    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
                        if (c.formula.inputs[i].use == role::seed) continue;
                        c.inputs[i].values = cut(p_, c, i);
                        if (c.formula.inputs[i].use != role::labels) continue;
                        for (double& label : c.inputs[i].values)
                            label = std::min(label, static_cast<double>(wanted - 1));
                    }
                    any = keep_if_faulty(std::move(c)) || any;
                }
        return any;
    }
    bool lay_out_plainly() {
        bool any = false;
        const auto plainly = [&](auto member) {
            problem c = p_;
            arrangement& how = member(c);
            if (!how.reversed && how.step == 1 && how.fixed == 0 && how.in_place < 0) return;
            how = {};
            any = keep_if_faulty(std::move(c)) || any;
        };
        for (std::size_t i = 0; i < p_.inputs.size(); ++i)
            plainly([i](problem& c) -> arrangement& { return c.inputs[i].how; });
        for (std::size_t k = 0; k < p_.outputs.size(); ++k)
            plainly([k](problem& c) -> arrangement& { return c.outputs[k]; });
        return any;
    }
    bool simplify_values() {
        bool any = false;
        for (std::size_t i = 0; i < p_.inputs.size(); ++i) {
            if (p_.inputs[i].how.fixed != 0) continue;
            for (const double value : {0.0, 1.0, -1.0, 2.0}) {
                problem c = p_;
                for (double& v : c.inputs[i].values) v = simpler(v, value) ? value : v;
                if (c.inputs[i].values != p_.inputs[i].values) any = keep_if_faulty(std::move(c)) || any;
            }
            if (p_.inputs[i].values.size() > 40) continue;
            for (std::size_t e = 0; e < p_.inputs[i].values.size(); ++e) any = simplify(i, e) || any;
        }
        return any;
    }
    static bool simpler(double before, double after) { return rank(after) < rank(before); }
    /// Simple numbers first.
    static double rank(double value) {
        if (value == 0 && !std::signbit(value)) return 0;
        if (std::abs(value) == 1) return value > 0 ? 1 : 2;
        if (std::abs(value) == 2) return 3;
        if (std::isfinite(value) && std::floor(value) == value) return 4 + std::min(std::abs(value), 1e6);
        return 1e7 + (std::isfinite(value) && std::floor(value * 8) == value * 8 ? 0 : 1);
    }
    bool simplify(std::size_t i, std::size_t e) {
        const double before = p_.inputs[i].values[e];
        const double eighths = std::isfinite(before) && std::abs(before) < 1e6 ? std::round(before * 8) / 8 : before;
        for (const double value : {0.0, 1.0, -1.0, 2.0, std::round(eighths), eighths}) {
            if (!simpler(before, value)) continue;
            problem c = p_;
            c.inputs[i].values[e] = value;
            if (keep_if_faulty(std::move(c))) return true;
        }
        return false;
    }

    problem p_;
    fault found_;
    const trial& how_;
    int tries_ = 0;
};

}  // namespace

shrunk shrink(problem p, fault found, const trial& how) { return shrinking(std::move(p), std::move(found), how).run(); }

}  // namespace gradus::fuzz
