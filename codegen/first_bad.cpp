// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A point is an element of a node's value. `search` goes from a bad point to those that it is made of; `account`
// makes the report of the point where that ends.
#include <gradus/first_bad.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gradus/print.hpp>
#include <gradus/rewrite.hpp>

#include "host_copies.hpp"
#include "node_values.hpp"

namespace gradus {
namespace {

struct point {
    node_id id = no_node;
    position where{};
};

/// What is wrong with a value. `beyond` is that of an output: no float32 holds it.
enum class fault { nan, infinity, beyond };

float as_float32(double value) { return static_cast<float>(value); }
bool has(fault f, double value) {
    switch (f) {
        case fault::nan: return std::isnan(value);
        case fault::infinity: return std::isinf(value);
        default: return std::isinf(as_float32(value));
    }
}

/// Calls visit(position) for the positions on some source axes in row-major order, the others as they are in
/// `where`, until it returns true; returns whether it did.
template <class Visit>
bool any_position(const bound_call& call, std::span<const std::size_t> sources, position where, Visit visit) {
    if (sources.empty()) return visit(where);
    for (where[sources[0]] = 0; where[sources[0]] < call.extents[sources[0]]; ++where[sources[0]])
        if (any_position(call, sources.subspan(1), where, visit)) return true;
    return false;
}

class search {
public:
    search(graph_view g, node_values& values) : g_(g), values_(values) {}

    double value(const point& p) { return values_.at(p.id, p.where); }

    /// Where a fault arose that a point has.
    point origin(point p, fault f) {
        while (const std::optional<point> before = next(p, [&](double v) { return has(f, v); })) p = *before;
        if (f == fault::nan)
            for (const double infinity : {HUGE_VAL, -HUGE_VAL})
                if (const std::optional<point> used = next(p, [&](double v) { return v == infinity; }))
                    if (const point made = origin(*used, fault::infinity); !is_leaf(made)) return made;
        return p;
    }
    bool is_leaf(const point& p) const { return about(g_[p.id].code).shape == form::leaf; }

    /// Calls visit(point) for the elements that a point is made of, until it returns true.
    template <class Visit>
    bool any_operand(const point& p, Visit visit) {
        const node& n = g_[p.id];
        switch (about(n.code).shape) {
            case form::leaf: return false;
            case form::pointwise: return any_argument(p, visit);
            case form::reduction:
            case form::along: return any_of_row(p, visit);
            default: return visit(point{n.args[0], read_position(p)});
        }
    }

private:
    template <class Wanted>
    std::optional<point> next(const point& p, Wanted wanted) {
        std::optional<point> found;
        const double result = value(p);
        any_operand(p, [&](const point& operand) {
            const double v = value(operand);
            if (g_[operand.id].code == op::constant || !wanted(v) || !passes_on(g_[p.id].code, v, result)) return false;
            found = operand;
            return true;
        });
        return found;
    }
    /// Whether an infinite operand can be what the result is: the chosen one of several.
    static bool passes_on(op code, double operand, double result) {
        const bool chosen = code == op::min || code == op::max || code == op::reduce_min || code == op::reduce_max;
        return !chosen || std::isnan(result) || operand == result;
    }
    template <class Visit>
    bool any_argument(const point& p, Visit visit) {
        const node& n = g_[p.id];
        if (n.code == op::where) {
            const bool holds = value({n.args[0], p.where}) != 0;
            return visit(point{n.args[holds ? 1 : 2], p.where});
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(value_arity(n)); ++i)
            if (visit(point{n.args[i], p.where})) return true;
        return false;
    }
    /// An infinite log_softmax is made of the element in its own place; a NaN may be made of any of the row.
    template <class Visit>
    bool any_of_row(const point& p, Visit visit) {
        const node& n = g_[p.id];
        if (about(n.code).shape == form::along && std::isinf(value(p))) return visit(point{n.args[0], p.where});
        std::vector<std::size_t> along;
        values_.for_each_source(n.over & g_[n.args[0]].axes, [&](std::size_t s) { along.push_back(s); });
        return any_position(values_.call(), along, p.where, [&](const position& where) {
            return visit(point{n.args[0], where});
        });
    }
    /// The position that a label gives.
    position read_position(const point& p) {
        const node& n = g_[p.id];
        auto label = static_cast<std::int64_t>(value({n.args[1], p.where}));
        position read = p.where;
        std::vector<std::size_t> over;
        values_.for_each_source(n.over, [&](std::size_t s) { over.push_back(s); });
        for (std::size_t i = over.size(); i-- > 0; label /= values_.call().extents[over[i]])
            read[over[i]] = label % values_.call().extents[over[i]];
        return read;
    }

