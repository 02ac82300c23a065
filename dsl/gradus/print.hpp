// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Printing. A formula as C++ of this library or as LaTeX, and a graph as lines that read_graph reads
// back. A formula is a tree, a graph is not: sub-expressions that would be written more than once in a
// long formula get names, "a where s1 = …".
#pragma once

#include <gradus/graph.hpp>
#include <gradus/number_text.hpp>
#include <gradus/rewrite.hpp>

namespace gradus {
namespace detail {

/// Binding strengths beyond those of the table of primitives.
inline constexpr int weakest = 0, product_strength = 50, prefix_strength = 60, power_strength = 70, atom = 100;
/// A formula of more nodes than this, counted as a tree, names what it repeats.
inline constexpr std::uint32_t long_formula = 60;
/// Nodes deeper than this are written by number, "%12".
inline constexpr int deepest = 100;

enum class style : std::uint8_t { code, latex };

class formula_printer {
public:
    constexpr formula_printer(graph_view g, style as) : g_(g), as_(as), names_(g.nodes.size(), 0) {}

    constexpr text run(node_id root) {
        choose_names(root);
        text out;
        write(out, root, weakest, 0);
        const std::string_view lead = as_ == style::code ? " where " : " \\quad\\text{where}\\quad ";
        for (std::size_t i = 0; i < named_.size(); ++i) {
            out << (i == 0 ? lead : std::string_view(", "));
            write_name(out, named_[i]);
            out << " = ";
            const int own = names_[named_[i]];
            names_[named_[i]] = 0;
            write(out, named_[i], weakest, 0);
            names_[named_[i]] = own;
        }
        return out;
    }

private:
    // ---- names for what repeats

    constexpr void choose_names(node_id root) {
        vec<std::uint32_t> weight(root + std::size_t{1}, 0), uses(root + std::size_t{1}, 0);
        constexpr std::uint32_t cap = 1u << 20;
        uses[root] = 1;
        for (node_id id = 0; id <= root; ++id) {
            weight[id] = 1;
            for (std::size_t i = 0; i < operands(id); ++i) weight[id] += weight[g_[id].args[i]];
            if (weight[id] > cap) weight[id] = cap;
        }
        for (node_id id = root + 1; id-- > 0;)
            for (std::size_t i = 0; uses[id] > 0 && i < operands(id); ++i) ++uses[g_[id].args[i]];
        if (weight[root] <= long_formula) return;
        constexpr std::uint32_t worth_a_name = 4;
        for (node_id id = 0; id < root; ++id)
            if (uses[id] > 1 && weight[id] >= worth_a_name) {
                named_.push_back(id);
                names_[id] = static_cast<int>(named_.size());
            }
    }
    constexpr std::size_t operands(node_id id) const { return static_cast<std::size_t>(arity(g_[id])); }
    constexpr void write_name(text& out, node_id id) const {
        if (as_ == style::latex)
            out << "s_{" << names_[id] << '}';
        else
            out << 's' << names_[id];
    }

    // ---- nodes

    constexpr void write(text& out, node_id id, int outer, int depth) {
        if (names_[id] != 0) return write_name(out, id);
        if (depth > deepest) {
            out << '%' << id;
            return;
        }
        const int strength = strength_of(id);
        if (strength < outer) out << open();
        write_bare(out, id, depth + 1);
        if (strength < outer) out << close();
    }
    constexpr std::string_view open() const { return as_ == style::latex ? "\\left(" : "("; }
    constexpr std::string_view close() const { return as_ == style::latex ? "\\right)" : ")"; }

    constexpr bool is_square(const node& n) const { return n.code == op::mul && n.args[0] == n.args[1]; }
    constexpr bool is_whole_power(const node& n) const {
        return n.code == op::pow && g_[n.args[1]].code == op::constant;
    }
    constexpr bool is_mean(const node& n) const {
        if (n.code != op::div || g_[n.args[0]].code != op::reduce_sum) return false;
        const node& divisor = g_[n.args[1]];
        return divisor.code == op::extent && divisor.over == g_[n.args[0]].over;
    }
    constexpr int strength_of(node_id id) const {
        const node& n = g_[id];
        if (n.code == op::constant) return n.value < 0 ? prefix_strength : atom;
        if (is_mean(n)) return atom;
        if (as_ == style::latex && n.code == op::div) return atom;
        if (is_square(n) || (is_whole_power(n) && as_ == style::latex)) return power_strength;
        if (is_whole_power(n)) return g_[n.args[1]].value == 3 ? power_strength : atom;
        if (as_ == style::latex && (n.code == op::reduce_sum || n.code == op::reduce_max || n.code == op::reduce_min))
            return product_strength;
        const int strength = about(n.code).infix.strength;
        return strength == 0 ? atom : strength;
    }

