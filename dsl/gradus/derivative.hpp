// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of adjoints: for each primitive, what reaches each operand from the adjoint g of its
// result. Written with `chain` and `choose`, which keep a select outermost: where the select is not
// taken, no product with a local derivative is ever formed, so an infinite or undefined derivative
// there cannot turn a zero adjoint into NaN.
#pragma once

#include <stdexcept>

#include <gradus/rewrite.hpp>

namespace gradus {
namespace detail {

constexpr bool is_zero(sym a) { return (*a).code == op::constant && (*a).value == 0; }

/// Conditions each of which must hold for s to differ from zero: those of the selects with a zero branch that s is,
/// or is a product, or of which s is a sum or another choice.
constexpr vec<node_id> guards_of(sym s, int depth = 0) {
    constexpr int depth_limit = 8;
    if (!(*s).guarded) return {};
    const node n = *s;
    const auto at = [&](std::size_t i) { return sym{s.graph, n.args[i]}; };
    const auto of = [&](std::size_t i) { return guards_of(at(i), depth + 1); };
    const auto both = [&](vec<node_id> a, const vec<node_id>& b) {
        for (const node_id guard : b) a.push_back(guard);
        return a;
    };
    const auto common = [&](const vec<node_id>& a, const vec<node_id>& b) {
        vec<node_id> shared;
        for (const node_id guard : a)
            for (const node_id other : b)
                if (guard == other) shared.push_back(guard);
        return shared;
    };
    if (depth == depth_limit) return {};
    switch (n.code) {
        case op::where: {
            vec<node_id> own;
            if (is_zero(at(2))) own.push_back(n.args[0]);
            if (is_zero(at(1))) own.push_back((!at(0)).id);
            if (own.size() == 0) return common(of(1), of(2));
            return both(own, of(is_zero(at(2)) ? 1 : 2));
        }
        case op::neg:
        case op::div: return of(0);
        case op::mul:
        case op::scaled: return both(of(0), of(1));
        case op::add:
        case op::sub: return common(of(0), of(1));
        default: return {};
    }
}

/// The condition under which g can differ from zero, if g is a select with a zero branch, or a sum, a product or a
/// choice of such; id no_node if there is none.
constexpr sym guard_of(sym g) {
    constexpr int depth_limit = 8;
    const auto walk = [&](auto&& self, sym s, int depth) -> sym {
        const sym none{s.graph, no_node};
        if (depth == depth_limit || !(*s).guarded) return none;
        const node n = *s;
        const auto at = [&](std::size_t i) { return sym{s.graph, n.args[i]}; };
        switch (n.code) {
            case op::where: {
                if (is_zero(at(2))) return at(0);
                if (is_zero(at(1))) return !at(0);
                const vec<node_id> guards = guards_of(s);
                return guards.size() > 0 ? sym{s.graph, guards[0]} : none;
            }
            case op::neg: return self(self, at(0), depth + 1);
            case op::div: return self(self, at(0), depth + 1);
            case op::mul:
            case op::scaled: {
                const sym left = self(self, at(0), depth + 1);
                return left.id != no_node ? left : self(self, at(1), depth + 1);
            }
            case op::add:
            case op::sub: {
                const sym left = self(self, at(0), depth + 1);
                const sym right = self(self, at(1), depth + 1);
                if (left.id == no_node || right.id == no_node) return none;
                return left.id == right.id ? left : (left || right);
            }
            default: return none;
        }
    };
    return walk(walk, g, 0);
}

constexpr sym noted(sym made) {
    made.graph->log(static_cast<std::uint16_t>(structural::select_outermost), made.id);
    return made;
}

/// g combined with a local derivative by `combine`, zero where g is zero whatever the derivative is.
template <class Combine>
constexpr sym chained(sym g, Combine combine) {
    if (is_zero(g)) return g;
    const node n = *g;
    if (n.code == op::where) {
        const sym condition{g.graph, n.args[0]}, yes{g.graph, n.args[1]}, no{g.graph, n.args[2]};
        if (is_zero(no)) return noted(where(condition, chained(yes, combine), 0.0));
        if (is_zero(yes)) return noted(where(condition, 0.0, chained(no, combine)));
    }
    const sym guard = guard_of(g);
    return guard.id == no_node ? combine(g) : noted(where(guard, combine(g), 0.0));
}

/// The adjoint g times a local derivative.
constexpr sym chain(sym g, sym derivative) {
    if (is_zero(derivative)) return derivative;
    if ((*derivative).code == op::constant) return g * derivative;
    return chained(g, [&](sym part) { return part * derivative; });
}
constexpr sym chain(sym g, double derivative) { return chain(g, g.number(derivative)); }
/// The adjoint g divided by a value.
constexpr sym chain_divide(sym g, sym divisor) {
    return chained(g, [&](sym part) { return part / divisor; });
}
/// g where the condition holds, else zero.
constexpr sym choose(sym condition, sym g) { return where(condition, g, 0.0); }
constexpr sym choose_not(sym condition, sym g) { return where(condition, 0.0, g); }

/// How adjoint rules compare values: by themselves as it is written, which makes the default choices at
/// kinks. one_sided.hpp derives the comparisons from one side of a tie.
struct comparing {
    constexpr virtual sym compare(op code, sym a, sym b) const { return a.apply(code, b); }
    constexpr virtual sym sign_of(sym a) const { return sign(a); }
    /// Where the elements of a attain the extreme y of the row.
    constexpr virtual sym attained(sym a, sym y, over_axes) const { return a == y; }
};

/// What an adjoint rule sees: the adjoint g of the result y, the operands, the axes meant, and how to compare.
struct pullback {
    sym g, y, a, b, c;
    over_axes over;
    const comparing& by;
};
using adjoint_rule = sym (*)(const pullback&);

/// Rules for the operands; null where no gradient flows.
struct adjoint_row {
    op code;
    adjoint_rule operand[3] = {};
};

#define GRADUS_ADJOINT(expression) \
    [](const pullback& p) constexpr->sym { return expression; }
inline constexpr double two_over_sqrt_pi = 1.1283791670955126, ln_2 = 0.6931471805599453;

/// Ties of max and min: the whole gradient to neither side against a constant (the subgradient 0 of
/// relu at its kink), half to each of two variables.
constexpr sym to_larger(const pullback& p, sym mine, sym other) {
    const sym strict = choose(p.by.compare(op::greater, mine, other), p.g);
    if ((*other).code == op::constant || (*mine).code == op::constant) return strict;
    return where(p.by.compare(op::equal, mine, other), chain(p.g, 0.5), strict);
}
constexpr sym to_smaller(const pullback& p, sym mine, sym other) {
    const sym strict = choose(p.by.compare(op::less, mine, other), p.g);
    if ((*other).code == op::constant || (*mine).code == op::constant) return strict;
    return where(p.by.compare(op::equal, mine, other), chain(p.g, 0.5), strict);
}
/// The extreme of a reduction shares its gradient equally among the elements that attain it.
constexpr sym to_extreme(const pullback& p) {
    const sym attained = p.by.attained(p.a, p.y, p.over);
    return choose(attained, chain_divide(p.g, sum(where(attained, 1.0, 0.0), p.over)));
}

/// The adjoint of a read goes to the position that was read. A select that is the same for all positions
/// stays outside, so that it also stands outside what sums over them. A label that varies along the axis that it
/// reads may read an element several times: what flows back to it would need a second axis of the same extent.
constexpr sym to_position(const pullback& p) {
    if ((p.b.axes() & p.over.set) != 0) {
        if ((p.a.axes() & p.over.set) == 0) return p.g;
        throw std::invalid_argument("gradus: no gradient through a read at labels that vary along the axis they read");
    }
    return chained(p.g, [&](sym part) { return choose(index_of(p.a, p.over) == p.b, part); });
}

/// g - Σ g · softmax(a). From one label alone comes v: -v · softmax(a), and at the label v (1 - softmax(a)), which
/// keeps its digits where the softmax is near 1.
constexpr sym through_log_softmax(const pullback& p, sym g) {
    builder& graph = *g.graph;
    const masked select = as_masked(graph, *g);
    if (select.condition != no_node) {
        const sym value{&graph, select.value}, condition{&graph, select.condition};
        if ((condition.axes() & p.over.set) == 0) {
            const sym inside = through_log_softmax(p, value);
            return noted(masked_by(graph, select, inside));
        }
        const node_id label = label_of(graph, *condition, p.over.set);
        if (select.taken && label != no_node && (value.axes() & p.over.set) == 0) {
            const sym others = at(softmax_complement(p.a, p.over), p.over, {&graph, label});
            return where(condition, chain(value, others), -chain(value, softmax(p.a, p.over)));
        }
    }
    return g - chain(sum(g, p.over), softmax(p.a, p.over));
}

inline constexpr adjoint_row adjoint_table[op_count] = {
    {op::constant, {}},
    {op::input, {}},
    {op::index, {}},
    {op::extent, {}},
    {op::uniform, {}},
    {op::wildcard, {}},
    {op::neg, {GRADUS_ADJOINT(-p.g)}},
    {op::abs, {GRADUS_ADJOINT(chain(p.g, p.by.sign_of(p.a)))}},
    {op::sign, {}},
    {op::exp, {GRADUS_ADJOINT(chain(p.g, p.y))}},
    {op::exp2, {GRADUS_ADJOINT(chain(p.g, ln_2* p.y))}},
    {op::expm1, {GRADUS_ADJOINT(chain(p.g, exp(p.a)))}},
    {op::log, {GRADUS_ADJOINT(chain_divide(p.g, p.a))}},
    {op::log2, {GRADUS_ADJOINT(chain_divide(p.g, ln_2* p.a))}},
    {op::log1p, {GRADUS_ADJOINT(chain_divide(p.g, p.a + 1.0))}},
    {op::sqrt, {GRADUS_ADJOINT(chain_divide(p.g, 2.0 * p.y))}},
    {op::tanh, {GRADUS_ADJOINT(chain(p.g, 1.0 - p.y * p.y))}},
    {op::sigmoid, {GRADUS_ADJOINT(chain(p.g, p.y* sigmoid(-p.a)))}},
    {op::softplus, {GRADUS_ADJOINT(chain(p.g, sigmoid(p.a)))}},
    {op::erf, {GRADUS_ADJOINT(chain(p.g, two_over_sqrt_pi* exp(-(p.a* p.a))))}},
    {op::erfc, {GRADUS_ADJOINT(chain(p.g, -two_over_sqrt_pi * exp(-(p.a* p.a))))}},
    {op::normal_cdf, {GRADUS_ADJOINT(chain(p.g, normal_pdf(p.a)))}},
    {op::normal_pdf, {GRADUS_ADJOINT(-chain(p.g, scaled(p.y, p.a)))}},
    {op::tanhshrink, {GRADUS_ADJOINT(chain(p.g, tanh(p.a) * tanh(p.a)))}},
    {op::softsign, {GRADUS_ADJOINT(chain_divide(chain_divide(p.g, 1.0 + abs(p.a)), 1.0 + abs(p.a)))}},
    {op::sin, {GRADUS_ADJOINT(chain(p.g, cos(p.a)))}},
    {op::cos, {GRADUS_ADJOINT(-chain(p.g, sin(p.a)))}},
    {op::floor, {}},
    {op::isnan, {}},
    {op::logical_not, {}},
    {op::stop_gradient, {}},
    {op::activation, {}},
    {op::add, {GRADUS_ADJOINT(p.g), GRADUS_ADJOINT(p.g)}},
    {op::sub, {GRADUS_ADJOINT(p.g), GRADUS_ADJOINT(-p.g)}},
    {op::mul, {GRADUS_ADJOINT(chain(p.g, p.b)), GRADUS_ADJOINT(chain(p.g, p.a))}},
    {op::div, {GRADUS_ADJOINT(chain_divide(p.g, p.b)), GRADUS_ADJOINT(-chain(p.g, p.y / p.b))}},
    {op::scaled, {GRADUS_ADJOINT(chain(p.g, p.b)), GRADUS_ADJOINT(choose_not(p.a == 0.0, chain(p.g, p.a)))}},
    {op::pow,
     {GRADUS_ADJOINT(chain(p.g, p.b* pow(p.a, p.b - 1.0))),
      GRADUS_ADJOINT(chain(p.g, where(p.a == 0.0, 0.0, p.y* log(p.a))))}},
    {op::min, {GRADUS_ADJOINT(to_smaller(p, p.a, p.b)), GRADUS_ADJOINT(to_smaller(p, p.b, p.a))}},
    {op::max, {GRADUS_ADJOINT(to_larger(p, p.a, p.b)), GRADUS_ADJOINT(to_larger(p, p.b, p.a))}},
    {op::less, {}},
    {op::less_equal, {}},
    {op::greater, {}},
    {op::greater_equal, {}},
    {op::equal, {}},
    {op::not_equal, {}},
    {op::logical_and, {}},
    {op::logical_or, {}},
    {op::where, {nullptr, GRADUS_ADJOINT(choose(p.a, p.g)), GRADUS_ADJOINT(choose_not(p.a, p.g))}},
    {op::custom_gradient, {GRADUS_ADJOINT(p.g), GRADUS_ADJOINT(chain(p.g, p.c))}},
    {op::reduce_sum, {GRADUS_ADJOINT(p.g)}},
    {op::reduce_max, {GRADUS_ADJOINT(to_extreme(p))}},
    {op::reduce_min, {GRADUS_ADJOINT(to_extreme(p))}},
    {op::logsumexp, {GRADUS_ADJOINT(chain(p.g, softmax(p.a, p.over)))}},
    {op::softmax, {GRADUS_ADJOINT(p.y * (p.g - sum(p.g * p.y, p.over)))}},
    {op::log_softmax, {GRADUS_ADJOINT(through_log_softmax(p, p.g))}},
    {op::softmax_complement,
     {GRADUS_ADJOINT(softmax(p.a, p.over) * (sum(p.g * softmax(p.a, p.over), p.over) - p.g))}},
    {op::at, {GRADUS_ADJOINT(to_position(p))}},
};
#undef GRADUS_ADJOINT

constexpr bool adjoints_are_in_order() {
    for (std::size_t i = 0; i < op_count; ++i)
        if (adjoint_table[i].code != static_cast<op>(i)) return false;
    return true;
}
static_assert(adjoints_are_in_order(), "adjoint_table: one row for each op, in the order of the enumeration");

}  // namespace detail
}  // namespace gradus
