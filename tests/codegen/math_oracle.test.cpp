// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cores in float64 against 240 bits, where a long double would be too short a reference: next to multiples of
// ln 2 / 2 and pi / 4, next to 1, in the tails, and in between.
#include <cmath>
#include <limits>
#include <random>

#include "../tools/coefficients/real.hpp"
#include "array_function.hpp"
#include "support/catch.hpp"

using namespace gradus;

namespace {

using coefficients::real;

real normal_cdf_of(const real& x) {
    const real tail = coefficients::erfc_of(abs(x) / sqrt(real(2))) / 2;
    return x < 0 ? tail : 1 - tail;
}

/// A core, what it computes, and the interval of its arguments.
struct promise {
    op code;
    real (*exact)(const real&);
    double low, high;
    double bound = 2;
};

#define GRADUS_EXACT(expression) [](const real& x) -> real { return expression; }
const promise promises[] = {
    {op::exp, GRADUS_EXACT(exp(x)), -745, 709, 1},
    {op::exp2, GRADUS_EXACT(exp(x* coefficients::ln2())), -1074, 1023},
    {op::expm1, GRADUS_EXACT(exp(x) - 1), -60, 709},
    {op::log, GRADUS_EXACT(log(x)), 1e-310, 1e300, 1},
    {op::log2, GRADUS_EXACT(log(x) / coefficients::ln2()), 1e-310, 1e300},
    {op::log1p, GRADUS_EXACT(log(1 + x)), -0.999999, 1e300},
    {op::tanh, GRADUS_EXACT(tanh(x)), -25, 25},
    {op::sigmoid, GRADUS_EXACT(1 / (1 + exp(-x))), -745, 60},
    {op::softplus, GRADUS_EXACT(log(1 + exp(x))), -120, 700},
    {op::erf, GRADUS_EXACT(x < 0 ? real(coefficients::erfc_of(-x) - 1) : real(1 - coefficients::erfc_of(x))), -7, 7},
    {op::erfc, GRADUS_EXACT(x < 0 ? real(2 - coefficients::erfc_of(-x)) : coefficients::erfc_of(x)), -7, 27.2},
    {op::normal_cdf, GRADUS_EXACT(normal_cdf_of(x)), -38.4, 10},
    {op::normal_pdf, GRADUS_EXACT(exp(-x* x / 2) / sqrt(2 * coefficients::pi())), -38.5, 38.5},
    {op::tanhshrink, GRADUS_EXACT(x - tanh(x)), -60, 60},
    {op::softsign, GRADUS_EXACT(x / (1 + abs(x))), -1e9, 1e9},
    {op::sin, GRADUS_EXACT(sin(x)), -1e6, 1e6},
    {op::cos, GRADUS_EXACT(cos(x)), -1e6, 1e6},
};
#undef GRADUS_EXACT

/// Numbers of the interval where a core is most likely to be wrong.
std::vector<double> points(double low, double high) {
    std::vector<double> list;
    const auto add = [&](double x) {
        for (const double y : {x, -x})
            if (low <= y && y <= high && std::abs(y) >= 0x1p-60) list.push_back(y);
    };
    const auto add_around = [&](double x) {
        add(std::nextafter(x, 0));
        add(x);
        add(std::nextafter(x, 2 * x));
    };
    std::mt19937_64 random(5);
    std::uniform_real_distribution<double> unit(0, 1);
    for (const real& step : {real(coefficients::ln2() / 2), real(coefficients::pi() / 4)})
        for (int k = 1; k <= 60; ++k) {
            add_around(static_cast<double>(real(k * step)));
            add(static_cast<double>(real(static_cast<int>(1 + random() % 1000) * step)));
        }
    for (const double edge : {0.5, 0.7075, 1.0, 1.5, 0x1.6a09e667f3bcdp-1, 0x1.6a09e667f3bcdp+0})
        for (int k = 0; k < 20; ++k) {
            add_around(edge + k * 0x1p-53);
            add_around(edge - k * unit(random) * 0x1p-30);
        }
    for (int k = -60; k <= 30; ++k) add(std::ldexp(1 + unit(random), k));
    for (int k = 0; k < 300; ++k) add(unit(random) * std::min(std::max(-low, high), 1100.0));
    return list;
}

real error_of(double got, const real& exact) {
    const int exponent = std::max(ilogb(exact), std::numeric_limits<double>::min_exponent - 1);
    return abs(real(got) - exact) / ldexp(real(1), exponent - (std::numeric_limits<double>::digits - 1));
}

}  // namespace

TEST_CASE("in float64 exp and log are within 1 ULP and every other core within 2") {
    for (const promise& p : promises) {
        const std::vector<double> x = points(p.low, p.high);
        const std::vector<double> got = compile_array_function<double>(p.code, host_target())(x);
        real worst = 0;
        double at = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            if (const real error = error_of(got[i], p.exact(real(x[i]))); error > worst) {
                worst = error;
                at = x[i];
            }
        INFO(about(p.code).name << ": " << static_cast<double>(worst) << " ULP at " << std::hexfloat << at);
        CHECK(worst <= p.bound);
    }
}

TEST_CASE("the reference of 240 bits has the digits of known values") {
    // erfc(1), from the tables of NIST: 0.15729920705028513065877936491739…
    CHECK(abs(coefficients::erfc_of(real(1)) - real("0.15729920705028513065877936491739")) < real("1e-31"));
    CHECK(abs(coefficients::erfc_of(real(5)) / real("1.5374597944280348501883434853834e-12") - 1) < real("1e-29"));
}