    graph_view g_;
    node_values& values_;
};

// ---- the report

class account {
public:
    account(graph_view g, node_values& values, search& from) : g_(g), values_(values), search_(from) {}

    bad_value of(const point& p) {
        const node& n = g_[p.id];
        bad_value report;
        report.given = n.code == op::input;
        report.formula = to_text(g_, p.id).str();
        report.operation = n.code == op::input ? "argument" : std::string(about(n.code).name);
        report.value = search_.value(p);
        report.index = index_of(n.axes, p.where);
        if (about(n.code).shape == form::reduction || about(n.code).shape == form::along)
            add_largest(report, p);
        else
            search_.any_operand(p, [&](const point& operand) {
                add(report, operand, p);
                return false;
            });
        add_inputs(report, p, p);
        for (const firing& f : g_.log)
            if (f.made == p.id) report.rule = detail::rule_names[f.rule];
        report.place = place_of(p.id);
        return report;
    }
    void reaches(bad_value& report, std::size_t k, const position& where, double stored) const {
        const output& out = g_.outputs[k];
        report.output = out.name.size > 0 ? std::string(g_.text_of(out.name)) : fmt::format("{}", k + 1);
        report.output_value = stored;
        report.output_index = index_of(out.axes.set(), where);
    }

private:
    std::vector<coordinate> index_of(axis_set axes, const position& where) const {
        const bound_call& call = values_.call();
        std::vector<coordinate> index;
        for_each_axis(axes, [&](int axis) {
            const std::size_t first = call.first[static_cast<std::size_t>(axis)];
            const std::size_t end = call.first[static_cast<std::size_t>(axis) + 1];
            for (std::size_t s = first; s < end; ++s)
                index.push_back({end - first > 1 ? fmt::format("{}[{}]", g_.axis_name(axis), s - first)
                                                 : std::string(g_.axis_name(axis)),
                                 where[s]});
        });
        return index;
    }
    /// Whether a point of an operand has the position of the bad value.
    bool in_place(const point& p, const point& bad) const {
        bool same = (g_[p.id].axes & ~g_[bad.id].axes) == 0;
        values_.for_each_source(g_[p.id].axes, [&](std::size_t s) { same = same && p.where[s] == bad.where[s]; });
        return same;
    }
    void add(bad_value& report, const point& p, const point& bad) {
        if (g_[p.id].code == op::constant) return;
        bad_operand operand{to_text(g_, p.id).str(), search_.value(p), {}};
        if (!in_place(p, bad)) operand.index = index_of(g_[p.id].axes, p.where);
        const auto is_known = [&](const bad_operand& o) {
            return o.formula == operand.formula && o.index == operand.index;
        };
        if (std::none_of(report.operands.begin(), report.operands.end(), is_known)) report.operands.push_back(operand);
    }
    void add_largest(bad_value& report, const point& p) {
        std::optional<point> largest;
        double size = -1;
        search_.any_operand(p, [&](const point& element) {
            const double v = std::fabs(search_.value(element));
            if (v > size) largest = element, size = v;
            return false;
        });
        if (largest) add(report, *largest, p);
    }
    /// The elements of arguments that a point is made of, element by element: reductions are not entered.
    void add_inputs(bad_value& report, const point& p, const point& bad) {
        if (!seen_.emplace(p.id, p.where).second) return;
        const form shape = about(g_[p.id].code).shape;
        if (g_[p.id].code == op::input && p.id != bad.id) add(report, p, bad);
        if (shape != form::pointwise && shape != form::gather) return;
        search_.any_operand(p, [&](const point& operand) {
            add_inputs(report, operand, bad);
            return false;
        });
    }
    /// That of the node, or of the nearest operand that has one: a derivative's operation uses noted values.
    std::string place_of(node_id root) const {
        std::vector<node_id> queue{root};
        for (std::size_t i = 0; i < queue.size(); ++i) {
            for (const source_place& known : g_.places)
                if (known.value == queue[i]) return std::string(g_.text_of(known.text));
            for (std::size_t k = 0; k < static_cast<std::size_t>(arity(g_[queue[i]])); ++k)
                if (const node_id operand = g_[queue[i]].args[k];
                    std::find(queue.begin(), queue.end(), operand) == queue.end())
                    queue.push_back(operand);
        }
        return {};
    }

