// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The error of a floating-point number in ULP of the exact value, which comes in a wider type.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

namespace gradus::testing {

/// The distance of neighbouring numbers of type T at |x|.
template <class T, std::floating_point Real>
Real ulp_at(Real x) {
    constexpr int least = std::numeric_limits<T>::min_exponent - 1, steps = std::numeric_limits<T>::digits - 1;
    if constexpr (std::same_as<Real, double> && std::same_as<T, float>) {  // the same on the bits, for billions of x
        const auto field = static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7ff);
        return std::bit_cast<double>(static_cast<std::uint64_t>(std::max(field, 1023 + least) - steps) << 52);
    } else {
        return std::ldexp(Real(1), std::max(std::ilogb(x), least) - steps);
    }
}

/// The error of `got` in ULP of the exact value; infinity where only one is NaN or infinite, or a zero has
/// the wrong sign. Infinity for an overflowing exact value is right.
template <class T, std::floating_point Real>
Real error_of(T got, Real exact) {
    constexpr Real wrong = std::numeric_limits<Real>::infinity();
    if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) == std::isnan(got) ? 0 : wrong;
    if (exact == 0) return got == 0 && std::signbit(got) == std::signbit(exact) ? 0 : wrong;
    if (std::isinf(exact)) return static_cast<Real>(got) == exact ? 0 : wrong;
    const Real power = std::ldexp(Real(1), std::numeric_limits<T>::max_exponent);
    const Real value = std::isinf(got) ? std::copysign(power, static_cast<Real>(got)) : static_cast<Real>(got);
    const Real capped = std::clamp(exact, -power, power);
    return std::fabs(value - capped) / ulp_at<T>(std::clamp(exact, -power / 2, power / 2));
}

}  // namespace gradus::testing
