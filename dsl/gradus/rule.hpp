// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rewrite rules: the pattern language and the engine.
//
// A rule is one line in the language itself: a function that returns the form to find and the form to
// put in its place, over the wildcards of `pattern`. `make_book` runs these functions once, in
// constant evaluation, and keeps the small graphs that they build. `book_of::apply` matches a node that
// is about to be interned against the rules of its operation, in the order of the table; operands have
// been rewritten before, so one look at every node is enough.
//
// A form that its own replacement contains, as in a·Φ(a) → where(|a| = ∞, max(a, 0), a·Φ(a)), stands there
// as it is, without being rewritten again.
//
// Forms are written canonically (see simplify.hpp): a - 1 is a + -1, constants come first in products
// and last in sums; operands of commutative operations match in either order.
#pragma once

#include <array>
#include <string_view>

#include <gradus/sym.hpp>

namespace gradus {

/// The wildcards of a rule. a … f match anything, k and l only constants; equal letters match equal
/// nodes. `over` matches whatever axes an operation along axes has.
struct pattern {
    sym a, b, c, d, e, f, k, l;
    over_axes over{any_axes};
};

struct rewriting {
    sym from, to;
};

inline constexpr double no_failure = __builtin_nan("");

/// One row of a table of rules.
struct rule {
    std::string_view name;
    std::string_view reason;
    rewriting (*body)(const pattern&) = nullptr;  ///< null: done by the function of the same name
    double fails_at = no_failure;       ///< numerical rules: an `a` at which the plain form loses its digits in float32
    bool (*holds)(double k, double l) = nullptr;  ///< what the constants must satisfy; null: nothing
    bool of_variable = false;                     ///< `a` stands for anything but a constant
};

namespace detail {

inline constexpr std::uint32_t first_constant_wildcard = 6;
inline constexpr std::size_t wildcard_count = 8;

struct bindings {
    std::array<node_id, wildcard_count> node{no_node, no_node, no_node, no_node, no_node, no_node, no_node, no_node};
    axis_set over = any_axes;
};

struct compiled_rule {
    op root = op::count_;
    node_id from = no_node;
    node_id to = no_node;
    std::uint16_t row = 0;
    bool (*holds)(double k, double l) = nullptr;
    bool of_variable = false;
    /// What the first two operands of `from` must be: op::wildcard for anything, op::count_ for no operand.
    std::array<op, 2> operand{op::count_, op::count_};
};

/// The rules of several tables as small graphs, in vectors while they are counted.
struct rule_draft {
    vec<node> nodes;
    vec<compiled_rule> rules;
};

template <std::size_t Count>
constexpr rule_draft draft_rules(const std::array<rule, Count>& rows) {
    builder graph;
    const auto wildcard = [&](std::uint32_t letter) {
        node n;
        n.code = op::wildcard;
        n.ref = letter;
        return sym{&graph, graph.intern(n)};
    };
    const pattern p{wildcard(0), wildcard(1), wildcard(2), wildcard(3), wildcard(4),
                    wildcard(5), wildcard(6), wildcard(7), {any_axes}};
    rule_draft draft;
    for (std::size_t i = 0; i < Count; ++i) {
        if (rows[i].body == nullptr) continue;
        const rewriting r = rows[i].body(p);
        compiled_rule made{(*r.from).code, r.from.id,     r.to.id, static_cast<std::uint16_t>(i),
                           rows[i].holds,  rows[i].of_variable};
        for (int k = 0; k < 2 && k < arity(*r.from); ++k) {
            const node& wanted = graph[(*r.from).args[static_cast<std::size_t>(k)]];
            const bool constant = wanted.code == op::wildcard && wanted.ref >= first_constant_wildcard;
            made.operand[static_cast<std::size_t>(k)] = constant ? op::constant : wanted.code;
        }
        draft.rules.push_back(made);
    }
    draft.nodes = graph.nodes();
    return draft;
}

/// The compiled tables. `first[op]` … `first[op + 1]` are the rules of one root operation.
template <std::size_t Nodes, std::size_t Rules>
struct rule_book {
    std::array<node, Nodes> nodes{};
    std::array<compiled_rule, Rules> rules{};
    std::array<std::uint16_t, op_count + 1> first{};

