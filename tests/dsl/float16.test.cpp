// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The 16-bit storage types against their definition: the value of each of the 2^16 patterns written out in double, and
// rounding at every tie and just beside it. And the element types that expressions of them have.
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/dsl.hpp>
#include <gradus/float16.hpp>
#include <gradus/print.hpp>
#include <gradus/read.hpp>

#include "support/catch.hpp"
#include "support/float16.hpp"

using namespace gradus;
using namespace gradus::testing;

static_assert(float16(1).bits == 0x3c00 && bfloat16(1).bits == 0x3f80);
static_assert(float16(65504).bits == 0x7bff && float16(65520).bits == 0x7c00);
static_assert(static_cast<float>(float16(0.1)) == 0x1.998p-4F && static_cast<float>(bfloat16(0.1)) == 0x1.9ap-4F);
static_assert(std::is_trivially_copyable_v<float16> && sizeof(float16) == 2);
static_assert(std::is_trivially_copyable_v<bfloat16> && sizeof(bfloat16) == 2);
static_assert(!std::is_convertible_v<float, float16> && !std::is_convertible_v<float16, float>);
static_assert(float16(0.0) == float16(-0.0) && !(float16(__builtin_nan("")) == float16(__builtin_nan(""))));

namespace {

/// The number that a pattern without sign stands for by the IEEE definition; 2^(bias + 1) for that of infinity.
template <class T>
double defined_value(unsigned bits) {
    constexpr int fraction_bits = std::same_as<T, float16> ? 10 : 7;
    constexpr int bias = std::same_as<T, float16> ? 15 : 127;
    const int exponent = static_cast<int>(bits >> fraction_bits);
    const double fraction = static_cast<double>(bits & ((1U << fraction_bits) - 1)) / (1 << fraction_bits);
    return exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
}
template <class T>
constexpr unsigned infinity = std::same_as<T, float16> ? 0x7c00 : 0x7f80;

/// Both signs of a rounding; the float's too if it is the same number.
template <class T>
bool rounds_to(double value, unsigned expected) {
    const auto narrow = static_cast<float>(value);
    const bool is_float = static_cast<double>(narrow) == value;
    return T(value).bits == expected && T(-value).bits == (expected | 0x8000U) &&
           (!is_float || (T(narrow).bits == expected && T(-narrow).bits == (expected | 0x8000U)));
}

}  // namespace

TEMPLATE_TEST_CASE("every pattern of 16 bits has its value, and comes back from it", "", float16, bfloat16) {
    for (unsigned bits = 0; bits < infinity<TestType>; ++bits) {
        const double value = defined_value<TestType>(bits);
        INFO("pattern " << bits << ", " << value);
        REQUIRE(static_cast<double>(number_of_bits<TestType>(bits)) == value);
        REQUIRE(static_cast<double>(static_cast<float>(number_of_bits<TestType>(bits | 0x8000U))) == -value);
        REQUIRE(std::signbit(static_cast<float>(number_of_bits<TestType>(bits | 0x8000U))));
        REQUIRE(rounds_to<TestType>(value, bits));
    }
    for (unsigned bits = infinity<TestType> + 1; bits < 0x8000U; ++bits) {
        REQUIRE(std::isnan(static_cast<float>(number_of_bits<TestType>(bits))));
        REQUIRE(std::isnan(static_cast<float>(number_of_bits<TestType>(bits | 0x8000U))));
        REQUIRE(std::isnan(static_cast<float>(TestType(static_cast<float>(number_of_bits<TestType>(bits))))));
    }
}

