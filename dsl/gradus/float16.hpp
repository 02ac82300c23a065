// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// float16 and bfloat16: numbers of 16 bits to keep data in. They have no arithmetic; kernels compute in float32 or
// wider what they read, and round once what they write.
//
//              sign, exponent, fraction   largest finite   least normal, subnormal   relative error of rounding
//   float16    1, 5, 10 bits              65504            2^-14, 2^-24              2^-11
//   bfloat16   1, 8, 7 bits               3.39e38          2^-126, 2^-133            2^-8
//
// In expressions (the rule is `promoted` in graph.hpp): tensors of one type give results of that type, means and sums
// included; float16 with bfloat16, or either with float32, gives float32; anything with float64 gives float64.
// scalar<"beta"> of float32 widens no tensor. A gradient has the type of its variable.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace gradus {
namespace detail {

/// The bits of `value` in an IEEE format of 16 bits, rounded once to nearest, ties to even; beyond the largest number
/// infinity; NaN a quiet NaN with its sign.
constexpr std::uint16_t bits_in_16(double value, int fraction_bits) {
    const int bias = (1 << (14 - fraction_bits)) - 1;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t infinity = ((std::uint64_t{1} << (15 - fraction_bits)) - 1) << fraction_bits;
    const std::uint64_t sign = bits >> 63 << 15, magnitude = bits & ~(std::uint64_t{1} << 63);
    const std::uint64_t hidden = std::uint64_t{1} << 52, fraction = magnitude & (hidden - 1);
    if (value != value)
        return static_cast<std::uint16_t>(sign | infinity | std::uint64_t{1} << (fraction_bits - 1) |
                                          fraction >> (52 - fraction_bits));
    // A normal number is (hidden + fraction) 2^(exponent - 52); steps of the result are 2^(scale - fraction_bits).
    const int exponent = static_cast<int>(magnitude >> 52) - 1023;
    const int scale = exponent > 1 - bias ? exponent : 1 - bias;
    const int dropped = 52 - fraction_bits + scale - exponent;
    if (dropped > 53) return static_cast<std::uint16_t>(sign);
    const std::uint64_t digits = hidden | fraction, rest = digits & ((std::uint64_t{1} << dropped) - 1);
    const std::uint64_t half = std::uint64_t{1} << (dropped - 1), below = digits >> dropped;
    const std::uint64_t rounded = below + (rest > half || (rest == half && (below & 1) != 0) ? 1 : 0);
    const std::uint64_t before = static_cast<std::uint64_t>(scale + bias - 1) << fraction_bits;
    return static_cast<std::uint16_t>(sign | (before + rounded < infinity ? before + rounded : infinity));
}

}  // namespace detail

/// IEEE binary16. Conversion to it rounds once, to nearest, ties to even, to infinity beyond the range; from it is
/// exact.
struct float16 {
    std::uint16_t bits;

    float16() = default;
    template <class T>
        requires std::is_arithmetic_v<T>
    constexpr explicit float16(T value) : bits(detail::bits_in_16(static_cast<double>(value), 10)) {}

    constexpr explicit operator float() const {
        const std::uint32_t sign = (bits & 0x8000U) << 16, exponent = bits >> 10 & 31U, fraction = bits & 1023U;
        if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000U | fraction << 13);
        if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return sign != 0 ? -magnitude : magnitude;
    }
    constexpr explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }
    /// As numbers: NaN equals nothing, zeros of both signs are equal.
    friend constexpr bool operator==(float16 a, float16 b) { return static_cast<float>(a) == static_cast<float>(b); }
};

/// The upper half of a float32. Conversion to it rounds once, to nearest, ties to even, to infinity beyond the range;
/// from it is exact.
struct bfloat16 {
    std::uint16_t bits;

    bfloat16() = default;
    template <class T>
        requires std::is_arithmetic_v<T>
    constexpr explicit bfloat16(T value) : bits(detail::bits_in_16(static_cast<double>(value), 7)) {}

    constexpr explicit operator float() const {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
    }
    constexpr explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }
    /// As numbers: NaN equals nothing, zeros of both signs are equal.
    friend constexpr bool operator==(bfloat16 a, bfloat16 b) { return static_cast<float>(a) == static_cast<float>(b); }
};

template <class T>
concept storage_number = std::same_as<T, float16> || std::same_as<T, bfloat16>;

/// One number, not an array of them.
template <class T>
inline constexpr bool is_number = std::is_arithmetic_v<T> || storage_number<T>;

}  // namespace gradus