    graph_view g_;
    node_values& values_;
    search& search_;
    std::set<std::pair<node_id, position>> seen_;  ///< points behind the bad one; many share operands
};

/// The kernels that show a graph's nodes, kept for the process as those of the graph itself are compiled once.
node_kernels& kernels_of(graph_view g, std::string_view name) {
    static std::mutex guard;
    static std::map<std::uint64_t, std::unique_ptr<node_kernels>> known;
    const std::lock_guard lock(guard);
    auto& entry = known[g.hash];
    if (!entry) entry = std::make_unique<node_kernels>(g, std::string(name));
    return *entry;
}

std::string value_text(double value) {
    if (std::isnan(value)) return "NaN";
    const float narrow = as_float32(value);
    return static_cast<double>(narrow) == value ? fmt::format("{}", narrow) : fmt::format("{}", value);
}
std::string at_index(const std::vector<coordinate>& index) {
    std::string list;
    for (const coordinate& c : index) list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", c.axis, c.at);
    return list.empty() ? list : fmt::format(" at [{}]", list);
}

}  // namespace

std::optional<bad_value> find_first_bad(graph_view g, std::string_view name, std::string_view made_at,
                                        std::span<const argument> inputs, bad_scope scope) {
    const host_copies here(inputs);
    node_values values(g, kernels_of(g, name), here.arguments());
    search from(g, values);
    std::optional<bad_value> report;
    for (std::size_t k = 0; k < g.outputs.size() && !report; ++k) {
        const output& out = g.outputs[k];
        std::vector<std::size_t> sources;
        for (int i = 0; i < out.axes.rank; ++i)
            values.for_each_source(axis_set{1} << out.axes.axis[static_cast<std::size_t>(i)],
                                   [&](std::size_t s) { sources.push_back(s); });
        any_position(values.call(), sources, {}, [&](const position& where) {
            const double value = values.at(out.value, where);
            const double stored = out.type == element::float32 ? static_cast<double>(as_float32(value)) : value;
            if (std::isfinite(stored)) return false;
            const fault f = std::isnan(value) ? fault::nan : std::isinf(value) ? fault::infinity : fault::beyond;
            const point origin = from.origin({out.value, where}, f);
            if (scope == bad_scope::unexplained && from.is_leaf(origin)) return false;
            account writer(g, values, from);
            report = writer.of(origin);
            writer.reaches(*report, k, where, stored);
            return true;
        });
    }
    if (report) report->kernel = name, report->made_at = made_at;
    return report;
}

std::string bad_value::str() const {
    std::string text = given ? fmt::format("argument \"{}\"", formula) : formula;
    text +=
        fmt::format(" is {}{}{}", value_text(value), std::isfinite(value) ? ", beyond float32," : "", at_index(index));
    for (std::size_t i = 0; i < operands.size(); ++i)
        text += fmt::format("{} {} = {}{}", i == 0 ? ":" : ",", operands[i].formula, value_text(operands[i].value),
                            at_index(operands[i].index));
    if (!rule.empty()) text += fmt::format(", by the rule {}", rule);
    if (!place.empty()) text += fmt::format(" ({})", place);
    text += fmt::format("; output {} is {}{}", output, value_text(output_value), at_index(output_index));
    if (!kernel.empty() && !made_at.empty()) text += fmt::format(", of {} made at {}", kernel, made_at);
    return text;
}

}  // namespace gradus
