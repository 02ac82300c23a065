// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The formulas of a lecture as they are typed, each with the named function it must equal, inputs at which plain
// float32 arithmetic fails, and the exact value and gradient by mathematics in long double. The test and the
// page docs/as_typed.md walk this one table.
#pragma once

#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include <gradus/dsl.hpp>

namespace gradus::testing {

using reals = std::vector<long double>;

inline constexpr auto x = tensor<"x[class]">;
inline constexpr auto c = labels<"c[]">;  // the class of the losses: 0
inline constexpr auto p = x;              // a probability
inline constexpr auto q = scalar<"q">;    // another one: 1/4
inline constexpr auto along = over<"class">;
inline constexpr float q_value = 0.25F;

template <class Typed, class Named>
struct typed_formula {
    std::string_view text;  ///< as it is typed
    std::string_view name;  ///< the named function
    Typed typed;
    Named named;
    std::vector<float> inputs;  ///< one row; a pointwise formula takes each for itself
    reals (*value)(const reals& x);
    reals (*gradient)(const reals& x);  ///< of the first element of a row, of each for itself if pointwise
    double value_ulp, gradient_ulp;     ///< what the named function is held to
    bool fails = true;                  ///< plain float32 fails at each input, in value or in gradient
};

namespace exact {
using real = long double;
template <auto F>
reals each(const reals& x) {
    reals y;
    for (const real v : x) y.push_back(F(v));
    return y;
}
inline real sigmoid(real v) { return 1 / (1 + std::exp(-v)); }
inline real density(real v) { return std::exp(-v * v / 2) / std::sqrt(2 * std::numbers::pi_v<real>); }
inline real distribution(real v) { return std::erfc(-v / std::numbers::sqrt2_v<real>) / 2; }
/// x - tanh x; near 0 by the series of (x cosh x - sinh x) / cosh x, which does not cancel.
inline real tanhshrink(real v) {
    real sum = 0, term = v;
    for (int k = 1; k < 30; ++k) sum += 2 * k * (term *= v * v / (2 * k * (2 * k + 1)));
    return std::fabs(v) < 1 ? sum / std::cosh(v) : v - std::tanh(v);
}
inline real total(const reals& x) {
    real sum = 0;
    for (const real v : x) sum += std::exp(v);
    return sum;
}
inline reals softmax(const reals& x) {
    reals y;
    for (const real v : x) y.push_back(std::exp(v) / total(x));
    return y;
}
/// 1 - softmax, as the sum of the others' shares.
inline reals softmax_complement(const reals& x) {
    reals y(x.size(), 0);
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < x.size(); ++j)
            if (j != i) y[i] += std::exp(x[j]) / total(x);
    return y;
}
inline reals softmax_gradient(const reals& x) {
    const reals y = softmax(x);
    reals d;
    for (std::size_t i = 0; i < x.size(); ++i) d.push_back(y[0] * (i == 0 ? softmax_complement(x)[0] : -y[i]));
    return d;
}
inline reals log_softmax(const reals& x) {
    reals y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const real share = softmax(x)[i], rest = softmax_complement(x)[i];
        y.push_back(rest < share ? std::log1p(-rest) : x[i] - std::log(total(x)));
    }
    return y;
}
inline reals log_softmax_gradient(const reals& x) {
    reals d = softmax(x);
    for (real& v : d) v = -v;
    d[0] = softmax_complement(x)[0];
    return d;
}
inline reals cross_entropy(const reals& x) { return {-log_softmax(x)[0]}; }
inline reals cross_entropy_gradient(const reals& x) {
    reals d = softmax(x);
    d[0] = -softmax_complement(x)[0];
    return d;
}
}  // namespace exact

