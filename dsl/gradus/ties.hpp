// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where comparisons tie. `ties_of` lists the pairs that a formula compares, in comparisons, max, min, abs and
// sign, and an extreme along an axis with its elements; floor aside, only there can it have a kink or a jump.
//
// `tie_points` solves u == v for a function of one variable: each side is represented by the straight lines of
// which it may be pieced together; what is not made of lines is reduced to something that is if only its zeros
// matter. The points found may be too many, since every line is taken to reach everywhere: they are candidates.
#pragma once

#include <gradus/interpreter.hpp>
#include <gradus/lower.hpp>

namespace gradus::detail {

/// Two values that are compared.
struct tie {
    node_id u = no_node;
    node_id v = no_node;
};

constexpr bool is_infinite(const node& n) { return n.code == op::constant && math::abs(n.value) == infinity; }

/// The pairs that formulas compare and that the variable reaches, each once. No point is beyond infinity, so
/// comparisons with it are left out.
constexpr vec<tie> ties_of(builder& graph, const vec<node_id>& roots, node_id variable) {
    const auto last = static_cast<node_id>(graph.size()) - 1;
    const vec<std::uint8_t> depends = dependents(graph, last, variable);
    const node_id zero = graph.constant(0);
    vec<tie> ties;
    const auto add = [&](node_id u, node_id v) {
        if ((depends[u] == 0 && (v > last || depends[v] == 0)) || is_infinite(graph[u]) || is_infinite(graph[v]))
            return;
        for (const tie& known : ties)
            if ((known.u == u && known.v == v) || (known.u == v && known.v == u)) return;
        ties.push_back({u, v});
    };
    for (const node_id id : reached_from(graph.nodes(), roots)) {
        const node n = graph[id];
        if (depends[id] == 0) continue;
        if (n.code == op::abs || n.code == op::sign) add(n.args[0], zero);
        if (n.code == op::where && graph[n.args[0]].type != kind::boolean) add(n.args[0], zero);
        if (n.code == op::min || n.code == op::max || (n.code >= op::less && n.code <= op::not_equal))
            add(n.args[0], n.args[1]);
        if (n.code == op::reduce_min || n.code == op::reduce_max) add(n.args[0], id);
    }
    return ties;
}

/// slope · x + offset.
struct line {
    double slope = 0;
    double offset = 0;
};

/// The lines that each value up to a root may consist of.
class lines_of {
public:
    constexpr lines_of(const builder& graph, node_id root, node_id variable)
        : graph_(graph), lines_(root + std::size_t{1}) {
        for (node_id id = 0; id <= root; ++id) {
            vec<line> lines = made(graph_[id]);
            if (id == variable) lines.push_back({1, 0});
            lines_[id].swap(lines);
        }
    }
    /// Empty if the value is not made of lines, or of too many.
    constexpr const vec<line>& operator[](node_id id) const { return lines_[id]; }

private:
    static constexpr std::size_t limit = 16;

    constexpr vec<line> made(const node& n) const {
        const auto of = [&](std::size_t i) -> const vec<line>& { return lines_[n.args[i]]; };
        switch (n.code) {
            case op::constant:
                if (!is_finite(n.value)) return {};
                return {{0, n.value}};
            case op::neg: return scaled(of(0), -1);
            case op::stop_gradient: return of(0);
            case op::custom_gradient: return of(0);
            case op::add: return sums(of(0), of(1), 1);
            case op::sub: return sums(of(0), of(1), -1);
            case op::mul:
            case op::scaled: return products(of(0), of(1));
            case op::div:
                if (!is_number(of(1))) return {};
                return scaled(of(0), math::div(1, of(1)[0].offset));
            case op::abs: return joined(of(0), scaled(of(0), -1));
            case op::min:
            case op::max: return joined(of(0), of(1));
            case op::where: return joined(of(1), of(2));
            case op::sign: return {{0, -1}, {0, 0}, {0, 1}};
            default:
                if (about(n.code).kinds != kind_rule::boolean) return {};
                return {{0, 0}, {0, 1}};
        }
    }
    static constexpr bool is_number(const vec<line>& a) { return a.size() == 1 && a[0].slope == 0; }
    static constexpr vec<line> scaled(const vec<line>& a, double factor) {
        vec<line> all;
        for (const line& l : a) all.push_back({math::mul(l.slope, factor), math::mul(l.offset, factor)});
        return all;
    }
    static constexpr vec<line> products(const vec<line>& a, const vec<line>& b) {
        if (is_number(a)) return scaled(b, a[0].offset);
        if (is_number(b)) return scaled(a, b[0].offset);
        return {};
    }
    static constexpr vec<line> sums(const vec<line>& a, const vec<line>& b, double sign) {
        vec<line> all;
        if (a.size() * b.size() > limit) return all;
        for (const line& l : a)
            for (const line& r : b)
                all.push_back({math::add(l.slope, sign * r.slope), math::add(l.offset, sign * r.offset)});
        return all;
    }
    static constexpr vec<line> joined(const vec<line>& a, const vec<line>& b) {
        if (a.empty() || b.empty() || a.size() + b.size() > limit) return {};
        vec<line> all = a;
        for (const line& l : b) all.push_back(l);
        return all;
    }

