// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The primitives of one operand: value and derivative. A new one is a row.
#include "forms.hpp"

namespace gradus::exhaustive {
namespace {

traits elementary(const char* name, limits below, limits above, const char* libmvec) {
    const double float64_bound = std::string_view(name) == "exp" || std::string_view(name) == "log" ? 1 : 2;
    return {.name = name,
            .below = below,
            .above = above,
            .value_bound = 1,
            .float64_bound = float64_bound,
            .libmvec = libmvec};
}
traits composed(const char* name, limits below, limits above, const char* libmvec = nullptr) {
    return {.name = name, .below = below, .above = above, .float64_bound = 2, .libmvec = libmvec};
}
/// Of straight pieces: no rounding but the result's. The derivative at NaN is that where comparisons fail.
traits straight(const char* name, limits below, limits above, double slope_at_nan) {
    return {.name = name,
            .below = below,
            .above = above,
            .value_bound = correctly_rounded,
            .slope_bound = correctly_rounded,
            .float64_bound = correctly_rounded,
            .kinks = {-1, 0, 1},
            .slope_at_nan = slope_at_nan};
}

std::vector<subject> exponentials() {
    std::vector<subject> rows;
    rows.push_back(make_subject(elementary("exp", {0, 0}, {infinite, infinite}, "expf"), GRADUS_LIBRARY(exp(x)),
                                GRADUS_MATHEMATICS(const N power = exp(x); return {power, power};),
                                GRADUS_PLAIN(std::exp(x)), GRADUS_PLAIN(std::exp(x))));
    rows.push_back(make_subject(elementary("expm1", {-1, 0}, {infinite, infinite}, "expm1f"), GRADUS_LIBRARY(expm1(x)),
                                GRADUS_MATHEMATICS(return {expm1(x), exp(x)};), GRADUS_PLAIN(std::exp(x) - 1),
                                GRADUS_PLAIN(std::exp(x))));
    rows.push_back(make_subject(elementary("log", {undefined, 0}, {infinite, 0}, "logf"), GRADUS_LIBRARY(log(x)),
                                GRADUS_MATHEMATICS(return {log(x), 1 / x};), GRADUS_PLAIN(std::log(x)),
                                GRADUS_PLAIN(1 / x)));
    rows.push_back(make_subject(elementary("log1p", {undefined, 0}, {infinite, 0}, "log1pf"), GRADUS_LIBRARY(log1p(x)),
                                GRADUS_MATHEMATICS(return {log1p(x), 1 / (1 + x)};), GRADUS_PLAIN(std::log(1 + x)),
                                GRADUS_PLAIN(1 / (1 + x))));
    rows.push_back(make_subject(
        elementary("exp2", {0, 0}, {infinite, infinite}, "exp2f"), GRADUS_LIBRARY(exp2(x)),
        GRADUS_MATHEMATICS(const N power = exp2(x); return {power, constants<N>::ln_two() * power};),
        GRADUS_PLAIN(std::exp2(x)), GRADUS_PLAIN(std::numbers::ln2_v<float> * std::exp2(x))));
    rows.push_back(make_subject(elementary("log2", {undefined, 0}, {infinite, 0}, "log2f"), GRADUS_LIBRARY(log2(x)),
                                GRADUS_MATHEMATICS(return {log2(x), 1 / (constants<N>::ln_two() * x)};),
                                GRADUS_PLAIN(std::log2(x)), GRADUS_PLAIN(1 / (std::numbers::ln2_v<float> * x))));
    return rows;
}

std::vector<subject> algebraic() {
    std::vector<subject> rows;
    rows.push_back(make_subject(elementary("sqrt", {undefined, undefined}, {infinite, 0}, nullptr),
                                GRADUS_LIBRARY(sqrt(x)),
                                GRADUS_MATHEMATICS(const N root = sqrt(x); return {root, 1 / (2 * root)};),
                                GRADUS_PLAIN(std::sqrt(x)), GRADUS_PLAIN(1 / (2 * std::sqrt(x)))));
    rows.push_back(make_subject(elementary("1/x", {0, 0}, {0, 0}, nullptr), GRADUS_LIBRARY(1 / x),
                                GRADUS_MATHEMATICS(return {1 / x, -1 / (x * x)};), GRADUS_PLAIN(1 / x),
                                GRADUS_PLAIN(-1 / (x * x))));
    rows.push_back(make_subject(composed("softsign", {-1, 0}, {1, 0}), GRADUS_LIBRARY(softsign(x)),
                                GRADUS_MATHEMATICS(return softsign_of(x);), GRADUS_PLAIN(plain::softsign(x)),
                                GRADUS_PLAIN(plain::softsign_slope(x))));
    return rows;
}

std::vector<subject> hyperbolic() {
    std::vector<subject> rows;
    rows.push_back(make_subject(composed("tanh", {-1, 0}, {1, 0}, "tanhf"), GRADUS_LIBRARY(tanh(x)),
                                GRADUS_MATHEMATICS(return {tanh(x), sech_squared(x)};), GRADUS_PLAIN(std::tanh(x)),
                                GRADUS_PLAIN(plain::tanh_slope(x))));
    rows.push_back(make_subject(composed("sigmoid", {0, 0}, {1, 0}), GRADUS_LIBRARY(sigmoid(x)),
                                GRADUS_MATHEMATICS(return sigmoid_of(x);), GRADUS_PLAIN(plain::sigmoid(x)),
                                GRADUS_PLAIN(plain::sigmoid_slope(x))));
    rows.push_back(make_subject(composed("softplus", {0, 0}, {infinite, 1}), GRADUS_LIBRARY(softplus(x)),
                                GRADUS_MATHEMATICS(return softplus_of(x);), GRADUS_PLAIN(plain::softplus(x)),
                                GRADUS_PLAIN(plain::sigmoid(x))));
    rows.push_back(make_subject(composed("tanhshrink", {-infinite, 1}, {infinite, 1}), GRADUS_LIBRARY(tanhshrink(x)),
                                GRADUS_MATHEMATICS(return tanhshrink_of(x);), GRADUS_PLAIN(x - std::tanh(x)),
                                GRADUS_PLAIN(plain::tanhshrink_slope(x))));
    return rows;
}

std::vector<subject> of_the_normal_distribution() {
    std::vector<subject> rows;
    rows.push_back(make_subject(composed("erf", {-1, 0}, {1, 0}, "erff"), GRADUS_LIBRARY(erf(x)),
                                GRADUS_MATHEMATICS(return {erf(x), constants<N>::two_over_root_pi() * exp(-(x * x))};),
                                GRADUS_PLAIN(std::erf(x)),
                                GRADUS_PLAIN(2 * std::numbers::inv_sqrtpi_v<float> * std::exp(-x * x))));
    rows.push_back(make_subject(composed("erfc", {2, 0}, {0, 0}, "erfcf"), GRADUS_LIBRARY(erfc(x)),
                                GRADUS_MATHEMATICS(return {erfc(x), -constants<N>::two_over_root_pi() * exp(-(x * x))};),
                                GRADUS_PLAIN(std::erfc(x)),
                                GRADUS_PLAIN(-2 * std::numbers::inv_sqrtpi_v<float> * std::exp(-x * x))));
    rows.push_back(make_subject(composed("normal_cdf", {0, 0}, {1, 0}), GRADUS_LIBRARY(normal_cdf(x)),
                                GRADUS_MATHEMATICS(return distribution_of(x);), GRADUS_PLAIN(plain::distribution(x)),
                                GRADUS_PLAIN(plain::density(x))));
    rows.push_back(make_subject(composed("normal_pdf", {0, 0}, {0, 0}), GRADUS_LIBRARY(normal_pdf(x)),
                                GRADUS_MATHEMATICS(const N density = density_of(x); return {density, -x * density};),
                                GRADUS_PLAIN(plain::density(x)), GRADUS_PLAIN(-x * plain::density(x))));
    return rows;
}

std::vector<subject> trigonometric() {
    std::vector<subject> rows;
    rows.push_back(make_subject(composed("sin", {undefined, undefined}, {undefined, undefined}, "sinf"),
                                GRADUS_LIBRARY(sin(x)), GRADUS_MATHEMATICS(return {sin(x), cos(x)};),
                                GRADUS_PLAIN(std::sin(x)), GRADUS_PLAIN(std::cos(x))));
    rows.push_back(make_subject(composed("cos", {undefined, undefined}, {undefined, undefined}, "cosf"),
                                GRADUS_LIBRARY(cos(x)), GRADUS_MATHEMATICS(return {cos(x), -sin(x)};),
                                GRADUS_PLAIN(std::cos(x)), GRADUS_PLAIN(-std::sin(x))));
    return rows;
}

std::vector<subject> pieces() {
    std::vector<subject> rows;
    rows.push_back(make_subject(straight("neg", {infinite, -1}, {-infinite, -1}, -1), GRADUS_LIBRARY(-x),
                                GRADUS_MATHEMATICS(return {-x, N(-1)};), GRADUS_PLAIN(-x), GRADUS_PLAIN(-1)));
    rows.push_back(make_subject(straight("abs", {infinite, -1}, {infinite, 1}, undefined), GRADUS_LIBRARY(abs(x)),
                                GRADUS_MATHEMATICS(return {abs(x), x > 0   ? N(1)
                                                                   : x < 0 ? N(-1)
                                                                           : x};),
                                GRADUS_PLAIN(std::fabs(x)),
                                GRADUS_PLAIN(x > 0   ? 1
                                             : x < 0 ? -1
                                                     : x)));
    rows.push_back(make_subject(straight("sign", {-1, 0}, {1, 0}, 0), GRADUS_LIBRARY(sign(x)),
                                GRADUS_MATHEMATICS(return {x > 0   ? N(1)
                                                           : x < 0 ? N(-1)
                                                                   : x,
                                                           N(0)};),
                                GRADUS_PLAIN(x > 0   ? 1
                                             : x < 0 ? -1
                                                     : x),
                                GRADUS_PLAIN(0)));
    rows.push_back(make_subject(straight("floor", {-infinite, 0}, {infinite, 0}, 0), GRADUS_LIBRARY(floor(x)),
                                GRADUS_MATHEMATICS(return {floor(x), N(0)};), GRADUS_PLAIN(std::floor(x)),
                                GRADUS_PLAIN(0)));
    return rows;
}

}  // namespace

std::vector<subject> primitives() {
    std::vector<subject> all;
    for (const auto family : {exponentials, algebraic, hyperbolic, of_the_normal_distribution, trigonometric, pieces})
        for (subject& row : family()) all.push_back(std::move(row));
    return all;
}

}  // namespace gradus::exhaustive
