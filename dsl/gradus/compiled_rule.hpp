// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rewrite rules as data (rule_book.hpp), and the engine that applies them. A node that is about to be interned is
// matched against the rules of its operation, in the order of the tables; operands have been rewritten before,
// so one look at every node is enough.
//
// A form that its own replacement contains, as in a·Φ(a) → where(|a| = ∞, max(a, 0), a·Φ(a)), stands there
// as it is, without being rewritten again.
#pragma once

#include <gradus/builder.hpp>
#include <gradus/rule_conditions.hpp>

namespace gradus::detail {

/// The wildcards a … f stand for anything, 0 … 5; k and l for constants, 6 and 7.
inline constexpr std::uint32_t first_constant_wildcard = 6;
inline constexpr std::size_t wildcard_count = 8;

/// A node of a rule's forms. Operands are positions in the book's table of nodes.
struct pattern_node {
    op code = op::wildcard;
    std::uint16_t args[3] = {};  ///< a wildcard: its letter in args[0]
    std::uint8_t operands = 0;
    bool commutes = false;
    bool along = false;  ///< an operation along axes, whatever they are
    double value = 0;    ///< constants
};

struct compiled_rule {
    op root = op::count_;
    std::uint16_t from = 0, to = 0;  ///< positions in the book's table of nodes
    std::uint16_t row = 0;           ///< the rule's position in `rules`
    rule_condition holds = nullptr;
    bool of_variable = false;  ///< `a` stands for anything but a constant
    /// What the first two operands of `from` must be; op::wildcard for anything.
    op operand[2] = {op::wildcard, op::wildcard};
};

struct bindings {
    node_id node[wildcard_count] = {no_node, no_node, no_node, no_node, no_node, no_node, no_node, no_node};
    axis_set over = any_axes;
};

/// For each operation the rules whose root it is, and which of them may fit given the operations of the first two
/// operands: sets of rules, the bits of one word for each block of operations. A look at it is all that
/// most nodes cost.
template <std::size_t Rules>
struct rule_index {
    static constexpr std::size_t block_count = Rules / 32 + 1;
    struct place {
        std::uint8_t block = 0;
        std::uint64_t rules = 0;
    };
    place of[op_count] = {};
    std::uint16_t first[block_count] = {};                 ///< the rule of bit 0
    std::uint64_t any[block_count][2] = {};                ///< rules that take every operand there
    std::uint64_t fitting[block_count][2][op_count] = {};  ///< rules that ask for that operation there

    /// The rules stand in the order of their roots.
    constexpr explicit rule_index(const compiled_rule (&rules)[Rules]) {
        std::size_t block = 0, begin = 0;
        for (std::size_t i = 0; i < Rules;) {
            std::size_t end = i;
            while (end < Rules && rules[end].root == rules[i].root) ++end;
            if (end - first[block] > 64) first[++block] = static_cast<std::uint16_t>(i);
            place& p = of[static_cast<std::size_t>(rules[i].root)];
            p.block = static_cast<std::uint8_t>(block);
            begin = first[block];
            for (; i < end; ++i) {
                const std::uint64_t bit = std::uint64_t{1} << (i - begin);
                p.rules |= bit;
                for (std::size_t k = 0; k < 2; ++k) {
                    const op wanted = rules[i].operand[k];
                    if (wanted == op::wildcard)
                        any[block][k] |= bit;
                    else
                        fitting[block][k][static_cast<std::size_t>(wanted)] |= bit;
                }
            }
        }
    }
    constexpr std::uint64_t in_order(std::size_t block, op left, op right) const {
        return (any[block][0] | fitting[block][0][static_cast<std::size_t>(left)]) &
               (any[block][1] | fitting[block][1][static_cast<std::size_t>(right)]);
    }
};

/// The rules of a table of nodes.
template <std::size_t Nodes, std::size_t Rules>
class rule_engine {
public:
    constexpr rule_engine(const pattern_node (&nodes)[Nodes], const compiled_rule (&rules)[Rules])
        : nodes_(nodes), rules_(rules), index_(rules) {}

    /// The node that replaces n, or no_node if no rule fits.
    constexpr node_id apply(builder& graph, const node& n, bool commutes) const {
        const auto& place = index_.of[static_cast<std::size_t>(n.code)];
        if (place.rules == 0) return no_node;
        const node* const all = graph.data();
        const op left = all[n.args[0]].code;
        const op right = n.args[1] != no_node ? all[n.args[1]].code : op::constant;
        std::uint64_t candidates = index_.in_order(place.block, left, right);
        if (commutes) candidates |= index_.in_order(place.block, right, left);
        for (candidates &= place.rules; candidates != 0; candidates &= candidates - 1) {
            const compiled_rule& r =
                rules_[index_.first[place.block] + static_cast<std::size_t>(std::countr_zero(candidates))];
            bindings bound;
            if (!match_operands(all, nodes_[r.from], n, bound) || !holds(all, r, bound)) continue;
            const node_id made = instantiate(graph, r.from, r.to, bound);
            graph.log(r.row, made);
            return made;
        }
        return no_node;
    }

private:
    static constexpr bool holds(const node* all, const compiled_rule& r, const bindings& bound) {
        if (r.of_variable && all[bound.node[0]].code == op::constant) return false;
        if (r.holds == nullptr) return true;
        const node_id k = bound.node[first_constant_wildcard], l = bound.node[first_constant_wildcard + 1];
        return r.holds(k != no_node ? all[k].value : 0, l != no_node ? all[l].value : 0);
    }
    constexpr bool match(const node* all, std::size_t wanted, node_id id, bindings& bound) const {
        const pattern_node& p = nodes_[wanted];
        if (p.code == op::wildcard) {
            node_id& stands_for = bound.node[p.args[0]];
            if (stands_for != no_node) return stands_for == id;
            if (p.args[0] >= first_constant_wildcard && all[id].code != op::constant) return false;
            stands_for = id;
            return true;
        }
        const node& n = all[id];
        if (p.code != n.code) return false;
        if (p.code == op::constant) return p.value == n.value;
        return match_operands(all, p, n, bound);
    }
    constexpr bool match_operands(const node* all, const pattern_node& p, const node& n, bindings& bound) const {
        if (p.along) {
            if (bound.over != any_axes && bound.over != n.over) return false;
            bound.over = n.over;
        }
        if (!p.commutes) {
            for (int i = 0; i < p.operands; ++i)
                if (!match(all, p.args[i], n.args[i], bound)) return false;
            return true;
        }
        const bindings before = bound;
        if (match(all, p.args[0], n.args[0], bound) && match(all, p.args[1], n.args[1], bound)) return true;
        bound = before;
        return match(all, p.args[0], n.args[1], bound) && match(all, p.args[1], n.args[0], bound);
    }
    constexpr node_id instantiate(builder& graph, std::size_t from, std::size_t wanted, const bindings& bound) const {
        const pattern_node& p = nodes_[wanted];
        if (p.code == op::wildcard) return bound.node[p.args[0]];
        if (p.code == op::constant) return graph.constant(p.value);
        node n;
        n.code = p.code;
        for (int i = 0; i < p.operands; ++i) n.args[i] = instantiate(graph, from, p.args[i], bound);
        if (p.along) n.over = bound.over;
        return wanted == from ? graph.intern(n) : graph.make(n);
    }

    const pattern_node (&nodes_)[Nodes];
    const compiled_rule (&rules_)[Rules];
    rule_index<Rules> index_;
};

}  // namespace gradus::detail
