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

constexpr pattern_node as_pattern(const node& n) {
    pattern_node p;
    p.code = n.code;
    p.operands = static_cast<std::uint8_t>(arity(n));
    p.commutes = about(n.code).commutes;
    p.along = n.over == any_axes;
    p.value = n.value;
    for (int i = 0; i < arity(n); ++i) p.args[i] = static_cast<std::uint16_t>(n.args[i]);
    if (n.code == op::wildcard) p.args[0] = static_cast<std::uint16_t>(n.ref);
    return p;
}

constexpr compiled_rule compiled(const rule& r, std::size_t row, rewriting forms) {
    const node& from = *forms.from;
    compiled_rule made;
    made.root = from.code;
    made.from = static_cast<std::uint16_t>(forms.from.id);
    made.to = static_cast<std::uint16_t>(forms.to.id);
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
    const auto wildcard = [&](std::uint32_t letter) {
        node n;
        n.code = op::wildcard;
        n.ref = letter;
        return sym{&graph, graph.intern(n)};
    };
    const pattern p{wildcard(0), wildcard(1), wildcard(2), wildcard(3), wildcard(4),
                    wildcard(5), wildcard(6), wildcard(7), {any_axes}};
    vec<compiled_rule> by_row;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].body != nullptr) by_row.push_back(compiled(rows[i], i, rows[i].body(p)));
    rule_draft draft;
    for (const node& n : graph.nodes()) draft.nodes.push_back(as_pattern(n));
    for (std::size_t root = 0; root < op_count; ++root)
        for (const compiled_rule& r : by_row)
            if (r.root == static_cast<op>(root)) draft.rules.push_back(r);
    return draft;
}

}  // namespace detail
}  // namespace gradus