TEMPLATE_TEST_CASE("rounding is to nearest, ties to even, once, whether from float or from double", "", float16,
                   bfloat16) {
    constexpr double endless = std::numeric_limits<double>::infinity();
    for (unsigned bits = 0; bits < infinity<TestType>; ++bits) {
        const double tie = (defined_value<TestType>(bits) + defined_value<TestType>(bits + 1)) / 2;
        const unsigned even = bits + bits % 2;
        INFO("between pattern " << bits << " and the next");
        REQUIRE(rounds_to<TestType>(tie, even));
        REQUIRE(rounds_to<TestType>(std::nextafter(tie, 0.0), bits));
        REQUIRE(rounds_to<TestType>(std::nextafter(tie, endless), bits + 1));
        const auto narrow_tie = static_cast<float>(tie);
        if (static_cast<double>(narrow_tie) != tie) continue;  // below the least float
        REQUIRE(rounds_to<TestType>(static_cast<double>(std::nextafter(narrow_tie, 0.0F)), bits));
        if (tie < static_cast<double>(std::numeric_limits<float>::max()))
            REQUIRE(rounds_to<TestType>(static_cast<double>(std::nextafter(narrow_tie, 2 * narrow_tie)), bits + 1));
    }
    CHECK(rounds_to<TestType>(endless, infinity<TestType>));
    CHECK(rounds_to<TestType>(std::numeric_limits<double>::max(), infinity<TestType>));
    CHECK(rounds_to<TestType>(std::numeric_limits<double>::denorm_min(), 0));
    CHECK(std::isnan(static_cast<float>(TestType(std::numeric_limits<double>::quiet_NaN()))));
    CHECK(TestType(std::numeric_limits<float>::signaling_NaN()).bits > infinity<TestType>);
}

namespace {
constexpr auto h = tensor<"h[i]", float16>;
constexpr auto b = tensor<"b[i]", bfloat16>;
constexpr auto f = tensor<"f[i]">;
constexpr auto d = tensor<"d[i]", double>;
constexpr auto beta = scalar<"beta">;
constexpr auto half_beta = scalar<"half_beta", float16>;

template <expression... E>
constexpr element type_of_first(const E&... e) {
    return lower(e...).outputs[0].type;
}
}  // namespace

TEST_CASE("results have the promoted type of the tensors, gradients that of their variable") {
    STATIC_REQUIRE(type_of_first(exp(h)) == element::float16);
    STATIC_REQUIRE(type_of_first(mean(b * b)) == element::bfloat16);
    STATIC_REQUIRE(type_of_first(h * b) == element::float32);
    STATIC_REQUIRE(type_of_first(h * f) == element::float32);
    STATIC_REQUIRE(type_of_first(b * d) == element::float64);
    STATIC_REQUIRE(type_of_first(h, f) == element::float32);
    STATIC_REQUIRE(type_of_first(h * 0.1) == element::float16);
    STATIC_REQUIRE(type_of_first(h * beta) == element::float16);
    STATIC_REQUIRE(type_of_first(f * half_beta) == element::float32);
    STATIC_REQUIRE(type_of_first(exp(half_beta)) == element::float16);
    STATIC_REQUIRE(type_of_first(grad(sum(h * f), h)) == element::float16);
    STATIC_REQUIRE(type_of_first(grad(sum(h * f), f)) == element::float32);
    STATIC_REQUIRE(type_of_first(grad(sum(h * beta), beta)) == element::float32);
}

TEST_CASE("arithmetic is float32 for storage types, float64 beside float64") {
    STATIC_REQUIRE(arithmetic_of(lower(exp(h))) == element::float32);
    STATIC_REQUIRE(arithmetic_of(lower(h * b)) == element::float32);
    STATIC_REQUIRE(arithmetic_of(lower(h * d)) == element::float64);
}

TEST_CASE("a graph's text names the storage types and reads back") {
    const graph g = lower(h * b, grad(sum(h * b), b));
    const auto text = to_text(g);
    CHECK_THAT(std::string(text.view()), Catch::Matchers::Contains("input h[i] tensor float16") &&
                                             Catch::Matchers::Contains("input b[i] tensor bfloat16"));
    CHECK(read_graph(text.view()).hash == g.hash);
}

TEST_CASE("the interpreter takes storage types as numbers and in ranges") {
    const std::vector<float16> values{float16(0.5), float16(-3)};
    const auto doubled = evaluate(2 * h, h = values);
    CHECK(doubled[0] == 1);
    CHECK(doubled[1] == -6);
    CHECK(evaluate(half_beta + 1, half_beta = float16(0.25)) == 1.25);
}
