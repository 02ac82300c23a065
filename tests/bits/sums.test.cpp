// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sums and means of 10^8 float32 numbers against the exact ones.
//
// All additions are in float64: 63 in a lane, 6 for the lanes of a block of 4096, and less than 30 for the blocks. So
// the sum before it is rounded is off by less than 99 · 2^-53 · Σ|x|, which for 10^8 terms is far below a unit of the
// last place of a float32, even where both signs leave a sum of the size of √n: half a unit remains, and another half
// for a mean.
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include <boost/multiprecision/cpp_int.hpp>
#include <gradus/gradus.hpp>

#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;

namespace {

using integer = boost::multiprecision::cpp_int;

constexpr std::size_t many = 100'000'000;

/// A finite float32 is significand · 2^(shift - 149).
struct parts {
    std::int64_t significand;
    unsigned shift;
};
parts parts_of(float x) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x), exponent = bits >> 23U & 0xffU;
    const std::int64_t size = (bits & 0x7fffffU) | (exponent == 0 ? 0U : 0x800000U);
    return {bits >> 31U != 0 ? -size : size, exponent == 0 ? 0 : exponent - 1};
}

/// The exact sum, a multiple of 2^-149: one sum of significands for each exponent, which 10^8 of them do not overflow.
integer exact_sum(const std::vector<float>& values) {
    std::array<std::int64_t, 256> sums{};
    for (const float x : values) {
        const parts p = parts_of(x);
        sums[p.shift] += p.significand;
    }
    integer total = 0;
    for (unsigned shift = 0; shift < sums.size(); ++shift) total += integer(sums[shift]) << shift;
    return total;
}

/// |got - sum / count| in units of the last place of a float32 near sum / count.
double error_in_ulp(float got, const integer& sum, std::size_t count) {
    const parts p = parts_of(got);
    const integer size = abs(sum) / count;
    const std::size_t last = size == 0 ? 0 : std::max<std::size_t>(msb(size), 23) - 23;
    const integer difference = abs((integer(p.significand) << p.shift) * count - sum);
    return ((difference << 10) / (integer(count) << last)).convert_to<double>() / 1024;
}

struct errors {
    double sum, mean;
};
errors errors_of(const std::vector<float>& values) {
    constexpr auto x = tensor<"x[i]">;
    const auto [total, average] = jit(sum(x), mean(x))(x = values);
    const integer exact = exact_sum(values);
    return {error_in_ulp(total, exact, 1), error_in_ulp(average, exact, values.size())};
}

/// Numbers in [0, 1), multiples of 2^-24, and standard normal ones.
class random_numbers {
public:
    float uniform() { return static_cast<float>(next() >> 40U) * 0x1p-24F; }
    float normal() {
        const double radius = std::sqrt(-2 * std::log(static_cast<double>((next() >> 11U) + 1) * 0x1p-53));
        return static_cast<float>(radius *
                                  std::cos(2 * std::numbers::pi * static_cast<double>(next() >> 11U) * 0x1p-53));
    }

private:
    std::uint64_t next() {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        return state_;
    }
    std::uint64_t state_ = 0x243f6a8885a308d3;
};

/// 10^8 numbers drawn one after the other.
template <class Draw>
std::vector<float> drawn(Draw one) {
    std::vector<float> values(many);
    random_numbers source;
    for (float& value : values) value = one(source);
    return values;
}

/// Half a unit of the last place, and what the additions may lose, in such units.
double bound_of(const std::vector<float>& values) {
    double sizes = 0;
    for (const float x : values) sizes += std::abs(static_cast<double>(x));
    const double sum = exact_sum(values).convert_to<double>() * 0x1p-149;
    return 0.5 + 99 * 0x1p-53 * sizes / testing::ulp_of<float>(sum);
}
void check(const std::vector<float>& values) {
    const double bound = bound_of(values);
    REQUIRE(bound < 1);
    const errors found = errors_of(values);
    CHECK(found.sum <= bound);
    // The division by the count may make two units of one.
    CHECK(found.mean <= 2 * bound);
}

}  // namespace

TEST_CASE("the exact sum and the distance from it are exact", "[sums]") {
    const std::vector<float> cancelling{1.0F, 0x1p-149F, -1.0F, 0x1p127F, -0x1p127F, 0x1p-149F};
    CHECK(exact_sum(cancelling) == 2);
    CHECK(error_in_ulp(0x1p-148F, 2, 1) == 0);
    CHECK(error_in_ulp(0, 2, 1) == 2);
    const std::vector<float> thirds{0.5F, -2.5F, 1.0F};  // of sum -1 and mean -1/3
    CHECK(exact_sum(thirds) == -(integer(1) << 149));
    CHECK(error_in_ulp(-1.0000001F, exact_sum(thirds), 1) == 1);
    CHECK(error_in_ulp(1, exact_sum(thirds), 1) == 0x1p24);
    CHECK(error_in_ulp(-1.0F / 3, exact_sum(thirds), 3) == Approx(1.0 / 3).margin(1e-3));
}

TEST_CASE("sum and mean of 10^8 numbers of one sign are rounded once", "[sums]") {
    check(drawn([](random_numbers& from) { return from.uniform(); }));
    check(drawn([](random_numbers& from) { return std::exp(2 * from.normal()); }));
}

TEST_CASE("sum and mean of 10^8 numbers of both signs are rounded once", "[sums]") {
    check(drawn([](random_numbers& from) { return 2 * from.uniform() - 1; }));
    check(drawn([](random_numbers& from) { return from.normal(); }));
}

TEST_CASE("sum and mean of 10^8 equal numbers are rounded once", "[sums]") {
    for (const float value : {0.1F, 1.0F, 3.3e-39F}) {
        INFO(value);
        check(std::vector<float>(many, value));
    }
}
