// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Interval arithmetic: `image(op, a, b, c)` contains what a primitive makes of values in its operands' intervals,
// NaN aside. Ends are computed in float64 and rounded to nearest: they are true up to the rounding errors of the
// operations that gave them, and exact where these are. What overflows or underflows stays on its side of
// infinity and zero. Infinity as an end stands for a limit.
#pragma once

#include <gradus/primitive.hpp>

namespace gradus {

/// The numbers from low to high, infinity included; empty if low > high.
struct interval {
    double low = -__builtin_inf();
    double high = __builtin_inf();

    constexpr bool empty() const { return low > high; }
    constexpr bool contains(double value) const { return low <= value && value <= high; }
    constexpr bool is_point() const { return low == high; }
    friend constexpr bool operator==(const interval&, const interval&) = default;
};

namespace detail {

inline constexpr double largest_number = 0x1.fffffffffffffp1023, smallest_number = 0x1p-1074;
inline constexpr interval everything{}, nothing{infinity, -infinity}, truth_values{0, 1};

constexpr interval point(double value) { return {value, value}; }
constexpr interval hull(interval a, interval b) {
    return {a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}
constexpr interval common(interval a, interval b) {
    return {a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
}
/// Both enclose the same values; where rounding sets them apart, what lies between.
constexpr interval narrowed(interval a, interval b) {
    const interval c = common(a, b);
    if (a.empty() || b.empty()) return nothing;
    return c.empty() ? interval{c.high, c.low} : c;
}
constexpr interval negated(interval a) { return {-a.high, -a.low}; }
constexpr interval absolute(interval a) {
    if (a.low >= 0) return a;
    if (a.high <= 0) return negated(a);
    return {0, -a.low > a.high ? -a.low : a.high};
}
constexpr interval either_way(double a, double b) { return a < b ? interval{a, b} : interval{b, a}; }
constexpr interval not_nan(double low, double high) {
    return {math::isnan(low) ? -infinity : low, math::isnan(high) ? infinity : high};
}

constexpr interval sum(interval a, interval b) { return not_nan(math::add(a.low, b.low), math::add(a.high, b.high)); }
/// The product of two ends: 0 · ∞ is 0, since a finite number as large as you like is meant, unless a value is
/// infinite for sure.
constexpr double product_of_ends(double a, double b) { return a == 0 || b == 0 ? 0 : math::mul(a, b); }
constexpr bool is_limit(interval a) { return a.is_point() && (a.low == infinity || a.low == -infinity); }
constexpr interval product(interval a, interval b) {
    if ((is_limit(a) && b.contains(0)) || (is_limit(b) && a.contains(0))) return everything;
    const interval first = either_way(product_of_ends(a.low, b.low), product_of_ends(a.low, b.high));
    const interval second = either_way(product_of_ends(a.high, b.low), product_of_ends(a.high, b.high));
    return hull(first, second);
}
constexpr interval quotient(interval a, interval b) {
    if (is_limit(a) && (b.low == -infinity || b.high == infinity)) return everything;
    if (b.is_point() && b.low != 0) {
        const interval ends = not_nan(math::div(a.low, b.low), math::div(a.high, b.low));
        return b.low > 0 ? ends : interval{ends.high, ends.low};
    }
    if ((b.low < 0 && b.high > 0) || b == point(0)) return everything;
    if (b.high <= 0) return negated(quotient(a, negated(b)));
    const double least = b.high == infinity ? 0 : math::div(1, b.high);
    const interval reciprocal{least, b.low == 0 ? infinity : math::div(1, b.low)};
    return product(a, reciprocal);
}

/// A rising function, on its domain.
constexpr interval rising(op code, interval a, double from = -infinity) {
    if (a.high < from) return nothing;
    const auto at = [&](double value) { return about(code).value(value, 0, 0); };
    const double high = at(a.high);
    interval image{a.is_point() ? high : at(a.low < from ? from : a.low), high};
    if (image.low == infinity && a.low < infinity) image.low = largest_number;
    if (image.high == 0 && image.low == 0 && a.high > -infinity && code != op::floor && a.high < 0)
        image.high = smallest_number;
    return image;
}
/// A falling function that vanishes at infinity only.
constexpr interval falling(op code, interval a) {
    const auto at = [&](double value) { return about(code).value(value, 0, 0); };
    const double high = at(a.low);
    return {at(a.high), high == 0 && a.low < infinity ? smallest_number : high};
}
/// sin and cos: monotone between the multiples of π, moved by `crest`.
constexpr interval wave(op code, interval a, double crest) {
    constexpr double pi = 3.141592653589793;
    if (!(a.low > -1e9 && a.high < 1e9)) return {-1, 1};
    if (math::floor((a.low - crest) / pi) != math::floor((a.high - crest) / pi)) return {-1, 1};
    return either_way(about(code).value(a.low, 0, 0), about(code).value(a.high, 0, 0));
}
constexpr interval power(interval a, interval b) {
    const bool whole = b.is_point() && math::floor(b.low) == b.low && is_finite(b.low);
    if (!b.is_point() || !(whole || a.low >= 0)) return a.low >= 0 ? interval{0, infinity} : everything;
    const bool even = whole && math::floor(b.low / 2) * 2 == b.low;
    const interval base = even ? absolute(a) : a;
    if (b.low < 0 && base.low <= 0 && base.high >= 0) return even || base.low == 0 ? interval{0, infinity} : everything;
    return either_way(math::pow(base.low, b.low), math::pow(base.high, b.low));
}
constexpr interval compared(op code, interval a, interval b) {
    const auto decided = [](bool always, bool never) { return always ? point(1) : never ? point(0) : truth_values; };
    switch (code) {
        case op::less: return decided(a.high < b.low, a.low >= b.high);
        case op::less_equal: return decided(a.high <= b.low, a.low > b.high);
        case op::greater: return decided(a.low > b.high, a.high <= b.low);
        case op::greater_equal: return decided(a.low >= b.high, a.high < b.low);
        case op::equal: return decided(a.is_point() && a == b, common(a, b).empty());
        default: return decided(common(a, b).empty(), a.is_point() && a == b);
    }
}
constexpr interval logic(op code, interval a, interval b) {
    const auto truth = [](interval v) { return v == point(0) ? point(0) : v.contains(0) ? truth_values : point(1); };
    const interval x = truth(a), y = truth(b);
    if (code == op::logical_and) return {x.low < y.low ? x.low : y.low, x.high < y.high ? x.high : y.high};
    return {x.low > y.low ? x.low : y.low, x.high > y.high ? x.high : y.high};
}
constexpr interval negation(interval a) { return a == point(0) ? point(1) : a.contains(0) ? truth_values : point(0); }
constexpr interval selected(interval condition, interval a, interval b) {
    if (condition == point(0)) return b;
    return condition.contains(0) ? hull(a, b) : a;
}
constexpr interval bell(interval a) {
    const interval size = absolute(a);
    return {math::normal_pdf(size.high), math::normal_pdf(size.low)};
}

/// What a pointwise primitive makes of its operands.
constexpr interval image(op code, interval a, interval b, interval c) {
    switch (code) {
        case op::neg: return negated(a);
        case op::abs: return absolute(a);
        case op::log:
        case op::log2:
        case op::sqrt: return rising(code, a, 0);
        case op::log1p: return rising(code, a, -1);
        case op::sign:
        case op::exp:
        case op::exp2:
        case op::expm1:
        case op::tanh:
        case op::sigmoid:
        case op::softplus:
        case op::erf:
        case op::normal_cdf:
        case op::tanhshrink:
        case op::softsign:
        case op::floor: return rising(code, a);
        case op::erfc: return falling(code, a);
        case op::normal_pdf: return bell(a);
        case op::sin: return wave(code, a, 1.5707963267948966);
        case op::cos: return wave(code, a, 0);
        case op::isnan: return truth_values;
        case op::logical_not: return negation(a);
        case op::add: return sum(a, b);
        case op::sub: return sum(a, negated(b));
        case op::mul: return product(a, b);
        case op::scaled: return a == point(0) ? a : product(a, b);
        case op::div: return quotient(a, b);
        case op::pow: return power(a, b);
        case op::min: return {a.low < b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
        case op::max: return {a.low > b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
        case op::less:
        case op::less_equal:
        case op::greater:
        case op::greater_equal:
        case op::equal:
        case op::not_equal: return compared(code, a, b);
        case op::logical_and:
        case op::logical_or: return logic(code, a, b);
        case op::where: return selected(a, b, c);
        case op::stop_gradient:
        case op::custom_gradient: return a;
        default: return everything;
    }
}

}  // namespace detail
}  // namespace gradus
