// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives at kinks by a policy. From one side of a point every comparison is decided: where u == v, the
// difference u - v has there the sign that its change gives it, as the variable moves to that side. `one_side`
// takes the comparisons of a formula so (`seen`), and those of the adjoint rules of max, min and abs
// (`comparing`). What depends on the variable in several elements changes as they all move together.
//
// A difference that the variable does not change, or changes only to second order, leaves the tie as it is
// written.
#pragma once

#include <gradus/differentiate.hpp>

namespace gradus {

/// Which derivative to take at a kink.
enum class kink_policy : std::uint8_t {
    torch,    ///< what the formula's comparisons say as they are written: the catalogue's are PyTorch's choices
    left,     ///< the limit of the derivative from below
    right,    ///< the limit from above
    midpoint  ///< the mean of these two
};
/// A policy as part of an expression's type.
template <kink_policy Policy>
struct at_kinks {
    static constexpr kink_policy policy = Policy;
};

namespace detail {

class one_side : public comparing {
public:
    /// The side below (-1) or above (+1) the variable's values.
    constexpr one_side(builder& graph, node_id variable, int side) : graph_(graph), variable_(variable), side_(side) {}

    /// How a changes as the variable moves to the side: ± its derivative.
    constexpr sym change(sym a) const {
        const sym side = a.number(side_);
        return {&graph_, push_forward(graph_, a.id, variable_, side.id, *this)};
    }
    constexpr sym compare(op code, sym a, sym b) const override {
        const sym written = a.apply(code, b);
        if (is_infinite(a) || is_infinite(b)) return written;  // no side is beyond infinity
        const sym moved = change(a) - change(b);
        if (is_zero(moved)) return written;
        const sym at_tie = moved.apply(code, moved.number(0));
        if ((*moved).code != op::constant) return where(a == b, at_tie, written);
        return decided(code, a, b, (*at_tie).value != 0);
    }
    constexpr sym sign_of(sym a) const override {
        const sym moved = change(a);
        return is_zero(moved) ? sign(a) : where(a == 0.0, sign(moved), sign(a));
    }
    /// Of the elements that attain the extreme, those that stay ahead.
    constexpr sym attained(sym a, sym y, over_axes over) const override {
        const sym tie = a == y, moved = change(a);
        if ((*moved).code == op::constant) return tie;
        const sym first = (*y).code == op::reduce_max ? max(where(tie, moved, -infinity), over)
                                                      : min(where(tie, moved, infinity), over);
        return tie && moved == first;
    }

    /// The value of a node seen from the side: its limit, also where it jumps.
    constexpr node_id seen(node_id root) const {
        const vec<std::uint8_t> depends = dependents(graph_, root, variable_);
        vec<node_id> made(root + std::size_t{1});
        for (node_id id = 0; id <= root; ++id) made[id] = depends[id] != 0 && id != variable_ ? remade(id, made) : id;
        return made[root];
    }

private:
    static constexpr bool is_infinite(sym a) { return (*a).code == op::constant && math::abs((*a).value) == infinity; }
    /// A comparison whose result at a tie is known.
    static constexpr sym decided(op code, sym a, sym b, bool at_tie) {
        switch (code) {
            case op::greater:
            case op::greater_equal: return at_tie ? a >= b : a > b;
            case op::less:
            case op::less_equal: return at_tie ? a <= b : a < b;
            default: return a.number(at_tie ? 1 : 0);  // == and != leave the tie
        }
    }
    /// A condition that is a real number holds where it is not 0.
    constexpr sym truth(sym a) const {
        if ((*a).type == kind::boolean || (*a).code == op::constant) return a;
        return compare(op::not_equal, a, a.number(0));
    }
    /// a && b or a || b, where one of them may be known.
    static constexpr sym joined(op code, sym a, sym b) {
        const sym known = (*a).code == op::constant ? a : b, other = known.id == a.id ? b : a;
        if ((*known).code != op::constant) return a.apply(code, b);
        return ((*known).value != 0) == (code == op::logical_and) ? other : known;
    }
    constexpr node_id remade(node_id id, const vec<node_id>& made) const {
        node n = graph_[id];
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = made[n.args[i]];
        const auto at = [&](std::size_t i) { return sym{&graph_, n.args[i]}; };
        switch (n.code) {
            case op::less:
            case op::less_equal:
            case op::greater:
            case op::greater_equal:
            case op::equal:
            case op::not_equal: return compare(n.code, at(0), at(1)).id;
            case op::logical_and:
            case op::logical_or: return joined(n.code, truth(at(0)), truth(at(1))).id;
            case op::logical_not: return (!truth(at(0))).id;
            case op::where: return where(truth(at(0)), at(1), at(2)).id;
            case op::sign: return sign_of(at(0)).id;
            default: return same_operands(n, graph_[id]) ? id : graph_.make(n);
        }
    }

    builder& graph_;
    node_id variable_;
    int side_;
};

/// The mean of two derivatives that differ in their conditions at most: l itself wherever they are equal.
constexpr sym midpoint(sym l, sym r) {
    if (l.id == r.id) return l;
    const node a = *l, b = *r;
    const auto left = [&](std::size_t i) { return sym{l.graph, a.args[i]}; };
    const auto right = [&](std::size_t i) { return sym{r.graph, b.args[i]}; };
    const bool alike = a.code == b.code && a.over == b.over;
    if (alike && a.code == op::where) {
        const sym yes = midpoint(left(1), right(1)), no = midpoint(left(2), right(2));
        if (left(0).id == right(0).id) return where(left(0), yes, no);
        return where(left(0), where(right(0), yes, 0.5 * (left(1) + right(2))),
                     where(right(0), 0.5 * (left(2) + right(1)), no));
    }
    if (alike && a.code == op::neg) return -midpoint(left(0), right(0));
    if (alike && a.code == op::mul && a.args[0] == b.args[0]) return left(0) * midpoint(left(1), right(1));
    if (alike && a.code == op::reduce_sum) return sum(midpoint(left(0), right(0)), over_axes{a.over});
    const sym mean = 0.5 * (l + r);
    return (*mean).code == op::constant ? mean : where(l == r, l, mean);
}

/// make(root, comparing) for the side, or the sides, that a policy takes.
template <class Make>
constexpr node_id by_policy(kink_policy policy, builder& graph, node_id root, node_id variable, Make make) {
    if (policy == kink_policy::torch) return make(root, comparing{});
    const auto from = [&](int side) {
        const one_side by(graph, variable, side);
        return sym{&graph, make(by.seen(root), by)};
    };
    if (policy == kink_policy::left) return from(-1).id;
    if (policy == kink_policy::right) return from(+1).id;
    return midpoint(from(-1), from(+1)).id;
}

}  // namespace detail

/// `differentiate` with a policy for kinks.
constexpr node_id differentiate(builder& graph, node_id root, node_id variable, node_id seed, kink_policy policy) {
    return detail::by_policy(policy, graph, root, variable, [&](node_id seen, const detail::comparing& by) {
        return differentiate(graph, seen, variable, seed, by);
    });
}
/// `push_forward` with a policy for kinks.
constexpr node_id push_forward(builder& graph, node_id root, node_id variable, node_id direction, kink_policy policy) {
    return detail::by_policy(policy, graph, root, variable, [&](node_id seen, const detail::comparing& by) {
        return push_forward(graph, seen, variable, direction, by);
    });
}

}  // namespace gradus
