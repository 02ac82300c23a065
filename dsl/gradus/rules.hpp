// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All rewrite rules with their reasons, as they are written. What expressions need of them stands in rule_book.hpp.
#pragma once

#include <gradus/simplify.hpp>
#include <gradus/stabilise.hpp>

namespace gradus {

/// The rules that are functions of rewrite.hpp, not patterns.
inline constexpr std::array structural_rules{
    rule{"constant folding", "known when the expression is compiled"},
    rule{"known condition", "where(true, a, b) is a"},
    rule{"missing axis", "what the operand lacks needs no loop and no label"},
    rule{"select outermost", "a branch that is not taken cannot send a NaN into the gradient"},
    rule{"sum of a row's select", "a condition that is the same along the row stands outside its sum"},
    rule{"row's select outermost", "a condition that is the same along the row stands outside the others"},
    rule{"sum of one element", "only the element at the label, which lies inside its axis, is not 0"},
};

namespace detail {
template <std::size_t... Sizes>
constexpr auto concatenated(const std::array<rule, Sizes>&... tables) {
    std::array<rule, (Sizes + ...)> all{};
    std::size_t next = 0;
    const auto append = [&](const auto& table) {
        for (const rule& r : table) all[next++] = r;
    };
    (append(tables), ...);
    return all;
}
}  // namespace detail

/// All rules; a `firing` names one by its position here. Within one operation the first that fits is taken.
inline constexpr auto rules = detail::concatenated(structural_rules, stabilise_rules, simplify_rules);

}  // namespace gradus