    constexpr void write_bare(text& out, node_id id, int depth) {
        const node& n = g_[id];
        if (is_mean(n)) return write_mean(out, n, depth);
        if (is_square(n)) return write_power(out, n.args[0], 2, depth);
        if (is_whole_power(n) && (as_ == style::latex || g_[n.args[1]].value == 3))
            return write_power(out, n.args[0], g_[n.args[1]].value, depth);
        switch (about(n.code).shape) {
            case form::leaf: return write_leaf(out, n);
            case form::reduction:
            case form::along: return write_along(out, n, depth);
            case form::gather: return write_gather(out, n, depth);
            default: break;
        }
        if (about(n.code).infix.strength != 0) return write_operator(out, n, depth);
        write_function(out, n, depth);
    }

    constexpr void write_leaf(text& out, const node& n) const {
        const bool latex = as_ == style::latex;
        switch (n.code) {
            case op::constant: out << number(n.value); return;
            case op::input: write_word(out, g_.text_of(g_.inputs[n.ref].name)); return;
            case op::index:
                out << (latex ? "i_{\\text{" : "index<\"");
                write_axes(out, n.over);
                out << (latex ? "}}" : "\">");
                return;
            case op::extent:
                out << (latex ? "n_{\\text{" : "extent<\"");
                write_axes(out, n.over);
                out << (latex ? "}}" : "\">");
                return;
            case op::uniform:
                out << (latex ? "U_{\\text{" : "uniform<\"") << g_.text_of(g_.inputs[n.ref].name)
                    << (latex ? "}}" : "\">");
                return;
            default: out << static_cast<char>('a' + n.ref); return;
        }
    }
    constexpr text number(double value) const {
        if (as_ == style::code) return number_text(value);
        if (value != value) return "\\mathrm{nan}";
        if (value == __builtin_inf()) return "\\infty";
        if (value == -__builtin_inf()) return "-\\infty";
        return number_text(value);
    }
    constexpr void write_word(text& out, std::string_view word) const {
        if (as_ == style::code || word.size() == 1) {
            out << word;
            return;
        }
        out << "\\mathit{";
        for (const char c : word) {
            if (c == '_') out << '\\';
            out << c;
        }
        out << '}';
    }
    constexpr void write_axes(text& out, axis_set set) const {
        bool first = true;
        for_each_axis(set, [&](int axis) {
            out << (first ? "" : as_ == style::latex ? ", " : "\", \"") << g_.axis_name(axis);
            first = false;
        });
    }

    /// "over<...>" unless the operation takes all axes that its operand has.
    constexpr void write_over(text& out, axis_set over, axis_set all) const {
        if (over == all) return;
        out << ", over<\"";
        write_axes(out, over);
        out << "\">";
    }
    constexpr void write_mean(text& out, const node& n, int depth) {
        const node& total = g_[n.args[0]];
        write_call(out, "mean", "\\operatorname{mean}", total, depth);
    }
    constexpr void write_along(text& out, const node& n, int depth) {
        switch (n.code) {
            case op::reduce_sum: return write_call(out, "sum", "\\sum", n, depth);
            case op::reduce_max: return write_call(out, "max", "\\max", n, depth);
            case op::reduce_min: return write_call(out, "min", "\\min", n, depth);
            case op::logsumexp: return write_call(out, "logsumexp", "\\operatorname{logsumexp}", n, depth);
            case op::log_softmax: return write_call(out, "log_softmax", "\\operatorname{log\\,softmax}", n, depth);
            case op::softmax_complement:
                return write_call(out, "softmax_complement", "1 - \\operatorname{softmax}", n, depth);
            default: return write_call(out, "softmax", "\\operatorname{softmax}", n, depth);
        }
    }
    constexpr void write_call(text& out, std::string_view code, std::string_view latex, const node& n, int depth) {
        if (as_ == style::code) {
            out << code << '(';
            write(out, n.args[0], weakest, depth);
            write_over(out, n.over, g_[n.args[0]].axes);
            out << ')';
            return;
        }
        const bool big = latex == "\\sum" || latex == "\\max" || latex == "\\min";
        out << latex << "_{\\text{";
        write_axes(out, n.over);
        out << (big ? "}} " : "}}\\left(");
        write(out, n.args[0], big ? product_strength : weakest, depth);
        if (!big) out << "\\right)";
    }
    constexpr void write_gather(text& out, const node& n, int depth) {
        if (as_ == style::code) {
            out << "at(";
            write(out, n.args[0], weakest, depth);
            out << ", over<\"";
            write_axes(out, n.over);
            out << "\">, ";
            write(out, n.args[1], weakest, depth);
            out << ')';
            return;
        }
        write(out, n.args[0], atom, depth);
        out << "_{\\text{";
        write_axes(out, n.over);
        out << "} = ";
        write(out, n.args[1], weakest, depth);
        out << '}';
    }
    constexpr void write_power(text& out, node_id base, double exponent, int depth) {
        write(out, base, power_strength + 1, depth);
        out << (as_ == style::latex ? "^{" : "^") << number_text(exponent);
        if (as_ == style::latex) out << '}';
    }