    constexpr explicit rule_book(const rule_draft& draft) {
        for (std::size_t i = 0; i < Nodes; ++i) nodes[i] = draft.nodes[i];
        std::uint16_t next = 0;
        for (std::size_t code = 0; code < op_count; ++code) {
            first[code] = next;
            for (const compiled_rule& r : draft.rules)
                if (r.root == static_cast<op>(code)) rules[next++] = r;
        }
        first[op_count] = next;
    }

    /// The node that replaces n, or no_node if no rule fits.
    constexpr node_id apply(builder& graph, const node& n) const {
        const auto code = static_cast<std::size_t>(n.code);
        const op left = n.args[0] != no_node ? graph[n.args[0]].code : op::count_;
        const op right = n.args[1] != no_node ? graph[n.args[1]].code : op::count_;
        const bool commutes = about(n.code).commutes;
        for (std::uint16_t i = first[code]; i < first[code + 1]; ++i) {
            const std::array<op, 2>& wanted = rules[i].operand;
            const bool may_fit = (fits(wanted[0], left) && fits(wanted[1], right)) ||
                                 (commutes && fits(wanted[0], right) && fits(wanted[1], left));
            if (!may_fit) continue;
            bindings bound;
            if (!match_operands(graph, nodes[rules[i].from], n, bound)) continue;
            if (rules[i].holds != nullptr && !rules[i].holds(constant(graph, bound, 0), constant(graph, bound, 1)))
                continue;
            if (rules[i].of_variable && graph[bound.node[0]].code == op::constant) continue;
            const node_id made = instantiate(graph, rules[i], rules[i].to, bound);
            graph.log(rules[i].row, made);
            return made;
        }
        return no_node;
    }

private:
    /// The value that k (0) or l (1) stands for; 0 if it does not occur.
    static constexpr double constant(const builder& graph, const bindings& bound, std::size_t letter) {
        const node_id id = bound.node[first_constant_wildcard + letter];
        return id != no_node ? graph[id].value : 0;
    }
    /// A first look, before wildcards are bound.
    static constexpr bool fits(op wanted, op given) {
        return wanted == given || wanted == op::wildcard || wanted == op::count_;
    }
    constexpr bool match(const builder& graph, node_id wanted, node_id id, bindings& bound) const {
        const node& p = nodes[wanted];
        const node& n = graph[id];
        if (p.code == op::wildcard) {
            if (bound.node[p.ref] != no_node) return bound.node[p.ref] == id;
            if (p.ref >= first_constant_wildcard && n.code != op::constant) return false;
            bound.node[p.ref] = id;
            return true;
        }
        if (p.code != n.code) return false;
        if (p.code == op::constant) return p.value == n.value;
        return match_operands(graph, p, n, bound);
    }
    constexpr bool match_operands(const builder& graph, const node& p, const node& n, bindings& bound) const {
        if (p.over == any_axes) {
            if (bound.over != any_axes && bound.over != n.over) return false;
            bound.over = n.over;
        }
        const primitive& row = about(p.code);
        if (!row.commutes) return match_in_order(graph, p, n, row.arity, bound);
        const bindings before = bound;
        if (match(graph, p.args[0], n.args[0], bound) && match(graph, p.args[1], n.args[1], bound)) return true;
        bound = before;
        return match(graph, p.args[0], n.args[1], bound) && match(graph, p.args[1], n.args[0], bound);
    }
    constexpr bool match_in_order(const builder& graph, const node& p, const node& n, int arity,
                                  bindings& bound) const {
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity); ++i)
            if (!match(graph, p.args[i], n.args[i], bound)) return false;
        return true;
    }
    constexpr node_id instantiate(builder& graph, const compiled_rule& r, node_id wanted, const bindings& bound) const {
        node n = nodes[wanted];
        if (n.code == op::wildcard) return bound.node[n.ref];
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i)
            n.args[i] = instantiate(graph, r, n.args[i], bound);
        if (n.over == any_axes) n.over = bound.over;
        return wanted == r.from ? graph.intern(n) : graph.make(n);
    }
};

}  // namespace detail
}  // namespace gradus