    const builder& graph_;
    vec<vec<line>> lines_;
};

/// The points at which ties of a function of one variable may lie, in rising order.
class tie_points {
public:
    constexpr tie_points(const builder& graph, node_id variable, const vec<tie>& ties)
        : graph_(graph), lines_(graph, last(variable, ties), variable) {
        for (const tie& t : ties) solve(t.u, t.v);
    }
    constexpr const vec<double>& points() const { return points_; }
    /// Whether every tie could be solved.
    constexpr bool complete() const { return complete_; }

private:
    static constexpr node_id last(node_id variable, const vec<tie>& ties) {
        node_id largest = variable;
        for (const tie& t : ties)
            for (const node_id id : {t.u, t.v})
                if (id > largest) largest = id;
        return largest;
    }
    constexpr void add(double point) {
        if (!is_finite(point)) return;
        point += 0.0;  // -0 is 0
        std::size_t at = points_.size();
        while (at > 0 && points_[at - 1] > point) --at;
        if (at > 0 && points_[at - 1] == point) return;
        points_.push_back(point);
        for (std::size_t i = points_.size() - 1; i > at; --i) points_[i] = points_[i - 1];
        points_[at] = point;
    }
    constexpr void solve(node_id u, node_id v) {
        const vec<line>&left = lines_[u], &right = lines_[v];
        for (const line& l : left)
            for (const line& r : right)
                if (l.slope != r.slope) add(math::div(math::sub(r.offset, l.offset), math::sub(l.slope, r.slope)));
        if (!left.empty() && !right.empty()) return;
        const node &a = graph_[u], &b = graph_[v];
        if (b.code == op::constant && b.value == 0) return zeros(a);
        if (a.code == op::constant && a.value == 0) return zeros(b);
        complete_ = false;
    }
    constexpr void zeros_of(node_id id) {
        for (const line& l : lines_[id])
            if (l.slope != 0) add(math::div(-l.offset, l.slope));
        if (lines_[id].empty()) zeros(graph_[id]);
    }
    /// The zeros of a value that is not made of lines.
    constexpr void zeros(const node& n) {
        switch (n.code) {
            case op::mul: zeros_of(n.args[0]); return zeros_of(n.args[1]);
            case op::where: zeros_of(n.args[2]); return zeros_of(n.args[1]);
            case op::neg:
            case op::abs:
            case op::expm1:
            case op::log1p:
            case op::sqrt:
            case op::tanh:
            case op::erf:
            case op::tanhshrink:
            case op::softsign:
            case op::stop_gradient:
            case op::custom_gradient:
            case op::div: return zeros_of(n.args[0]);
            case op::exp:
            case op::exp2:
            case op::erfc:
            case op::sigmoid:
            case op::softplus:
            case op::normal_cdf:
            case op::normal_pdf: return;  // none
            default: complete_ = false;
        }
    }

    const builder& graph_;
    lines_of lines_;
    vec<double> points_;
    bool complete_ = true;
};

}  // namespace gradus::detail
