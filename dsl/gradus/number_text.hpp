// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shortest decimal that reads back to the same float64, in constant evaluation and at run time.
// Method: the exact free-format algorithm of Steele and White (1990) in integers of a few limbs.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <gradus/text.hpp>

namespace gradus {
namespace detail {

/// A whole number below 2^1280.
class big_number {
public:
    constexpr explicit big_number(std::uint64_t value) {
        limbs_[0] = static_cast<std::uint32_t>(value);
        limbs_[1] = static_cast<std::uint32_t>(value >> 32);
        size_ = limbs_[1] != 0 ? 2 : 1;
    }
    constexpr void multiply(std::uint32_t factor) {
        std::uint64_t carry = 0;
        for (int i = 0; i < size_; ++i) {
            carry += std::uint64_t{limbs_[static_cast<std::size_t>(i)]} * factor;
            limbs_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry != 0) limbs_[static_cast<std::size_t>(size_++)] = static_cast<std::uint32_t>(carry);
    }
    constexpr void shift_left(int bits) {
        for (; bits >= 31; bits -= 31) multiply(std::uint32_t{1} << 31);
        multiply(std::uint32_t{1} << bits);
    }
    constexpr void subtract(const big_number& other) {
        std::int64_t borrow = 0;
        for (int i = 0; i < size_; ++i) {
            borrow += std::int64_t{limb(i)} - other.limb(i);
            limbs_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(borrow);
            borrow >>= 32;
        }
        while (size_ > 1 && limb(size_ - 1) == 0) --size_;
    }
    constexpr big_number plus(const big_number& other) const {
        big_number sum = *this;
        std::uint64_t carry = 0;
        sum.size_ = size_ > other.size_ ? size_ : other.size_;
        for (int i = 0; i < sum.size_; ++i) {
            carry += std::uint64_t{limb(i)} + other.limb(i);
            sum.limbs_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry != 0) sum.limbs_[static_cast<std::size_t>(sum.size_++)] = static_cast<std::uint32_t>(carry);
        return sum;
    }
    /// Below 0, 0, above 0: less, equal, greater.
    constexpr int compare(const big_number& other) const {
        for (int i = size_ > other.size_ ? size_ : other.size_; i-- > 0;)
            if (limb(i) != other.limb(i)) return limb(i) < other.limb(i) ? -1 : 1;
        return 0;
    }

private:
    constexpr std::uint32_t limb(int i) const { return i < size_ ? limbs_[static_cast<std::size_t>(i)] : 0; }
    std::array<std::uint32_t, 40> limbs_{};
    int size_ = 1;
};

/// value = 0.d1 d2 d3 … · 10^point
struct decimal_digits {
    std::array<char, 20> digit{};
    int count = 0;
    int point = 0;
};

constexpr decimal_digits shortest_digits(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const int biased = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & 0xfffffffffffff;
    const std::uint64_t significand = biased == 0 ? fraction : fraction | std::uint64_t{1} << 52;
    const int exponent = (biased == 0 ? 1 : biased) - 1075;
    const bool even = significand % 2 == 0;
    const bool narrow_below = fraction == 0 && biased > 1;  // the gap below a power of two is half as wide
    // value = rest / unit; half the gaps to the neighbours are above / unit and below / unit.
    big_number rest(significand), unit(1), above(1), below(1);
    const int scale = narrow_below ? 2 : 1;
    rest.shift_left((exponent > 0 ? exponent : 0) + scale);
    unit.shift_left((exponent < 0 ? -exponent : 0) + scale);
    above.shift_left((exponent > 0 ? exponent : 0) + scale - 1);
    below.shift_left(exponent > 0 ? exponent : 0);
    decimal_digits out;
    const auto too_large = [&] { return rest.plus(above).compare(unit) >= (even ? 0 : 1); };
    while (too_large()) {
        unit.multiply(10);
        ++out.point;
    }
    const auto times_ten = [&] {
        rest.multiply(10);
        above.multiply(10);
        below.multiply(10);
    };
    while (true) {
        times_ten();
        if (out.count > 0 || too_large()) break;
        --out.point;
    }
    while (true) {
        char digit = '0';
        while (rest.compare(unit) >= 0) {
            rest.subtract(unit);
            ++digit;
        }
        const bool low = rest.compare(below) < (even ? 1 : 0);
        const bool high = rest.plus(above).compare(unit) >= (even ? 0 : 1);
        if (low || high) {
            big_number twice = rest;
            twice.multiply(2);
            if (high && (!low || twice.compare(unit) >= 0)) ++digit;
            out.digit[static_cast<std::size_t>(out.count++)] = digit;
            return out;
        }
        out.digit[static_cast<std::size_t>(out.count++)] = digit;
        times_ten();
    }
}

}  // namespace detail

/// The shortest text that reads back to the same value: 2, 0.1, 1e+300, -inf, nan.
constexpr text number_text(double value) {
    if (value != value) return "nan";
    text out;
    if (std::bit_cast<std::uint64_t>(value) >> 63 != 0) out << '-';
    if (value == 0) return out << '0';
    if (value == __builtin_inf() || value == -__builtin_inf()) return out << "inf";
    if (value > -1e15 && value < 1e15 && static_cast<double>(static_cast<std::int64_t>(value)) == value) {
        const auto whole = static_cast<std::int64_t>(value);
        return out << static_cast<std::uint64_t>(whole < 0 ? -whole : whole);
    }
    const detail::decimal_digits d = detail::shortest_digits(value < 0 ? -value : value);
    const auto digits = [&](int first, int last) {
        for (int i = first; i < last; ++i) out << (i < d.count ? d.digit[static_cast<std::size_t>(i)] : '0');
    };
    if (d.point > 21 || d.point < -5) {
        digits(0, 1);
        if (d.count > 1) out << '.';
        digits(1, d.count);
        return out << "e" << (d.point > 0 ? "+" : "") << d.point - 1;
    }
    if (d.point <= 0) {
        out << "0.";
        for (int i = d.point; i < 0; ++i) out << '0';
        digits(0, d.count);
        return out;
    }
    digits(0, d.point);
    if (d.count > d.point) out << '.';
    digits(d.point, d.count);
    return out;
}

}  // namespace gradus
