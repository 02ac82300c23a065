// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rewrite rules: the language that they are written in.
//
// A rule is one line in the language itself: a function that returns the form to find and the form to
// put in its place, over the wildcards of `pattern`. The small graphs that these functions build stand as data in
// rule_book.hpp, so that no user's compiler has to run them: `cmake --build … --target rule_book` writes it after a
// change of the tables, and a test sees to it. compiled_rule.hpp is the engine.
//
// Forms are written canonically (see simplify.hpp): a - 1 is a + -1, constants come first in products
// and last in sums; operands of commutative operations match in either order.
#pragma once

#include <array>
#include <string_view>

#include <gradus/compiled_rule.hpp>
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
    double fails_at = no_failure;  ///< numerical rules: an `a` at which the plain form loses its digits in float32
    detail::rule_condition holds = nullptr;  ///< what the constants must satisfy; null: nothing
    bool of_variable = false;                ///< `a` stands for anything but a constant
};

namespace detail {

/// The rules of a table as data: nodes without the graph that they were built in, rules by root and then by row.
struct rule_draft {
    vec<pattern_node> nodes;
    vec<compiled_rule> rules;
};

/// Without its operands.
constexpr pattern_node as_pattern(const node& n) {
    pattern_node p;
    p.code = n.code;
    p.operands = static_cast<std::uint8_t>(arity(n));
    p.commutes = about(n.code).commutes;
    p.along = n.over == any_axes;
    p.value = n.value;
    if (n.code == op::wildcard) p.args[0] = static_cast<std::uint16_t>(n.ref);
    return p;
}

/// The nodes of all forms in the order of a walk from the first form to the last, operands before their users. The
/// order in which a graph was built depends on the compiler: C++ leaves open which argument of a call comes first.
class form_numbering {
public:
    constexpr explicit form_numbering(const builder& graph) : graph_{graph} {
        for (std::size_t i = 0; i < graph.nodes().size(); ++i) position_.push_back(unnumbered);
    }

    constexpr std::uint16_t of(node_id id) {
        if (position_[id] != unnumbered) return position_[id];
        const node& n = graph_[id];
        pattern_node p = as_pattern(n);
        for (int i = 0; i < arity(n); ++i) p.args[i] = of(n.args[i]);
        position_[id] = static_cast<std::uint16_t>(nodes_.size());
        nodes_.push_back(p);
        return position_[id];
    }

    constexpr const vec<pattern_node>& nodes() const { return nodes_; }

private:
    static constexpr std::uint16_t unnumbered = 0xffff;
    const builder& graph_;
    vec<std::uint16_t> position_;  ///< of each node of the graph
    vec<pattern_node> nodes_;
};

constexpr compiled_rule compiled(const rule& r, std::size_t row, rewriting forms, form_numbering& numbers) {
    const node& from = *forms.from;
    compiled_rule made;
    made.root = from.code;
    made.from = numbers.of(forms.from.id);
    made.to = numbers.of(forms.to.id);
    made.row = static_cast<std::uint16_t>(row);
    made.holds = r.holds;
    made.of_variable = r.of_variable;
    for (int k = 0; k < 2 && k < arity(from); ++k) {
        const node& wanted = (*forms.from.graph)[from.args[k]];
        const bool constant = wanted.code == op::wildcard && wanted.ref >= first_constant_wildcard;
        made.operand[k] = constant ? op::constant : wanted.code;
    }
    return made;
}

/// Rows without a body are functions of rewrite.hpp.
template <std::size_t Count>
constexpr rule_draft draft_rules(const std::array<rule, Count>& rows) {
    builder graph;
    sym wildcards[wildcard_count];
    for (std::size_t letter = 0; letter < wildcard_count; ++letter) {
        node n;
        n.code = op::wildcard;
        n.ref = static_cast<std::uint32_t>(letter);
        wildcards[letter] = {&graph, graph.intern(n)};
    }
    const auto [a, b, c, d, e, f, k, l] = wildcards;
    const pattern p{a, b, c, d, e, f, k, l, {any_axes}};
    vec<rewriting> forms;
    for (const rule& r : rows) forms.push_back(r.body != nullptr ? r.body(p) : rewriting{});

    form_numbering numbers(graph);
    for (const sym& letter : wildcards) numbers.of(letter.id);
    vec<compiled_rule> by_row;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].body != nullptr) by_row.push_back(compiled(rows[i], i, forms[i], numbers));
    rule_draft draft;
    draft.nodes = numbers.nodes();
    for (std::size_t root = 0; root < op_count; ++root)
        for (const compiled_rule& r : by_row)
            if (r.root == static_cast<op>(root)) draft.rules.push_back(r);
    return draft;
}

}  // namespace detail
}  // namespace gradus
