// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The largest and the smallest element of runs of any length: NaN wherever one stands, 0 above -0, infinities; and how
// often a condition holds.
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gradus/gradus.hpp>

#include "support/catch.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[row, n]">;
constexpr auto y = tensor<"y[n]">;
constexpr auto largest = max(x, over<"n">);
constexpr auto smallest = min(x, over<"n">);
constexpr auto of_squares = max(x * x - 3, over<"n">);  // folded as float64
constexpr auto of_all = max(y, over<"n">);
constexpr auto negatives = sum(where(x < 0, 1, 0), over<"n">);
constexpr auto others = sum(where(x < 0, 0, 1), over<"n">);

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

constexpr std::int64_t lengths[] = {1, 2, 15, 16, 17, 63, 64, 65, 100, 128, 200, 4095, 4096, 4097, 4200, 9000};

/// Equal, in the sign of a zero too; all NaN are.
bool same(float a, float b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

/// Rows that are full of `rest` but for one element, at each of some places.
struct rows_but_for_one {
    std::int64_t count, length;
    std::vector<float> elements;
    rows_but_for_one(std::int64_t n, float rest, float one) : count(0), length(n) {
        for (std::int64_t place = 0; place<n; place += n> 300 ? 61 : 1, ++count)
            for (std::int64_t i = 0; i < n; ++i) elements.push_back(i == place ? one : rest);
    }
};

template <class Kernel>
bool gives(Kernel& kernel, const rows_but_for_one& rows, float expected) {
    std::vector<float> got(static_cast<std::size_t>(rows.count));
    kernel(x = view(rows.elements, {rows.count, rows.length}), outputs(got));
    for (const float one : got)
        if (!same(one, expected)) return false;
    return true;
}

}  // namespace

TEST_CASE("the largest and the smallest element wherever they stand") {
    auto max_of = jit<largest>();
    auto min_of = jit<smallest>();
    auto max_of_squares = jit<of_squares>();
    for (const std::int64_t n : lengths) {
        INFO("runs of " << n);
        CHECK(gives(max_of, {n, 1, 2}, 2));
        CHECK(gives(max_of, {n, -infinity, -3e38F}, -3e38F));
        CHECK(gives(min_of, {n, 1, -2}, -2));
        CHECK(gives(min_of, {n, infinity, 3e38F}, 3e38F));
        CHECK(gives(max_of_squares, {n, 1, -2}, 1));
        CHECK(gives(max_of, {n, infinity, infinity}, infinity));
        CHECK(gives(min_of, {n, 1, -infinity}, -infinity));
    }
}

TEST_CASE("NaN wherever one stands makes the extrema NaN") {
    auto max_of = jit<largest>();
    auto min_of = jit<smallest>();
    for (const std::int64_t n : lengths)
        for (const float rest : {1.0F, -infinity, infinity, 0.0F})
            for (const float one : {not_a_number, -not_a_number}) {
                INFO("runs of " << n << ", else " << rest);
                CHECK(gives(max_of, {n, rest, one}, not_a_number));
                CHECK(gives(min_of, {n, rest, one}, not_a_number));
            }
}

TEST_CASE("0 is larger than -0 wherever they stand") {
    auto max_of = jit<largest>();
    auto min_of = jit<smallest>();
    for (const std::int64_t n : lengths) {
        INFO("runs of " << n);
        CHECK(gives(max_of, {n, -0.0F, 0.0F}, 0.0F));
        CHECK(gives(max_of, {n, -0.0F, -0.0F}, -0.0F));
        CHECK(gives(max_of, {n, -1, -0.0F}, -0.0F));
        CHECK(gives(min_of, {n, 0.0F, -0.0F}, -0.0F));
        CHECK(gives(min_of, {n, 0.0F, 0.0F}, 0.0F));
        CHECK(gives(min_of, {n, 1, 0.0F}, 0.0F));
        if (n > 1) {
            CHECK(gives(max_of, {n, 0.0F, -0.0F}, 0.0F));
            CHECK(gives(min_of, {n, -0.0F, 0.0F}, -0.0F));
        }
    }
}

TEST_CASE("extrema of a whole tensor") {
    auto max_of = jit<of_all>();
    for (const std::int64_t n : {1, 4096, 100'000}) {
        std::vector<float> elements(static_cast<std::size_t>(n), -0.0F), got(1);
        elements.back() = 0.0F;
        max_of(y = elements, outputs(got[0]));
        CHECK(same(got[0], 0.0F));
        elements[elements.size() / 2] = not_a_number;
        max_of(y = elements, outputs(got[0]));
        CHECK(std::isnan(got[0]));
    }
}

TEST_CASE("how often a condition holds") {
    auto below = jit<negatives>();
    auto not_below = jit<others>();
    for (const std::int64_t n : lengths) {
        INFO("runs of " << n);
        CHECK(gives(below, {n, 1, -1}, 1));
        CHECK(gives(below, {n, -1, -1}, static_cast<float>(n)));
        CHECK(gives(below, {n, not_a_number, 1}, 0.0F));  // not -0
        CHECK(gives(not_below, {n, 1, not_a_number}, static_cast<float>(n)));
        CHECK(gives(not_below, {n, -1, -2}, 0.0F));
    }
}
