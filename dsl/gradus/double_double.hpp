// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Unevaluated sums of two doubles, about 106 bits: what portable_math.hpp carries where one double
// would cost a digit. Invariant: |lo| <= ulp(hi) / 2. Valid where no product overflows or underflows.
// Source: T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
#pragma once

namespace gradus::math::portable {

struct double_double {
    double hi = 0;
    double lo = 0;

    constexpr double rounded() const { return hi + lo; }
};

/// a + b exactly, for |a| >= |b| or a = 0.
constexpr double_double quick_sum(double a, double b) {
    const double sum = a + b;
    return {sum, b - (sum - a)};
}

/// a + b exactly.
constexpr double_double sum(double a, double b) {
    const double total = a + b;
    const double part = total - a;
    return {total, (a - (total - part)) + (b - part)};
}

constexpr double_double sum(double_double a, double_double b) {
    const double_double high = sum(a.hi, b.hi);
    return quick_sum(high.hi, high.lo + (a.lo + b.lo));
}

/// The upper 26 bits of a.
constexpr double upper_half(double a) {
    const double shifted = 134217729.0 * a;  // 2^27 + 1
    return shifted - (shifted - a);
}

/// a·b exactly.
constexpr double_double product(double a, double b) {
    const double rounded = a * b;
    const double a_high = upper_half(a), a_low = a - a_high;
    const double b_high = upper_half(b), b_low = b - b_high;
    return {rounded, ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

constexpr double_double product(double_double a, double_double b) {
    const double_double high = product(a.hi, b.hi);
    return quick_sum(high.hi, high.lo + (a.hi * b.lo + a.lo * b.hi));
}

constexpr double_double quotient(double_double a, double_double b) {
    const double first = a.hi / b.hi;
    const double_double back = product(first, b.hi);
    return quick_sum(first, ((a.hi - back.hi) - back.lo + a.lo - first * b.lo) / b.hi);
}

}  // namespace gradus::math::portable
