// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of numerical rules. Each replaces a form that overflows, cancels or loses its tail by one
// that is exact to the last digits; each says why, and names a value of `a` at which the plain form
// fails in float32. A rule may change bits only towards the exact value.
#pragma once

#include <gradus/rule.hpp>

namespace gradus {
namespace detail {
inline constexpr double sqrt2 = 1.4142135623730951, sqrt_half = 0.7071067811865476;
}  // namespace detail

inline constexpr std::array stabilise_rules{
    rule{"softplus", "exp(a) overflows above 88 and 1 + exp(a) drops small terms; softplus is exact in both tails",
         [](const pattern& p) {
             return rewriting{log(1.0 + exp(p.a)), softplus(p.a)};
         },
         100},
    rule{"softplus of log1p", "exp(a) overflows above 88",
         [](const pattern& p) {
             return rewriting{log1p(exp(p.a)), softplus(p.a)};
         },
         100},
    rule{"sigmoid of exp ratio", "exp(a) / (1 + exp(a)) is inf / inf above 88",
         [](const pattern& p) {
             return rewriting{exp(p.a) / (1.0 + exp(p.a)), sigmoid(p.a)};
         },
         100},
    rule{"sigmoid", "one evaluation that keeps the digits of both tails",
         [](const pattern& p) {
             return rewriting{1.0 / (1.0 + exp(p.a)), sigmoid(-p.a)};
         },
         100},
    rule{"scaled sigmoid", "one evaluation that keeps the digits of both tails",
         [](const pattern& p) {
             return rewriting{p.b / (1.0 + exp(p.a)), p.b * sigmoid(-p.a)};
         },
         100},
    rule{"log-sigmoid", "sigmoid(a) underflows below -88, its logarithm does not",
         [](const pattern& p) {
             return rewriting{log(sigmoid(p.a)), -softplus(-p.a)};
         },
         -120},
    rule{"complement of sigmoid", "1 - sigmoid(a) cancels for large a",
         [](const pattern& p) {
             return rewriting{1.0 - sigmoid(p.a), sigmoid(-p.a)};
         },
         20},
    rule{"expm1", "exp(a) - 1 cancels near 0",
         [](const pattern& p) {
             return rewriting{exp(p.a) + -1.0, expm1(p.a)};
         },
         1e-8},
    rule{"negative expm1", "1 - exp(a) cancels near 0",
         [](const pattern& p) {
             return rewriting{1.0 - exp(p.a), -expm1(p.a)};
         },
         1e-8},
    rule{"log of exp", "exp(a) overflows above 88 and underflows below -104",
         [](const pattern& p) {
             return rewriting{log(exp(p.a)), p.a};
         },
         100},
    rule{"log1p", "1 + a drops a small a",
         [](const pattern& p) {
             return rewriting{log(1.0 + p.a), log1p(p.a)};
         },
         1e-9},
    rule{"log1p of difference", "1 - a drops a small a",
         [](const pattern& p) {
             return rewriting{log(1.0 - p.a), log1p(-p.a)};
         },
         1e-9},
    rule{"logsumexp", "exp(a) overflows above 88; the shifted sum does not",
         [](const pattern& p) {
             return rewriting{log(sum(exp(p.a), p.over)), logsumexp(p.a, p.over)};
         },
         100},
    rule{"softmax", "exp(a) overflows above 88; the shifted ratio does not",
         [](const pattern& p) {
             return rewriting{exp(p.a) / sum(exp(p.a), p.over), softmax(p.a, p.over)};
         },
         100},
    rule{"log-softmax", "softmax(a) underflows, its logarithm does not",
         [](const pattern& p) { return rewriting{log(softmax(p.a, p.over)), log_softmax(p.a, p.over)}; }, -120},
    rule{"log-softmax of a label", "softmax(a) underflows, its logarithm does not",
         [](const pattern& p) {
             return rewriting{log(at(softmax(p.a, p.over), p.over, p.b)), at(log_softmax(p.a, p.over), p.over, p.b)};
         },
         -120},
    rule{"shifted difference", "the difference of large numbers cancels",
         [](const pattern& p) { return rewriting{p.a - logsumexp(p.a, p.over), log_softmax(p.a, p.over)}; }, 1e8},
    rule{"shifted difference, negative", "the difference of large numbers cancels",
         [](const pattern& p) { return rewriting{logsumexp(p.a, p.over) - p.a, -log_softmax(p.a, p.over)}; }, 1e8},
    rule{"shifted difference at a label", "the difference of large numbers cancels",
         [](const pattern& p) {
             return rewriting{at(p.a, p.over, p.b) - logsumexp(p.a, p.over), at(log_softmax(p.a, p.over), p.over, p.b)};
         },
         1e8},
    rule{"cross-entropy", "the difference of large numbers cancels",
         [](const pattern& p) {
             return rewriting{logsumexp(p.a, p.over) - at(p.a, p.over, p.b),
                              -at(log_softmax(p.a, p.over), p.over, p.b)};
         },
         1e8},
    rule{"softmax of log-softmax", "one normalised exponential instead of two roundings in its argument",
         [](const pattern& p) { return rewriting{exp(log_softmax(p.a, p.over)), softmax(p.a, p.over)}; }, -30},
    rule{"complement of softmax", "1 - softmax(a) cancels where it is near 1",
         [](const pattern& p) { return rewriting{1.0 - softmax(p.a, p.over), softmax_complement(p.a, p.over)}; }, -20},
    rule{"softmax less one", "softmax(a) - 1 cancels where it is near 1",
         [](const pattern& p) { return rewriting{softmax(p.a, p.over) + -1.0, -softmax_complement(p.a, p.over)}; }, -20},
    rule{"complement of softmax at a label", "1 - softmax(a) cancels where it is near 1",
         [](const pattern& p) {
             return rewriting{1.0 - at(softmax(p.a, p.over), p.over, p.b),
                              at(softmax_complement(p.a, p.over), p.over, p.b)};
         },
         -20},
    rule{"tanh", "exp(a) overflows above 88 and the difference cancels near 0",
         [](const pattern& p) {
             return rewriting{(exp(p.a) - exp(-p.a)) / (exp(p.a) + exp(-p.a)), tanh(p.a)};
         },
         100},
    rule{"sech squared", "1 - tanh(a)^2 cancels in both tails",
         [](const pattern& p) {
             return rewriting{1.0 - tanh(p.a) * tanh(p.a), 4.0 * (sigmoid(2.0 * p.a) * sigmoid(-2.0 * p.a))};
         },
         8},
    rule{"complement of tanh", "1 - tanh(a) cancels for large a",
         [](const pattern& p) {
             return rewriting{1.0 - tanh(p.a), 2.0 * sigmoid(-2.0 * p.a)};
         },
         20},
    rule{"tanh and one", "1 + tanh(a) cancels for a far below 0",
         [](const pattern& p) {
             return rewriting{1.0 + tanh(p.a), 2.0 * sigmoid(2.0 * p.a)};
         },
         -20},
    rule{"tanhshrink", "a - tanh(a) cancels near 0",
         [](const pattern& p) {
             return rewriting{p.a - tanh(p.a), tanhshrink(p.a)};
         },
         1e-3},
    rule{"softsign", "inf / inf at infinity, and its derivative cancels for large |a|",
         [](const pattern& p) {
             return rewriting{p.a / (1.0 + abs(p.a)), softsign(p.a)};
         },
         detail::infinity},
    rule{"normal distribution", "1 + erf cancels for a far below 0",
         [](const pattern& p) {
             return rewriting{1.0 + erf(p.a / detail::sqrt2), 2.0 * normal_cdf(p.a)};
         },
         -8},
    rule{"normal distribution, scaled", "1 + erf cancels for a far below 0",
         [](const pattern& p) {
             return rewriting{1.0 + erf(detail::sqrt_half * p.a), 2.0 * normal_cdf(p.a)};
         },
         -8},
    rule{"normal distribution, above", "1 - erf cancels for large a",
         [](const pattern& p) {
             return rewriting{1.0 - erf(p.a / detail::sqrt2), 2.0 * normal_cdf(-p.a)};
         },
         8},
    rule{"normal distribution, above, scaled", "1 - erf cancels for large a",
         [](const pattern& p) {
             return rewriting{1.0 - erf(detail::sqrt_half * p.a), 2.0 * normal_cdf(-p.a)};
         },
         8},
    rule{"complement of erf", "1 - erf(a) cancels for large a",
         [](const pattern& p) {
             return rewriting{1.0 - erf(p.a), erfc(p.a)};
         },
         8},
    rule{"erf and one", "1 + erf(a) cancels for a far below 0",
         [](const pattern& p) {
             return rewriting{1.0 + erf(p.a), erfc(-p.a)};
         },
         -8},
    rule{"complement of erfc", "1 - erfc(a) cancels near 0",
         [](const pattern& p) {
             return rewriting{1.0 - erfc(p.a), erf(p.a)};
         },
         1e-8},
    rule{"log2 of exp2", "exp2(a) overflows above 128 and underflows below -150",
         [](const pattern& p) {
             return rewriting{log2(exp2(p.a)), p.a};
         },
         200},
    rule{"GELU at infinity", "-inf * 0 is NaN; the limits are those of max(a, 0)",
         [](const pattern& p) {
             return rewriting{
                 p.a * normal_cdf(p.a),
                 where(p.a >= detail::infinity, p.a, where(p.a <= -detail::infinity, 0.0, p.a * normal_cdf(p.a)))};
         },
         -detail::infinity},
    rule{"SiLU at infinity", "-inf * 0 is NaN; the limits are those of max(a, 0)",
         [](const pattern& p) {
             return rewriting{p.a * sigmoid(p.a), where(p.a >= detail::infinity, p.a,
                                                        where(p.a <= -detail::infinity, 0.0, p.a * sigmoid(p.a)))};
         },
         -detail::infinity},
    rule{"entropy term", "0 log 0 is NaN; the limit is 0",
         [](const pattern& p) { return rewriting{p.a * log(p.a), scaled(p.a, log(p.a))}; }, 0},
    rule{"relative entropy term", "0 log (0 / b) is NaN; the limit is 0",
         [](const pattern& p) { return rewriting{p.a * log(p.a / p.b), scaled(p.a, log(p.a / p.b))}; }, 0,
         nullptr, true},
    rule{"absolute value", "a * a overflows and underflows",
         [](const pattern& p) {
             return rewriting{sqrt(p.a * p.a), abs(p.a)};
         },
         1e-30},
};

}  // namespace gradus
