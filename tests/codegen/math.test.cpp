// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each core against the C library's long double functions, in ULP. The bounds are those that the cores'
// files state.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <type_traits>

#include "array_function.hpp"
#include "support/catch.hpp"
#include "support/ulp.hpp"

using namespace gradus;
using gradus::testing::error_of;

namespace {

using real = long double;
using reference = real (*)(real, real);

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
struct samples {
    std::vector<T> a, b;
};

template <class T>
std::vector<T> special_values() {
    using limit = std::numeric_limits<T>;
    std::vector<T> list;
    for (T x : {T(0), limit::denorm_min(), limit::min(), limit::epsilon(), T(0.1), T(0.5), T(1), T(1.5), T(2), T(3),
                T(88), T(709), T(1e9), limit::max(), limit::infinity()})
        for (T y : {std::nextafter(x, T(0)), x, std::nextafter(x, limit::infinity())}) {
            list.push_back(y);
            list.push_back(-y);
        }
    list.push_back(limit::quiet_NaN());
    return list;
}

/// Specials, every exponent, random bit patterns, and random numbers of ordinary size.
template <class T>
samples<T> unary_samples() {
    std::mt19937_64 random(7);
    samples<T> s{special_values<T>(), {}};
    constexpr int fraction_bits = std::numeric_limits<T>::digits - 1;
    constexpr auto exponents = std::uint64_t{1} << (8 * sizeof(T) - static_cast<unsigned>(fraction_bits));
    for (std::uint64_t exponent = 0; exponent < exponents; ++exponent)
        for (int k = 0; k < 64; ++k) {
            const std::uint64_t pattern = exponent << fraction_bits | random() >> (64 - fraction_bits);
            s.a.push_back(std::bit_cast<T>(static_cast<bits_of<T>>(pattern)));
        }
    for (int i = 0; i < 100'000; ++i) s.a.push_back(std::bit_cast<T>(static_cast<bits_of<T>>(random())));
    // Where reductions and forms change, and where results are near 0 or a change of exponent.
    for (real unit : {std::numbers::ln2_v<real> / 2, std::numbers::pi_v<real> / 4, std::numbers::sqrt2_v<real> / 2, real(0.25)})
        for (int k = 1; k <= 3000; ++k) {
            T x = static_cast<T>(k * unit);
            for (int i = 0; i < 2; ++i) x = std::nextafter(x, T(0));
            for (int i = 0; i < 5; ++i, x = std::nextafter(x, std::numeric_limits<T>::infinity()))
                for (T y : {x, -x}) s.a.push_back(y);
        }
    for (T edge : {T(0.35), T(0.5), T(0.55), T(0.7075), T(0.75), T(1), T(1.5)})
        for (int i = -2000; i <= 2000; ++i)
            for (T y : {T(1), T(-1)}) s.a.push_back(y * (edge + T(i * (i % 7)) * std::numeric_limits<T>::epsilon() / 2));
    for (T size : {T(0.3), T(1), T(2), T(8), T(40), T(120), T(800)}) {
        std::uniform_real_distribution<T> numbers(-size, size);
        for (int i = 0; i < 30'000; ++i) s.a.push_back(numbers(random));
    }
    return s;
}

template <class T>
samples<T> binary_samples() {
    std::mt19937_64 random(11);
    samples<T> s;
    for (T x : special_values<T>())
        for (T y : special_values<T>()) {
            s.a.push_back(x);
            s.b.push_back(y);
        }
    const auto add = [&](auto x, auto y) {
        for (int i = 0; i < 60'000; ++i) {
            s.a.push_back(static_cast<T>(x()));
            s.b.push_back(static_cast<T>(y()));
        }
    };
    const auto within = [&](T low, T high) {
        return [&random, numbers = std::uniform_real_distribution<T>(low, high)]() mutable { return numbers(random); };
    };
    const auto any = [&] { return std::bit_cast<T>(static_cast<bits_of<T>>(random())); };
    const auto whole = [&] { return static_cast<T>(static_cast<int>(random() % 41) - 20); };
    add(any, any);
    add(any, within(-3, 3));
    add(within(0, 2), within(-100, 100));
    add(within(T(0.98), T(1.02)), within(-3000, 3000));
    add(within(0, 1000), within(-10, 10));
    add(within(-30, 30), whole);
    return s;
}

template <class T>
struct worst {
    real error = 0;
    T a{}, b{}, got{};
};

template <class T>
worst<T> worst_error(const array_function<T>& f, const samples<T>& s, reference exact,
                     real (*distance)(T, real) = error_of<T>) {
    const std::vector<T> got = f(s.a, s.b);
    worst<T> found;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const T b = s.b.empty() ? T(0) : s.b[i];
        const real error = distance(got[i], exact(s.a[i], b));
        if (error > found.error) found = {error, s.a[i], b, got[i]};
    }
    return found;
}

real sigmoid_of(real x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
real softplus_of(real x) { return std::max(x, real(0)) + std::log1p(std::exp(-std::fabs(x))); }
/// The rounding error of the quotient, which the tail magnifies, enters by the derivative.
real normal_cdf_of(real x) {
    constexpr real root = std::numbers::sqrt2_v<real>, root_low = 0x1.65f626cdd52b0p-65L;
    const real y = -x / root, density = std::exp(-y * y) * std::numbers::inv_sqrtpi_v<real>;
    const real lost = std::isfinite(x) ? (std::fma(-y, root, -x) - y * root_low) / root : 0;
    return std::erfc(y) / 2 - (density == 0 ? 0 : density * lost);
}
/// The square in parts that a long double holds exactly.
real normal_pdf_of(real x) {
    if (std::isnan(x)) return x;
    if (std::fabs(x) > 100) return 0;
    const real high = static_cast<float>(x), low = x - high;
    const real power = std::exp(-high * high / 2) * std::exp(-(high + low / 2) * low);
    return power * std::numbers::inv_sqrtpi_v<real> / std::numbers::sqrt2_v<real>;
}
/// Near 0, where x - tanh(x) cancels, (x cosh x - sinh x) / cosh x by the numerator's series.
real tanhshrink_of(real x) {
    if (std::fabs(x) > real(0.3) || std::isnan(x)) return x - std::tanh(x);
    real series = 0, term = x;
    for (int k = 1; k < 12; ++k) series += 2 * k * (term *= x * x / (2 * k * (2 * k + 1)));
    return std::copysign(series / std::cosh(x), x);
}
real softsign_of(real x) { return std::isinf(x) ? std::copysign(real(1), x) : x / (1 + std::fabs(x)); }
real maximum_of(real a, real b) {
    if (std::isnan(a) || std::isnan(b)) return a + b;
    return a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}
real minimum_of(real a, real b) { return -maximum_of(-a, -b); }

/// A core and what its file promises.
struct promise {
    op code;
    reference exact;
    double float_bound, double_bound;
};

#define GRADUS_EXACT(expression) [](real a, [[maybe_unused]] real b) -> real { return expression; }
const promise promises[] = {
    {op::neg, GRADUS_EXACT(-a), 0, 0},
    {op::abs, GRADUS_EXACT(std::fabs(a)), 0, 0},
    {op::sign,
     GRADUS_EXACT(a > 0   ? 1
                  : a < 0 ? -1
                          : a),
     0, 0},
    {op::exp, GRADUS_EXACT(std::exp(a)), 0.91, 0.9},
    {op::exp2, GRADUS_EXACT(std::exp2(a)), 0.88, 0.8},
    {op::expm1, GRADUS_EXACT(std::expm1(a)), 0.95, 1},
    {op::log, GRADUS_EXACT(std::log(a)), 0.94, 0.9},
    {op::log2, GRADUS_EXACT(std::log2(a)), 0.95, 0.75},
    {op::log1p, GRADUS_EXACT(std::log1p(a)), 0.94, 1.3},
    {op::sqrt, GRADUS_EXACT(std::sqrt(a)), 0.501, 0.501},
    {op::tanh, GRADUS_EXACT(std::tanh(a)), 1.6, 0.9},
    {op::sigmoid, GRADUS_EXACT(sigmoid_of(a)), 1.5, 1.5},
    {op::softplus, GRADUS_EXACT(softplus_of(a)), 1.65, 1.7},
    {op::erf, GRADUS_EXACT(std::erf(a)), 1, 0.95},
    {op::erfc, GRADUS_EXACT(std::erfc(a)), 0.51, 1.5},
    {op::normal_cdf, GRADUS_EXACT(normal_cdf_of(a)), 0.51, 1.7},
    {op::normal_pdf, GRADUS_EXACT(normal_pdf_of(a)), 0.85, 0.8},
    {op::tanhshrink, GRADUS_EXACT(tanhshrink_of(a)), 0.51, 1.25},
    {op::softsign, GRADUS_EXACT(softsign_of(a)), 1.5, 1.5},
    {op::sin, GRADUS_EXACT(std::sin(a)), 0.51, 0.8},
    {op::cos, GRADUS_EXACT(std::cos(a)), 0.51, 0.8},
    {op::floor, GRADUS_EXACT(std::floor(a)), 0, 0},
    {op::isnan, GRADUS_EXACT(std::isnan(a)), 0, 0},
    {op::add, GRADUS_EXACT(a + b), 0.501, 0.501},
    {op::sub, GRADUS_EXACT(a - b), 0.501, 0.501},
    {op::mul, GRADUS_EXACT(a* b), 0.501, 0.501},
    {op::div, GRADUS_EXACT(a / b), 0.501, 0.501},
    {op::scaled, GRADUS_EXACT(a == 0 ? 0 : a * b), 0.5, 0.5},
    {op::pow, GRADUS_EXACT(std::pow(a, b)), 0.51, 0.7},
    {op::min, GRADUS_EXACT(minimum_of(a, b)), 0, 0},
    {op::max, GRADUS_EXACT(maximum_of(a, b)), 0, 0},
    {op::less, GRADUS_EXACT(a < b), 0, 0},
    {op::less_equal, GRADUS_EXACT(a <= b), 0, 0},
    {op::greater, GRADUS_EXACT(a > b), 0, 0},
    {op::greater_equal, GRADUS_EXACT(a >= b), 0, 0},
    {op::equal, GRADUS_EXACT(a == b), 0, 0},
    {op::not_equal, GRADUS_EXACT(a != b), 0, 0},
    {op::logical_not, GRADUS_EXACT(a == 0), 0, 0},
    {op::logical_and, GRADUS_EXACT(a != 0 && b != 0), 0, 0},
    {op::logical_or, GRADUS_EXACT(a != 0 || b != 0), 0, 0},
    {op::where, GRADUS_EXACT(a != 0 ? b : a), 0, 0},
    {op::stop_gradient, GRADUS_EXACT(a), 0, 0},
    {op::custom_gradient, GRADUS_EXACT(a), 0, 0},
};
#undef GRADUS_EXACT

std::vector<const target*> targets_that_run_here() {
    std::vector<const target*> list;
    for (const target& machine : targets())
        if (machine.runs_here) list.push_back(&machine);
    return list;
}

template <class T>
void check_promise(const promise& p, double bound, const target& machine) {
    const samples<T> s = about(p.code).arity == 1 ? unary_samples<T>() : binary_samples<T>();
    const worst<T> found = worst_error(compile_array_function<T>(p.code, machine), s, p.exact);
    INFO(about(p.code).name << (sizeof(T) == 4 ? " of float" : " of double") << " on " << machine.name << ": "
                            << found.error << " ULP at (" << std::hexfloat << found.a << ", " << found.b << "), got "
                            << found.got);
    CHECK(found.error <= bound);
}

/// Doubles as float kernels meet them: floats, and products and differences of floats.
samples<double> doubles_of_floats(int arity) {
    const samples<float> floats = arity == 1 ? unary_samples<float>() : binary_samples<float>();
    samples<double> s{{floats.a.begin(), floats.a.end()}, {floats.b.begin(), floats.b.end()}};
    if (arity == 1)
        for (std::size_t i = 0; i + 1 < floats.a.size(); i += 4) {
            const double x = floats.a[i], y = floats.a[i + 1];
            for (double z : {x * y, x - y, x / 3}) s.a.push_back(z);
        }
    return s;
}

/// The relative error of `got`, in units of 2^-36; infinity as in error_of().
real short_error_of(double got, real exact) {
    // Where float is 0 or infinite, whatever rounds to it.
    const auto narrow = [](real x) { return static_cast<float>(static_cast<double>(x)); };
    if (narrow(got) == narrow(exact) && (narrow(got) == 0 || std::isinf(narrow(got)))) return error_of(narrow(got), narrow(exact));
    const real ulps = error_of(got, exact);
    return std::isfinite(ulps) ? std::ldexp(std::fabs(got - exact) / std::fabs(exact), 36) : ulps;
}

/// With `most` digits, 2^-43.
void check_short_promise(const promise& p, const target& machine, digits wanted) {
    const samples<double> s = doubles_of_floats(about(p.code).arity);
    const worst<double> found = worst_error(compile_array_function<double>(p.code, machine, wanted), s, p.exact, short_error_of);
    INFO(about(p.code).name << " of doubles for float on " << machine.name << ": " << found.error << " at ("
                            << std::hexfloat << found.a << ", " << found.b << "), got " << found.got);
    CHECK(found.error <= (wanted == digits::few ? 1 : std::ldexp(real(1), 36 - 43)));
}

}  // namespace

TEST_CASE("every pointwise primitive stays within the error that its file states") {
    for (const target* machine : targets_that_run_here())
        for (const promise& p : promises) {
            check_promise<float>(p, p.float_bound, *machine);
            check_promise<double>(p, p.double_bound, *machine);
        }
}

TEST_CASE("doubles for float stay within 2^-36, or 2^-43, of every pointwise primitive") {
    for (const target* machine : targets_that_run_here())
        for (const promise& p : promises)
            for (const digits wanted : {digits::few, digits::most}) check_short_promise(p, *machine, wanted);
}

TEST_CASE("no pointwise primitive is without a promise") {
    for (std::size_t i = 0; i < op_count; ++i) {
        const auto code = static_cast<op>(i);
        const bool is_pointwise = about(code).shape == form::pointwise && is_of_expressions(code);
        INFO(about(code).name);
        CHECK(std::ranges::count(promises, code, &promise::code) == (is_pointwise ? 1 : 0));
    }
}

TEST_CASE("only pointwise primitives of expressions have an emitter") {
    for (std::size_t i = 0; i < op_count; ++i) {
        const auto code = static_cast<op>(i);
        INFO(about(code).name);
        CHECK((emitter_of(code) != nullptr) == (about(code).shape == form::pointwise && is_of_expressions(code)));
    }
}

TEST_CASE("the comparison reports a core that is wrong") {
    const auto exp = compile_array_function<float>(op::exp, host_target());
    const auto expm1 = [](real a, real) -> real { return std::expm1(a); };
    CHECK(worst_error(exp, {{2.0F}, {}}, expm1).error > 1000);
    const auto nan = [](real, real) { return std::numeric_limits<real>::quiet_NaN(); };
    CHECK(std::isinf(worst_error(exp, {{2.0F}, {}}, nan).error));
}

TEST_CASE("an error is counted in distances of neighbouring numbers") {
    CHECK(error_of(1.0F, real(1)) == 0);
    CHECK(error_of(std::nextafter(1.0F, 2.0F), real(1)) == 1);
    constexpr float least = std::numeric_limits<float>::denorm_min();
    CHECK(error_of(least, least * real(1.5)) == 0.5);
    CHECK(error_of(std::numeric_limits<float>::infinity(), 1e60L) == 0);
    CHECK(error_of(std::numeric_limits<float>::max(), 1e60L) == 1);
    CHECK(std::isinf(error_of(0.0F, real(-0.0))));
    CHECK(std::isinf(error_of(std::numeric_limits<float>::quiet_NaN(), real(1))));
}

TEST_CASE("all targets that run here give the same bits") {
    const samples<float> s = unary_samples<float>();
    for (const promise& p : promises) {
        if (about(p.code).arity != 1) continue;
        const std::vector<float> expected = compile_array_function<float>(p.code, host_target())(s.a);
        for (const target* machine : targets_that_run_here()) {
            const std::vector<float> got = compile_array_function<float>(p.code, *machine)(s.a);
            INFO(about(p.code).name << " on " << machine->name);
            CHECK(std::ranges::equal(expected, got, [](float x, float y) {
                return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
                       (std::isnan(x) && std::isnan(y));
            }));
        }
    }
}