    constexpr void write_operator(text& out, const node& n, int depth) {
        const notation& sign = about(n.code).infix;
        if (arity(n) == 1) {
            out << (n.code == op::logical_not && as_ == style::latex ? "\\lnot " : sign.symbol);
            write(out, n.args[0], sign.strength + 1, depth);
            return;
        }
        if (n.code == op::div && as_ == style::latex) return write_fraction(out, n, depth);
        write(out, n.args[0], sign.strength, depth);
        const node& right = g_[n.args[1]];
        if (n.code == op::add && right.code == op::constant && right.value < 0) {
            out << " - " << number(-right.value);
            return;
        }
        out << (as_ == style::latex ? latex_operator(n.code) : spaced(n.code));
        const bool associates =
            n.code == op::add || n.code == op::mul || n.code == op::logical_and || n.code == op::logical_or;
        write(out, n.args[1], sign.strength + (associates ? 0 : 1), depth);
    }
    static constexpr std::string_view spaced(op code) {
        switch (code) {
            case op::add: return " + ";
            case op::sub: return " - ";
            case op::mul: return " * ";
            case op::div: return " / ";
            case op::less: return " < ";
            case op::less_equal: return " <= ";
            case op::greater: return " > ";
            case op::greater_equal: return " >= ";
            case op::equal: return " == ";
            case op::not_equal: return " != ";
            case op::logical_and: return " && ";
            default: return " || ";
        }
    }
    static constexpr std::string_view latex_operator(op code) {
        switch (code) {
            case op::mul: return " \\, ";
            case op::less_equal: return " \\le ";
            case op::greater_equal: return " \\ge ";
            case op::equal: return " = ";
            case op::not_equal: return " \\ne ";
            case op::logical_and: return " \\land ";
            case op::logical_or: return " \\lor ";
            default: return spaced(code);
        }
    }
    constexpr void write_fraction(text& out, const node& n, int depth) {
        out << "\\frac{";
        write(out, n.args[0], weakest, depth);
        out << "}{";
        write(out, n.args[1], weakest, depth);
        out << '}';
    }

    constexpr void write_function(text& out, const node& n, int depth) {
        if (as_ == style::latex) return write_latex_function(out, n, depth);
        out << about(n.code).name << '(';
        write_operands(out, n, depth);
        out << ')';
    }
    constexpr void write_operands(text& out, const node& n, int depth) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) {
            if (i > 0) out << ", ";
            write(out, n.args[i], weakest, depth);
        }
    }
    constexpr void write_latex_function(text& out, const node& n, int depth) {
        switch (n.code) {
            case op::exp: return enclose(out, "e^{", n, "}", depth);
            case op::exp2: return enclose(out, "2^{", n, "}", depth);
            case op::sqrt: return enclose(out, "\\sqrt{", n, "}", depth);
            case op::abs: return enclose(out, "\\left|", n, "\\right|", depth);
            case op::floor: return enclose(out, "\\left\\lfloor ", n, "\\right\\rfloor", depth);
            case op::log: return enclose(out, "\\log\\left(", n, "\\right)", depth);
            case op::log2: return enclose(out, "\\log_2\\left(", n, "\\right)", depth);
            case op::tanh: return enclose(out, "\\tanh\\left(", n, "\\right)", depth);
            case op::sin: return enclose(out, "\\sin\\left(", n, "\\right)", depth);
            case op::cos: return enclose(out, "\\cos\\left(", n, "\\right)", depth);
            case op::sigmoid: return enclose(out, "\\sigma\\left(", n, "\\right)", depth);
            case op::max: return enclose(out, "\\max\\left(", n, "\\right)", depth);
            case op::min: return enclose(out, "\\min\\left(", n, "\\right)", depth);
            case op::where: return write_cases(out, n, depth);
            default: break;
        }
        out << "\\operatorname{" << (n.code == op::stop_gradient ? "stop" : about(n.code).name) << '}';
        enclose(out, "\\left(", n, "\\right)", depth);
    }
    constexpr void enclose(text& out, std::string_view before, const node& n, std::string_view after, int depth) {
        out << before;
        write_operands(out, n, depth);
        out << after;
    }
    constexpr void write_cases(text& out, const node& n, int depth) {
        out << "\\begin{cases} ";
        write(out, n.args[1], weakest, depth);
        out << " & ";
        write(out, n.args[0], weakest, depth);
        out << " \\\\ ";
        write(out, n.args[2], weakest, depth);
        out << " & \\text{otherwise} \\end{cases}";
    }

