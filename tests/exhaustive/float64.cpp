// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "float64.hpp"

#include <algorithm>
#include <bit>
#include <numbers>

#include "blocks.hpp"
#include "support/ulp.hpp"

namespace gradus::exhaustive {
namespace {

constexpr long double doubt = 1.0L / 64;
constexpr long double least = std::numeric_limits<long double>::min();

/// Vigna's splitmix64: the i-th number of its sequence.
std::uint64_t mixed(std::uint64_t i) {
    std::uint64_t z = (i + 1) * 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

long_bounded at_special(const traits& about, double x) {
    const double limit = std::isnan(x) ? x : x > 0 ? about.above.value : about.below.value;
    return {limit, limit == 0 ? least : 0};
}

/// An upper bound of the error of `got` in ULP.
double error_by(double got, long_bounded b) {
    const bool stands_for_tiny = b.v == 0 && b.e != 0;
    const long double expected = stands_for_tiny ? least : b.v;
    const long double slack = std::isfinite(b.v) && (b.v != 0 || stands_for_tiny)
                                  ? b.e * (1 + 0x1p-40L) / testing::ulp_at<double>(expected)
                                  : 0;
    if (!(slack <= doubt)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(testing::error_of(got, expected) + slack);
}

void judge_one(const subject& one, double x, double got, float64_outcome& to) {
    long_bounded truth = std::isfinite(x) ? one.longer(x).value : at_special(one.about, x);
    double error = error_by(got, truth);
    if (std::isnan(error)) {
        const exact value = one.slow(exact(x)).value;
        truth = long_bounded::with(value.convert_to<long double>(), value == 0 ? 0 : long_bounded::tiny, 1);
        error = error_by(got, truth);
        ++to.refined;
    }
    ++to.count;
    if (error > to.worst.error || (error == to.worst.error && x < to.worst.x))
        to.worst = {error, x, got, static_cast<double>(truth.v)};
}

}  // namespace

void float64_outcome::add(const float64_outcome& other) {
    count += other.count;
    refined += other.refined;
    if (other.worst.error > worst.error || (other.worst.error == worst.error && other.worst.x < worst.x))
        worst = other.worst;
}

std::vector<double> hard_points(std::span<const float> kinks) {
    std::vector<double> centres{0, 1e-300, std::numeric_limits<double>::min(), std::numeric_limits<double>::max()};
    for (const float kink : kinks) centres.push_back(kink);
    for (int k = 1; k <= 512; ++k)
        for (const double step : {std::numbers::ln2 / 2, std::numbers::pi / 4, 0.125}) centres.push_back(k * step);
    for (int k = -1074; k <= 1023; ++k) centres.push_back(std::ldexp(1.0, k));
    // Where exp, expm1 and sigmoid, tanh, erf, erfc and φ saturate, overflow or underflow.
    for (const double end : {709.782712893384, 745.1332191019412, 708.3964185322641, 36.7368005696771, 22.0, 19.0615,
                             5.9215871957945, 27.2263, 26.5433, 38.5675, 37.6471})
        centres.push_back(end);
    // The double closest, in proportion, to a multiple of π/2: Muller, Elementary Functions, 3rd edition, 11.3.2.
    centres.push_back(0x1.6ac5b262ca1ffp+849);
    std::vector<double> points{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()};
    for (const double centre : centres)
        for (int i = -16; i <= 16; ++i) {
            const std::uint64_t pattern = std::bit_cast<std::uint64_t>(centre) + static_cast<std::uint64_t>(i);
            points.push_back(std::bit_cast<double>(pattern));
            points.push_back(-points.back());
        }
    return points;
}

double random_input(std::uint64_t i) {
    const std::uint64_t kind = mixed(2 * i), bits = mixed(2 * i + 1);
    if (kind % 4 == 0) return std::bit_cast<double>(bits);
    const std::uint64_t exponent = 1023 - 60 + kind / 4 % 70;
    return std::bit_cast<double>((bits & 0x800fffffffffffffU) | exponent << 52);
}

float64_outcome judge_float64(const subject& one, std::uint64_t count, const progress& report) {
    const std::vector<double> hard = hard_points(one.about.kinks);
    const std::uint64_t size = hard.size() + count;
    return judge_blocks<float64_outcome>(size, report, [&](std::uint64_t first, float64_outcome& found) {
        std::vector<double> x;
        for (std::uint64_t i = first; i < std::min(size, first + block_size); ++i)
            x.push_back(i < hard.size() ? hard[i] : random_input(i - hard.size()));
        std::vector<double> got(x.size());
        one.value64(x, got);
        for (std::size_t i = 0; i < x.size(); ++i) judge_one(one, x[i], got[i], found);
    });
}

}  // namespace gradus::exhaustive