/// Calls visit(typed_formula) for each row.
template <class Visit>
void for_each_typed_formula(Visit&& visit) {
    using exact::each, exact::real;
    const auto row = [&]<class T, class N>(const typed_formula<T, N>& r) { visit(r); };
#define GRADUS_EACH(expression) each<[](real v) -> real { return (expression); }>
    row(typed_formula{"exp(x) / sum(exp(x), over<\"class\">)",
                      "softmax",
                      exp(x) / sum(exp(x), along),
                      softmax(x, along),
                      {100, 101, 99.5F},
                      exact::softmax,
                      exact::softmax_gradient,
                      2,
                      2});
    row(typed_formula{"log(exp(x) / sum(exp(x), over<\"class\">))",
                      "log_softmax",
                      log(exp(x) / sum(exp(x), along)),
                      log_softmax(x, along),
                      {-150, 100, 30},
                      exact::log_softmax,
                      exact::log_softmax_gradient,
                      2,
                      2});
    row(typed_formula{"1 / (1 + exp(-x))",
                      "sigmoid",
                      1 / (1 + exp(-x)),
                      sigmoid(x),
                      {-89, -100},
                      GRADUS_EACH(exact::sigmoid(v)),
                      GRADUS_EACH(exact::sigmoid(v) * exact::sigmoid(-v)),
                      2,
                      2});
    row(typed_formula{"log(1 / (1 + exp(-x)))",
                      "logsigmoid",
                      log(1 / (1 + exp(-x))),
                      logsigmoid(x),
                      {-89, -1000, 20},
                      GRADUS_EACH(-(std::fmax(-v, 0) + std::log1p(std::exp(-std::fabs(v))))),
                      GRADUS_EACH(exact::sigmoid(-v)),
                      2,
                      2});
    row(typed_formula{"log(1 + exp(2 * x)) / 2",
                      "softplus(x, 2)",
                      log(1 + exp(2 * x)) / 2,
                      softplus(x, 2),
                      {50, -20},
                      GRADUS_EACH((std::fmax(2 * v, 0) + std::log1p(std::exp(-std::fabs(2 * v)))) / 2),
                      GRADUS_EACH(exact::sigmoid(2 * v)),
                      2,
                      2});
    row(typed_formula{"(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
                      "tanh",
                      (exp(x) - exp(-x)) / (exp(x) + exp(-x)),
                      tanh(x),
                      {100, -1e-5F, 9},
                      GRADUS_EACH(std::tanh(v)),
                      GRADUS_EACH(4 * exact::sigmoid(2 * v) * exact::sigmoid(-2 * v)),
                      2,
                      2});
    row(typed_formula{"max(0, x) + min(0, 1.5 * (exp(x) - 1))",
                      "elu(x, 1.5)",
                      max(0, x) + min(0, 1.5 * (exp(x) - 1)),
                      elu(x, 1.5),
                      {-1e-6F, -1e-9F},
                      GRADUS_EACH(v > 0 ? v : 1.5L * std::expm1(v)),
                      GRADUS_EACH(v > 0 ? 1 : 1.5L * std::exp(v)),
                      2,
                      2});
    row(typed_formula{"x * 0.5 * (1 + erf(x / sqrt(2)))",
                      "gelu",
                      x * 0.5 * (1 + erf(x / std::sqrt(2))),
                      gelu(x),
                      {-6, -12, -std::numeric_limits<float>::infinity()},
                      GRADUS_EACH(std::isinf(v) ? 0 : v * exact::distribution(v)),
                      GRADUS_EACH(std::isinf(v) ? 0 : exact::distribution(v) + v * exact::density(v)),
                      2,
                      2});
    row(typed_formula{"-log(at(softmax(x, over<\"class\">), over<\"class\">, c))",
                      "cross_entropy",
                      -log(at(softmax(x, along), along, c)),
                      cross_entropy(x, c, along),
                      {-150, 100, 30},
                      exact::cross_entropy,
                      exact::cross_entropy_gradient,
                      2,
                      2});
    row(typed_formula{"-at(x, over<\"class\">, c) + log(sum(exp(x)))",
                      "cross_entropy",
                      -at(x, along, c) + log(sum(exp(x))),
                      cross_entropy(x, c, along),
                      {100, 101, 99.5F},
                      exact::cross_entropy,
                      exact::cross_entropy_gradient,
                      2,
                      2});
    row(typed_formula{"x - tanh(x)",
                      "tanhshrink",
                      x - tanh(x),
                      tanhshrink(x),
                      {1e-3F, -0.01F, 1e-6F},
                      GRADUS_EACH(exact::tanhshrink(v)),
                      GRADUS_EACH(std::tanh(v) * std::tanh(v)),
                      2,
                      2});
    row(typed_formula{"p * log(p / q)",
                      "a term of kl_divergence",
                      p * log(p / q),
                      scaled(p, log(p / q)),
                      {0},
                      GRADUS_EACH(v == 0 ? 0 : v * std::log(v / 0.25L)),
                      GRADUS_EACH(std::log(v / 0.25L) + 1),
                      2,
                      2});
    row(typed_formula{"min(max(0, x), 6)",
                      "relu6",
                      min(max(0, x), 6),
                      relu6(x),
                      {-1, 3, 1e30F},
                      GRADUS_EACH(std::fmin(std::fmax(v, 0), 6)),
                      GRADUS_EACH(v > 0 && v < 6 ? 1 : 0),
                      0,
                      0,
                      false});
    row(typed_formula{"x / (1 + abs(x))",
                      "softsign",
                      x / (1 + abs(x)),
                      softsign(x),
                      {std::numeric_limits<float>::infinity(), 1e5F},
                      GRADUS_EACH(std::isinf(v) ? (v > 0 ? 1 : -1) : v / (1 + std::fabs(v))),
                      GRADUS_EACH(1 / ((1 + std::fabs(v)) * (1 + std::fabs(v)))),
                      2,
                      2});
#undef GRADUS_EACH
}

}  // namespace gradus::testing