    graph_view g_;
    style as_;
    vec<int> names_;  ///< by node: number of its name, 0 if it has none
    vec<node_id> named_;
};

constexpr void write_axis_list(text& out, graph_view g, const axis_order& axes) {
    out << '[';
    for (int i = 0; i < axes.rank; ++i)
        out << (i > 0 ? ", " : "") << g.axis_name(axes.axis[static_cast<std::size_t>(i)]);
    out << ']';
}
constexpr std::string_view name_of(role use) {
    constexpr std::array<std::string_view, 4> names{"tensor", "labels", "scalar", "seed"};
    return names[static_cast<std::size_t>(use)];
}
constexpr void write_node_line(text& out, graph_view g, node_id id) {
    const node& n = g[id];
    out << '%' << id << " = " << (n.code == op::reduce_max || n.code == op::reduce_min ? "reduce_" : "")
        << about(n.code).name;
    if (n.code == op::constant) out << ' ' << number_text(n.value);
    if (n.code == op::input || n.code == op::uniform) out << ' ' << g.text_of(g.inputs[n.ref].name);
    for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) out << " %" << n.args[i];
    if (n.over != 0) {
        out << " over";
        for_each_axis(n.over, [&](int axis) { out << ' ' << g.axis_name(axis); });
    }
    out << '\n';
}

constexpr void write_requirement_line(text& out, graph_view g, const requirement& r) {
    if (r.over != 0)
        out << "label %" << r.value << " over " << g.axis_name(std::countr_zero(r.over));
    else
        out << "require %" << r.condition;
    if (r.over == 0 && r.value != no_node) out << " of %" << r.value;
    out << '\n';
}

}  // namespace detail

/// A node's formula: "where(x > 0, 1, 0)".
constexpr text to_text(graph_view g, node_id root) { return detail::formula_printer(g, detail::style::code).run(root); }
/// A node's formula as LaTeX.
constexpr text to_latex(graph_view g, node_id root) {
    return detail::formula_printer(g, detail::style::latex).run(root);
}

/// The graph, one line for each axis table, input, node, output, requirement and fired rule; read_graph
/// reads it back.
constexpr text to_text(graph_view g) {
    text out("graph\naxes");
    for (std::size_t axis = 0; axis < g.axes.size(); ++axis) out << ' ' << g.axis_name(static_cast<int>(axis));
    out << '\n';
    for (const input& in : g.inputs) {
        out << "input " << g.text_of(in.name);
        detail::write_axis_list(out, g, in.axes);
        out << ' ' << detail::name_of(in.use);
        if (in.use == role::tensor || in.use == role::scalar) out << ' ' << name_of(in.type);
        out << '\n';
    }
    for (node_id id = 0; id < g.nodes.size(); ++id) detail::write_node_line(out, g, id);
    for (const output& o : g.outputs) {
        out << "output " << (o.name.size == 0 ? std::string_view("_") : g.text_of(o.name));
        detail::write_axis_list(out, g, o.axes);
        out << ' ' << name_of(o.type) << (o.derivative ? " derivative" : "") << " = %" << o.value << '\n';
    }
    for (const requirement& r : g.requirements) detail::write_requirement_line(out, g, r);
    for (const firing& f : g.log) {
        out << "fired " << detail::rule_names[f.rule];
        if (f.made != no_node) out << " -> %" << f.made;
        out << '\n';
    }
    return out;
}

}  // namespace gradus
