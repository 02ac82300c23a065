// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of algebraic rules: identities, and the canonical form that makes equal expressions equal.
//
// Canonical form: negations float outwards and merge with sums; a - k is a + -k; constants stand first
// in products, last in sums and on the right of comparisons; other operands of commutative operations
// are ordered by `order_of` (rewrite.hpp). No rule hides a NaN: a * 0, a - a and a / a stay.
#pragma once

#include <gradus/rule.hpp>

namespace gradus {

inline constexpr std::array simplify_rules{
    // negation
    rule{"double negation", "-(-a) is a",
         [](const pattern& p) {
             return rewriting{-(-p.a), p.a};
         }},
    rule{"negated product", "the sign joins the constant",
         [](const pattern& p) {
             return rewriting{-(p.k * p.a), (-p.k) * p.a};
         }},
    rule{"negated quotient", "the sign joins the constant",
         [](const pattern& p) {
             return rewriting{-(p.k / p.a), (-p.k) / p.a};
         }},
    rule{"negated difference", "-(a - b) is b - a",
         [](const pattern& p) {
             return rewriting{-(p.a - p.b), p.b - p.a};
         }},
    rule{"negated select", "the select stays outermost",
         [](const pattern& p) {
             return rewriting{-where(p.a, p.b, p.k), where(p.a, -p.b, -p.k)};
         }},
    rule{"negated select, left", "the select stays outermost",
         [](const pattern& p) {
             return rewriting{-where(p.a, p.k, p.b), where(p.a, -p.k, -p.b)};
         }},
    // sums
    rule{"zero term", "a + 0 is a",
         [](const pattern& p) {
             return rewriting{p.a + 0.0, p.a};
         }},
    rule{"zero minuend", "0 - a is -a",
         [](const pattern& p) {
             return rewriting{0.0 - p.a, -p.a};
         }},
    rule{"subtracted constant", "a - k is a + -k",
         [](const pattern& p) {
             return rewriting{p.a - p.k, p.a + (-p.k)};
         }},
    rule{"subtracted negation", "a - -b is a + b",
         [](const pattern& p) {
             return rewriting{p.a - (-p.b), p.a + p.b};
         }},
    rule{"negated minuend", "-a - b is -(a + b)",
         [](const pattern& p) {
             return rewriting{(-p.a) - p.b, -(p.a + p.b)};
         }},
    rule{"added negation", "a + -b is a - b",
         [](const pattern& p) {
             return rewriting{p.a + (-p.b), p.a - p.b};
         }},
    rule{"sum of selects", "one select instead of two",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, p.c) + where(p.a, p.d, p.e), where(p.a, p.b + p.d, p.c + p.e)};
         }},
    rule{"difference of selects", "one select instead of two",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, p.c) - where(p.a, p.d, p.e), where(p.a, p.b - p.d, p.c - p.e)};
         }},
    // Where neither of them is 0, another order of the additions would round otherwise.
    rule{"sum of selects, apart", "one select instead of two",
         [](const pattern& p) {
             return rewriting{(where(p.a, p.b, 0.0) + p.f) + where(p.a, 0.0, p.e), where(p.a, p.b, p.e) + p.f};
         }},
    rule{"sum of selects, apart, exchanged", "one select instead of two",
         [](const pattern& p) {
             return rewriting{(where(p.a, 0.0, p.c) + p.f) + where(p.a, p.d, 0.0), where(p.a, p.d, p.c) + p.f};
         }},
    rule{"sum of exclusive selects", "one of the two is zero",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, 0.0) + where(p.c, 0.0, where(p.a, 0.0, p.d)),
                              where(p.a, p.b, where(p.c, 0.0, p.d))};
         }},
    rule{"sum of nested selects", "one select instead of two",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, where(p.c, 0.0, p.d)) + where(p.c, 0.0, where(p.a, 0.0, p.e)),
                              where(p.a, p.b, where(p.c, 0.0, p.d + p.e))};
         }},
    rule{"collected constants", "one addition instead of two",
         [](const pattern& p) {
             return rewriting{(p.a + p.k) + p.l, p.a + (p.k + p.l)};
         },
         no_failure, detail::collectable},
    rule{"doubled term", "a + a is 2 a",
         [](const pattern& p) {
             return rewriting{p.a + p.a, 2.0 * p.a};
         }},
    rule{"like terms", "k a + l a is (k + l) a",
         [](const pattern& p) {
             return rewriting{p.k * p.a + p.l * p.a, (p.k + p.l) * p.a};
         },
         no_failure, detail::collectable},
    rule{"like term", "k a + a is (k + 1) a",
         [](const pattern& p) {
             return rewriting{p.k * p.a + p.a, (p.k + 1.0) * p.a};
         },
         no_failure, detail::one_more},
    rule{"repeated term", "(a + b) + b is a + 2 b",
         [](const pattern& p) {
             return rewriting{(p.a + p.b) + p.b, p.a + 2.0 * p.b};
         }},
    rule{"repeated scaled term", "(a + k b) + b is a + (k + 1) b",
         [](const pattern& p) {
             return rewriting{(p.a + p.k * p.b) + p.b, p.a + (p.k + 1.0) * p.b};
         },
         no_failure, detail::one_more},
    rule{"repeated scaled terms", "(a + k b) + l b is a + (k + l) b",
         [](const pattern& p) {
             return rewriting{(p.a + p.k * p.b) + p.l * p.b, p.a + (p.k + p.l) * p.b};
         },
         no_failure, detail::collectable},
    // products
    rule{"unit factor", "1 * a is a",
         [](const pattern& p) {
             return rewriting{1.0 * p.a, p.a};
         }},
    rule{"negative unit factor", "-1 * a is -a",
         [](const pattern& p) {
             return rewriting{-1.0 * p.a, -p.a};
         }},
    rule{"product of constants", "k (l a) is (k l) a",
         [](const pattern& p) {
             return rewriting{p.k * (p.l * p.a), (p.k * p.l) * p.a};
         }},
    rule{"negated factor", "(-a) b is -(a b)",
         [](const pattern& p) {
             return rewriting{(-p.a) * p.b, -(p.a * p.b)};
         }},
    rule{"constant of a factor", "(k a) b is k (a b)",
         [](const pattern& p) {
             return rewriting{(p.k * p.a) * p.b, p.k * (p.a * p.b)};
         }},
    rule{"product with a reciprocal", "a (1 / b) is a / b, with one rounding",
         [](const pattern& p) {
             return rewriting{p.a * (1.0 / p.b), p.a / p.b};
         }},
    rule{"product with a constant quotient", "a (k / b) is (k a) / b, so that signs and constants meet",
         [](const pattern& p) {
             return rewriting{p.a * (p.k / p.b), (p.k * p.a) / p.b};
         }},
    rule{"scaled select of constants", "k where(c, l, m) selects between products",
         [](const pattern& p) {
             return rewriting{p.k * where(p.a, p.l, p.b), where(p.a, p.k * p.l, p.k * p.b)};
         }},
    rule{"scaled select of constants, right", "k where(c, m, l) selects between products",
         [](const pattern& p) {
             return rewriting{p.k * where(p.a, p.b, p.l), where(p.a, p.k * p.b, p.k * p.l)};
         }},
    rule{"scaled by zero", "nothing remains",
         [](const pattern& p) {
             return rewriting{scaled(p.a.number(0), p.a), p.a.number(0)};
         }},
    rule{"scaled by a constant", "a product, since the constant is not zero",
         [](const pattern& p) {
             return rewriting{scaled(p.k, p.a), p.k * p.a};
         }},
    // quotients
    rule{"unit divisor", "a / 1 is a",
         [](const pattern& p) {
             return rewriting{p.a / 1.0, p.a};
         }},
    rule{"negated dividend", "(-a) / b is -(a / b)",
         [](const pattern& p) {
             return rewriting{(-p.a) / p.b, -(p.a / p.b)};
         }},
    rule{"negated divisor", "a / (-b) is -(a / b)",
         [](const pattern& p) {
             return rewriting{p.a / (-p.b), -(p.a / p.b)};
         }},
    // powers
    rule{"zeroth power", "pow(a, 0) is 1",
         [](const pattern& p) {
             return rewriting{pow(p.a, 0.0), p.a.number(1)};
         }},
    rule{"first power", "pow(a, 1) is a",
         [](const pattern& p) {
             return rewriting{pow(p.a, 1.0), p.a};
         }},
    rule{"square", "pow(a, 2) is a * a, with one rounding",
         [](const pattern& p) {
             return rewriting{pow(p.a, 2.0), p.a * p.a};
         }},
    rule{"reciprocal", "pow(a, -1) is 1 / a",
         [](const pattern& p) {
             return rewriting{pow(p.a, -1.0), 1.0 / p.a};
         }},
    // absolute value
    rule{"absolute value of a negation", "|-a| is |a|",
         [](const pattern& p) {
             return rewriting{abs(-p.a), abs(p.a)};
         }},
    rule{"nested absolute value", "||a|| is |a|",
         [](const pattern& p) {
             return rewriting{abs(abs(p.a)), abs(p.a)};
         }},
    rule{"absolute value of a square", "a * a is not negative",
         [](const pattern& p) {
             return rewriting{abs(p.a * p.a), p.a * p.a};
         }},
    rule{"symmetry of cos", "cos(-a) is cos(a)",
         [](const pattern& p) {
             return rewriting{cos(-p.a), cos(p.a)};
         }},
    rule{"oddness of sin", "sin(-a) is -sin(a)",
         [](const pattern& p) {
             return rewriting{sin(-p.a), -sin(p.a)};
         }},
    rule{"oddness of tanh", "tanh(-a) is -tanh(a)",
         [](const pattern& p) {
             return rewriting{tanh(-p.a), -tanh(p.a)};
         }},
    rule{"oddness of erf", "erf(-a) is -erf(a)",
         [](const pattern& p) {
             return rewriting{erf(-p.a), -erf(p.a)};
         }},
    // comparisons and selects
    rule{"constant on the right of <", "k < a is a > k", [](const pattern& p) { return rewriting{p.k<p.a, p.a> p.k}; }},
    rule{"constant on the right of <=", "k <= a is a >= k",
         [](const pattern& p) {
             return rewriting{p.k <= p.a, p.a >= p.k};
         }},
    rule{"constant on the right of >", "k > a is a < k",
         [](const pattern& p) {
             return rewriting{p.k > p.a, p.a < p.k};
         }},
    rule{"constant on the right of >=", "k >= a is a <= k",
         [](const pattern& p) {
             return rewriting{p.k >= p.a, p.a <= p.k};
         }},
    rule{"shifted comparison, >", "a + k > l is a > l - k, decided without rounding a + k",
         [](const pattern& p) {
             return rewriting{p.a + p.k > p.l, p.a > p.l - p.k};
         },
         no_failure, detail::exact_difference},
    rule{"reflected comparison, >", "k - a > l is a < k - l, decided without rounding k - a",
         [](const pattern& p) {
             return rewriting{p.k - p.a > p.l, p.a < p.k - p.l};
         },
         no_failure, detail::exact_difference},
    rule{"shifted comparison, >=", "a + k >= l is a >= l - k, decided without rounding a + k",
         [](const pattern& p) {
             return rewriting{p.a + p.k >= p.l, p.a >= p.l - p.k};
         },
         no_failure, detail::exact_difference},
    rule{"reflected comparison, >=", "k - a >= l is a <= k - l, decided without rounding k - a",
         [](const pattern& p) {
             return rewriting{p.k - p.a >= p.l, p.a <= p.k - p.l};
         },
         no_failure, detail::exact_difference},
    rule{"shifted comparison, <", "a + k < l is a < l - k, decided without rounding a + k",
         [](const pattern& p) {
             return rewriting{p.a + p.k < p.l, p.a < p.l - p.k};
         },
         no_failure, detail::exact_difference},
    rule{"reflected comparison, <", "k - a < l is a > k - l, decided without rounding k - a",
         [](const pattern& p) { return rewriting{p.k - p.a<p.l, p.a> p.k - p.l}; },
         no_failure, detail::exact_difference},
    rule{"shifted comparison, <=", "a + k <= l is a <= l - k, decided without rounding a + k",
         [](const pattern& p) {
             return rewriting{p.a + p.k <= p.l, p.a <= p.l - p.k};
         },
         no_failure, detail::exact_difference},
    rule{"reflected comparison, <=", "k - a <= l is a >= k - l, decided without rounding k - a",
         [](const pattern& p) {
             return rewriting{p.k - p.a <= p.l, p.a >= p.k - p.l};
         },
         no_failure, detail::exact_difference},
    rule{"select on a negation", "where(!a, b, c) is where(a, c, b)",
         [](const pattern& p) {
             return rewriting{where(!p.a, p.b, p.c), where(p.a, p.c, p.b)};
         }},
    rule{"select of equals", "where(a, b, b) is b",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, p.b), p.b};
         }},
    rule{"nested select, taken", "the inner condition is known",
         [](const pattern& p) {
             return rewriting{where(p.a, where(p.a, p.b, p.c), p.d), where(p.a, p.b, p.d)};
         }},
    rule{"nested select, not taken", "the inner condition is known",
         [](const pattern& p) {
             return rewriting{where(p.a, p.b, where(p.a, p.c, p.d)), where(p.a, p.b, p.d)};
         }},
    rule{"nested select, taken above", "a > b implies a >= b",
         [](const pattern& p) {
             return rewriting{where(p.a > p.b, where(p.a >= p.b, p.c, p.d), p.e), where(p.a > p.b, p.c, p.e)};
         }},
    rule{"nested select, taken below", "a < b implies a <= b",
         [](const pattern& p) {
             return rewriting{where(p.a < p.b, where(p.a <= p.b, p.c, p.d), p.e), where(p.a < p.b, p.c, p.e)};
         }},
    rule{"nested select, not taken above", "a > b implies a >= b",
         [](const pattern& p) {
             return rewriting{where(p.a >= p.b, p.c, where(p.a > p.b, p.d, p.e)), where(p.a >= p.b, p.c, p.e)};
         }},
    rule{"nested select, not taken below", "a < b implies a <= b",
         [](const pattern& p) {
             return rewriting{where(p.a <= p.b, p.c, where(p.a < p.b, p.d, p.e)), where(p.a <= p.b, p.c, p.e)};
         }},
    // piecewise functions typed with max and min
    rule{"ELU", "one branch each: a join that a tie of min and max would give the slope 0",
         [](const pattern& p) {
             return rewriting{max(p.a, 0.0) + min(p.k * expm1(p.a), 0.0), where(p.a > 0.0, p.a, p.k * expm1(p.a))};
         },
         no_failure, detail::positive},
    rule{"ELU of slope 1", "one branch each: a join that a tie of min and max would give the slope 0",
         [](const pattern& p) {
             return rewriting{max(p.a, 0.0) + min(expm1(p.a), 0.0), where(p.a > 0.0, p.a, expm1(p.a))};
         }},
    rule{"CELU", "one branch each: a join that a tie of min and max would give the slope 0",
         [](const pattern& p) {
             return rewriting{max(p.a, 0.0) + min(p.k * expm1(p.a / p.k), 0.0),
                              where(p.a > 0.0, p.a, p.k * expm1(p.a / p.k))};
         },
         no_failure, detail::positive},
    // along axes
    rule{"sum of a negation", "the sign stands outside the sum",
         [](const pattern& p) {
             return rewriting{sum(-p.a, p.over), -sum(p.a, p.over)};
         }},
    rule{"equal operands of max", "max(a, a) is a",
         [](const pattern& p) {
             return rewriting{max(p.a, p.a), p.a};
         }},
    rule{"equal operands of min", "min(a, a) is a",
         [](const pattern& p) {
             return rewriting{min(p.a, p.a), p.a};
         }},
};

}  // namespace gradus
