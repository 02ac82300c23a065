// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gradus/math.hpp>

#include "support/catch.hpp"

namespace {

namespace math = gradus::math;
namespace portable = gradus::math::portable;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double largest = std::numeric_limits<double>::max();
constexpr double tiny = std::numeric_limits<double>::denorm_min();

constexpr bool same(double a, double b) { return (a != a && b != b) || portable::bits_of(a) == portable::bits_of(b); }

// ---- in constant evaluation

static_assert(math::exp(0) == 1 && math::exp(-inf) == 0 && math::exp(inf) == inf && math::isnan(math::exp(nan)));
static_assert(math::exp(1) == 0x1.5bf0a8b145769p+1);
static_assert(math::exp(709.8) == inf && math::exp(-745.2) == 0 && math::exp(-745.1) == tiny);
static_assert(math::exp2(-3) == 0.125 && math::exp2(-inf) == 0 && math::exp2(inf) == inf && math::isnan(math::exp2(nan)));
static_assert(math::exp2(1024) == inf && math::exp2(-1074) == tiny && math::exp2(-1075.5) == 0);
static_assert(math::exp2(0.5) == 0x1.6a09e667f3bcdp+0);
static_assert(same(math::expm1(-0.0), -0.0) && math::expm1(-inf) == -1 && math::expm1(inf) == inf);
static_assert(math::expm1(1e-300) == 1e-300 && math::expm1(tiny) == tiny);
static_assert(math::log(1) == 0 && math::log(0.0) == -inf && math::log(inf) == inf && math::isnan(math::log(-1)));
static_assert(math::log(-0.0) == -inf && math::isnan(math::log(-inf)) && math::isnan(math::log(nan)));
static_assert(math::log(2) == 0x1.62e42fefa39efp-1);
static_assert(math::log2(8) == 3 && math::log2(tiny) == -1074 && math::log2(0) == -inf && math::log2(inf) == inf);
static_assert(math::isnan(math::log2(-1)) && math::isnan(math::log2(nan)));
static_assert(same(math::log1p(-0.0), -0.0) && math::log1p(-1) == -inf && math::log1p(inf) == inf);
static_assert(math::isnan(math::log1p(-1.5)) && math::log1p(tiny) == tiny);
static_assert(math::sqrt(4) == 2 && same(math::sqrt(-0.0), -0.0) && math::isnan(math::sqrt(-1)));
static_assert(math::sqrt(inf) == inf && math::sqrt(2) == 0x1.6a09e667f3bcdp+0);
static_assert(math::tanh(inf) == 1 && math::tanh(-inf) == -1 && same(math::tanh(-0.0), -0.0));
static_assert(math::erf(inf) == 1 && math::erf(-inf) == -1 && same(math::erf(-0.0), -0.0));
static_assert(math::erfc(0) == 1 && math::erfc(-inf) == 2 && math::erfc(inf) == 0 && math::isnan(math::erfc(nan)));
static_assert(math::normal_cdf(0) == 0.5 && math::normal_cdf(-inf) == 0 && math::normal_cdf(inf) == 1);
static_assert(math::normal_pdf(inf) == 0 && math::isnan(math::normal_cdf(nan)) && math::isnan(math::normal_pdf(nan)));
static_assert(math::tanhshrink(inf) == inf && math::tanhshrink(-inf) == -inf && math::tanhshrink(1e-200) == 0);
static_assert(math::softsign(-inf) == -1 && math::softsign(largest) == 1 && math::isnan(math::softsign(nan)));
static_assert(math::sin(0) == 0 && math::cos(0) == 1 && math::isnan(math::sin(inf)) && math::isnan(math::cos(-inf)));
static_assert(same(math::sin(-0.0), -0.0) && math::sin(tiny) == tiny);
static_assert(math::floor(-0.5) == -1 && math::floor(2.5) == 2 && same(math::floor(-0.0), -0.0));
static_assert(math::floor(-3) == -3 && math::floor(inf) == inf && math::floor(0x1p60) == 0x1p60);
static_assert(same(math::abs(-0.0), 0.0) && math::abs(-inf) == inf && math::isnan(math::abs(nan)));

static_assert(math::pow(nan, 0) == 1 && math::pow(1, nan) == 1 && math::isnan(math::pow(2, nan)));
static_assert(math::pow(-2, 3) == -8 && math::pow(-2, 2) == 4 && math::isnan(math::pow(-2, 0.5)));
static_assert(math::pow(0, -1) == inf && math::pow(-0.0, -1) == -inf && math::pow(-0.0, -2) == inf);
static_assert(same(math::pow(-0.0, 3), -0.0) && math::pow(-1, inf) == 1 && math::pow(0.5, inf) == 0);
static_assert(math::pow(0.5, -inf) == inf && math::pow(-inf, 3) == -inf && same(math::pow(-inf, -3), -0.0));
static_assert(math::pow(2, 1024) == inf && math::pow(2, -1074) == tiny && math::pow(-2, 1025) == -inf);
static_assert(math::pow(2, 1e308) == inf && math::pow(2, -1e308) == 0 && math::pow(1 + 0x1p-52, 1e300) == inf);

static_assert(math::sign(-3) == -1 && same(math::sign(-0.0), -0.0) && math::isnan(math::sign(nan)));
static_assert(math::isnan(math::max(nan, 1)) && math::isnan(math::max(1, nan)) && math::isnan(math::min(nan, -inf)));
static_assert(same(math::max(-0.0, 0.0), 0.0) && same(math::max(0.0, -0.0), 0.0) && math::max(-inf, 3) == 3);
static_assert(same(math::min(-0.0, 0.0), -0.0) && same(math::min(0.0, -0.0), -0.0) && math::min(-inf, 3) == -inf);

static_assert(math::sigmoid(-inf) == 0 && math::sigmoid(inf) == 1 && math::sigmoid(0) == 0.5);
static_assert(math::sigmoid(-745) == tiny && math::isnan(math::sigmoid(nan)));
static_assert(math::softplus(-inf) == 0 && math::softplus(inf) == inf && math::isnan(math::softplus(nan)));
static_assert(math::softplus(0) == math::log(2) && math::softplus(-745) == tiny && math::softplus(1e300) == 1e300);

static_assert(math::isnan(math::sub(inf, inf)) && math::add(inf, 1) == inf && math::add(largest, largest) == inf);
static_assert(math::sub(largest, largest) == 0 && math::add(largest, 1) == largest && math::isnan(math::add(1, nan)));
static_assert(math::isnan(math::mul(0, inf)) && math::mul(-2, inf) == -inf && math::mul(largest, -2) == -inf);
static_assert(math::mul(largest, 0.5) == largest / 2 && math::mul(0x1p600, 0x1p-1074) == 0x1p-474);
static_assert(math::div(1, 0.0) == inf && math::div(-1, 0.0) == -inf && math::isnan(math::div(0, 0.0)));
static_assert(math::div(1, tiny) == inf && math::isnan(math::div(inf, -inf)) && same(math::div(-1, inf), -0.0));
static_assert(math::div(tiny, tiny) == 1 && math::div(largest, largest) == 1 && math::div(largest, tiny) == inf);

// ---- the functions of constant evaluation against the C library in long double

/// The distance in units of the last place that a double near `exact` has.
double ulps(double got, long double exact) {
    if (std::isnan(exact)) return std::isnan(got) ? 0 : inf;
    if (std::abs(exact) >= 0x1p1024L - 0x1p970L) return got == std::copysign(inf, static_cast<double>(exact)) ? 0 : inf;
    if (!std::isfinite(got)) return inf;
    const int exponent = exact == 0 ? -1022 : std::max(std::ilogb(exact), -1022);
    return static_cast<double>(std::abs(static_cast<long double>(got) - exact) / std::ldexp(1.0L, exponent - 52));
}

/// Doubles of every size (`within` bounds the magnitude), evenly spread ones, and the neighbours of whole numbers.
std::vector<double> points(double within) {
    std::mt19937_64 random(1);
    std::vector<double> result{0.0, -0.0, inf, -inf, nan, tiny, -tiny, 0x1p-1022, -0x1p-1022, largest, -largest};
    while (result.size() < 200'000) {
        const double any = std::bit_cast<double>(random());
        if (std::abs(any) <= within) result.push_back(any);
    }
    std::uniform_real_distribution<double> spread(-1, 1);
    for (const double size : {0.01, 0.5, 1.0, 2.0, 8.0, 50.0, 800.0})
        for (int i = 0; i < 50'000; ++i) result.push_back(size * spread(random));
    for (int i = -800; i <= 800; ++i)
        for (const double quarter : {0.25 * i, std::nextafter(0.25 * i, inf), std::nextafter(0.25 * i, -inf)})
            result.push_back(quarter);
    return result;
}

template <class Function, class Exact>
double worst(Function function, Exact exact, double within = largest) {
    double error = 0;
    for (const double x : points(within))
        error = std::max(error, ulps(function(x), exact(static_cast<long double>(x))));
    return error;
}

#define WORST(name) worst([](double x) { return portable::name(x); }, [](long double x) { return std::name(x); })

TEST_CASE("functions of constant evaluation are within one ULP of the exact value") {
    CHECK(WORST(exp) < 1);
    CHECK(WORST(exp2) < 1);
    CHECK(WORST(expm1) < 1);
    CHECK(WORST(log) < 1);
    CHECK(WORST(log2) < 1);
    CHECK(WORST(log1p) < 1);
    CHECK(WORST(tanh) < 1);
    CHECK(WORST(erf) < 1);
    CHECK(worst([](double x) { return portable::erfc(x); }, [](long double x) { return std::erfc(x); }, 26.5) < 16);
    CHECK(WORST(sin) < 1);
    CHECK(WORST(cos) < 1);
}

TEST_CASE("pow in constant evaluation is within one ULP, special cases included") {
    std::mt19937_64 random(2);
    std::uniform_real_distribution<double> exponent(-745, 745), wide(-40, 40);
    double error = 0;
    const auto compare = [&error](double x, double y) {
        const double got = portable::pow(x, y);
        error = std::max(error, ulps(got, std::pow(static_cast<long double>(x), static_cast<long double>(y))));
    };
    for (int i = 0; i < 200'000; ++i) {
        const double x = std::exp(wide(random));
        compare(x, exponent(random) / std::log(x));
        compare(1 + wide(random) * 1e-6, wide(random) * 1e6);
        compare(std::abs(std::bit_cast<double>(random())), wide(random) / 40);
    }
    CHECK(error < 1);
    const double special[] = {0.0, 1.0, 2.0, 3.0, 0.5, 1.5, 1e300, 1e-300, 0x1p53, 0x1p53 - 1, tiny, largest, inf, nan};
    for (const double a : special)
        for (const double b : special)
            for (const double x : {a, -a})
                for (const double y : {b, -b}) {
                    const double expected = std::pow(x, y);
                    INFO("pow(" << x << ", " << y << ") = " << portable::pow(x, y) << ", expected " << expected);
                    CHECK((same(portable::pow(x, y), expected) || ulps(portable::pow(x, y), expected) <= 1));
                }
}

TEST_CASE("signs of zero results in constant evaluation are those of the C library") {
    for (const double x : {0.0, -0.0, tiny, -tiny, 1e-200, -1e-200}) {
        CHECK(same(portable::expm1(x), std::expm1(x)));
        CHECK(same(portable::log1p(x), std::log1p(x)));
        CHECK(same(portable::tanh(x), std::tanh(x)));
        CHECK(same(portable::sin(x), std::sin(x)));
        CHECK(std::signbit(portable::erf(x)) == std::signbit(x));
    }
}

TEST_CASE("operations of constant evaluation are rounded as the processor's") {
    int wrong = 0;
    for (const double x : points(largest)) {
        wrong += !same(portable::sqrt(x), std::sqrt(x));
        wrong += !same(portable::floor(x), std::floor(x));
    }
    std::mt19937_64 random(3);
    const std::vector<double> some = points(largest);
    const auto any = [&] {
        return (random() & 1) != 0 ? std::bit_cast<double>(random()) : some[random() % some.size()];
    };
    for (int i = 0; i < 500'000; ++i) {
        const double a = any(), b = any();
        wrong += !same(portable::add(a, b), a + b);
        wrong += !same(portable::mul(a, b), a * b);
        wrong += !same(portable::div(a, b), a / b);
    }
    const double edges[] = {0.0, -0.0, tiny, 0x1p-1022, 0x1p1023, largest, -largest,
                            inf, -inf, nan,  1.0,       0x1p-1,   0x1p511};
    for (const double a : edges)
        for (const double b : edges) {
            wrong += !same(portable::add(a, b), a + b);
            wrong += !same(portable::mul(a, b), a * b);
            wrong += !same(portable::div(a, b), a / b);
        }
    CHECK(wrong == 0);
}

TEST_CASE("sigmoid and softplus keep their relative precision in both tails") {
    double sigmoid_error = 0, softplus_error = 0;
    for (const double x : points(800)) {
        const auto exact_x = static_cast<long double>(x);
        sigmoid_error = std::max(sigmoid_error, ulps(math::sigmoid(x), 1 / (1 + std::exp(-exact_x))));
        if (x < 8000) softplus_error = std::max(softplus_error, ulps(math::softplus(x), std::log1p(std::exp(exact_x))));
    }
    CHECK(sigmoid_error < 2);
    CHECK(softplus_error < 2);
}

// A call within the default limits of both compilers, many times over: 64 points of each function.
constexpr double sum_over_points() {
    double sum = 0;
    for (int i = 1; i <= 64; ++i) {
        const double x = 0.37 * i;
        sum += math::exp(-x) + math::expm1(-x) + math::log(x) + math::log1p(x) + math::tanh(x) + math::erf(x / 4) +
               math::sin(x) + math::cos(x) + math::sqrt(x) + math::pow(x, 0.3) + math::sigmoid(x) + math::softplus(-x);
    }
    return sum;
}

TEST_CASE("constant evaluation and the C library agree") {
    constexpr double at_compile_time = sum_over_points();
    CHECK(std::abs(at_compile_time - sum_over_points()) < 1e-12 * std::abs(at_compile_time));
}

}  // namespace
