// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The intervals in which the nodes of a graph lie, operands before users. Each primitive widens as interval
// arithmetic does (interval.hpp), and forgets that its operands hang together; the shapes in which that matters
// most are looked at whole: squares, sums with a common factor, and means.
//
// On a piece between ties (ties.hpp) the comparisons are what they are at a point inside: `decided`.
#pragma once

#include <gradus/graph.hpp>
#include <gradus/interval.hpp>

namespace gradus::detail {

class enclosure {
public:
    constexpr explicit enclosure(graph_view g) : g_(g), values_(g.nodes.size()) {}

    /// Computes the intervals up to a node for inputs in x; `decided`, if given, has those of the comparisons.
    constexpr interval run(node_id last, interval x, const vec<interval>* decided = nullptr) {
        x_ = x;
        jumps_ = false;
        for (node_id id = 0; id <= last; ++id) {
            const op code = g_[id].code;
            const bool compares = code == op::sign || (code >= op::less && code <= op::not_equal);
            values_[id] = compares && decided != nullptr ? (*decided)[id] : value(g_[id]);
            jumps_ = jumps_ || may_jump(g_[id], values_[id]);
        }
        return values_[last];
    }
    constexpr interval operator[](node_id id) const { return values_[id]; }
    constexpr const vec<interval>& values() const { return values_; }
    /// Whether some node may be discontinuous inside x.
    constexpr bool jumps() const { return jumps_; }

private:
    constexpr interval operand(const node& n, std::size_t i) const { return values_[n.args[i]]; }

    /// A condition that is not known, a step, or a pole.
    constexpr bool may_jump(const node& n, interval value) const {
        if (n.code == op::floor || n.code == op::sign) return !value.is_point();
        if (n.code == op::div) return operand(n, 1).contains(0);
        if (n.code == op::pow) return operand(n, 0).contains(0) && !(operand(n, 1).low >= 0);
        return n.type == kind::boolean && !value.is_point();
    }
    constexpr interval value(const node& n) const {
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n);
            case form::pointwise: return pointwise(n);
            case form::reduction: return reduced(n);
            case form::along: return n.code == op::log_softmax ? interval{-infinity, 0} : interval{0, 1};
            case form::gather: return operand(n, 0);
        }
        return everything;
    }
    constexpr interval leaf(const node& n) const {
        if (n.code == op::constant) return point(n.value);
        if (n.code == op::uniform) return {0, 1};
        if (n.code == op::input && g_.inputs[n.ref].use != role::labels) return x_;
        return {0, infinity};  // labels, coordinates, extents
    }
    constexpr interval pointwise(const node& n) const {
        const auto at = [&](int i) { return i < arity(n) ? operand(n, static_cast<std::size_t>(i)) : nothing; };
        for (int i = 0; i < arity(n); ++i)
            if (at(i).empty() && n.code != op::where) return nothing;
        const interval plain = image(n.code, at(0), at(1), at(2));
        if (n.code == op::isnan && g_[n.args[0]].code == op::input) return point(0);
        if (n.code == op::mul && n.args[0] == n.args[1]) return product(absolute(at(0)), absolute(at(0)));
        if (x_.is_point()) return plain;
        if (n.code == op::add || n.code == op::sub) return narrowed(plain, factored(n));
        return n.code == op::div && is_mean(n) ? values_[g_[n.args[0]].args[0]] : plain;
    }
    constexpr interval reduced(const node& n) const {
        const interval a = operand(n, 0);
        if (n.code == op::logsumexp) return {a.low, infinity};
        if (n.code != op::reduce_sum) return a;
        return {a.low < 0 ? -infinity : 0, a.high > 0 ? infinity : 0};
    }
    constexpr bool is_mean(const node& n) const {
        const node &total = g_[n.args[0]], &count = g_[n.args[1]];
        return total.code == op::reduce_sum && count.code == op::extent && total.over == count.over;
    }
    // ---- a b + a c is a (b + c)

    constexpr void factors(node_id id, vec<node_id>& all) const {
        if (g_[id].code != op::mul || all.size() > 6) return all.push_back(id);
        factors(g_[id].args[0], all);
        factors(g_[id].args[1], all);
    }
    constexpr interval product_without(const vec<node_id>& all, std::size_t skipped) const {
        interval total = point(1);
        for (std::size_t i = 0; i < all.size(); ++i)
            if (i != skipped) total = product(total, values_[all[i]]);
        return total;
    }
    constexpr interval factored(const node& n) const {
        if (g_[n.args[0]].code != op::mul && g_[n.args[1]].code != op::mul) return everything;
        vec<node_id> left, right;
        factors(n.args[0], left);
        factors(n.args[1], right);
        for (std::size_t i = 0; i < left.size(); ++i)
            for (std::size_t k = 0; k < right.size(); ++k) {
                if (left[i] != right[k] || g_[left[i]].code == op::constant) continue;
                const interval rest = image(n.code, product_without(left, i), product_without(right, k), nothing);
                return product(values_[left[i]], rest);
            }
        return everything;
    }

    graph_view g_;
    vec<interval> values_;
    interval x_;
    bool jumps_ = false;
};

}  // namespace gradus::detail
