// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The verifier: runs an expression through the JIT and through the interpreter in float64 on the same
// arguments and compares every element. tests/library/compare.test.cpp shows that it can fail.
#pragma once

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include <gradus/gradus.hpp>

namespace gradus::testing {

/// What two results may differ by: a number of ULP of the kernel's type, and a part of `scale`, the
/// size of the terms that were added up.
struct tolerance {
    double ulp = 4;
    double scale = 0;
};

template <class T>
double ulp_of(double value) {
    const double size = std::max(std::abs(value), static_cast<double>(std::numeric_limits<T>::min()));
    return std::ldexp(1.0, std::ilogb(size) - std::numeric_limits<T>::digits + 1);
}

/// Whether a kernel's value agrees with the oracle's: NaN with NaN, infinities exactly.
template <class T>
bool agrees(T got, double expected, tolerance allowed) {
    if (std::isnan(expected)) return std::isnan(got);
    if (std::abs(expected) > static_cast<double>(std::numeric_limits<T>::max()))
        return got == std::copysign(std::numeric_limits<T>::infinity(), static_cast<T>(expected > 0 ? 1 : -1));
    if (!std::isfinite(static_cast<double>(got))) return false;
    return std::abs(static_cast<double>(got) - expected) <= allowed.ulp * ulp_of<T>(expected) + allowed.scale;
}

/// The first disagreement in words; empty if there is none.
template <class T>
std::string difference(const T* got, std::size_t size, const vec<double>& expected, tolerance allowed) {
    std::ostringstream out;
    out.precision(17);
    if (size != expected.size()) {
        out << "sizes differ: " << size << " and " << expected.size();
        return out.str();
    }
    for (std::size_t i = 0; i < size; ++i)
        if (!agrees(got[i], expected[i], allowed)) {
            out << "element " << i << ": kernel " << got[i] << ", interpreter " << expected[i] << ", "
                << (static_cast<double>(got[i]) - expected[i]) / ulp_of<T>(expected[i]) << " ulp";
            return out.str();
        }
    return {};
}

/// Compares jit(e) with the interpreter; empty if they agree.
template <expression E, class... Argument>
std::string compare(const E& e, tolerance allowed, const Argument&... argument) {
    const auto got = jit(e)(argument...);
    const auto expected = evaluate(e, argument...);
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(got)>>) {
        vec<double> one;
        one.push_back(static_cast<double>(expected));
        return difference(&got, 1, one, allowed);
    } else {
        return difference(got.data(), got.size(), expected.data, allowed);
    }
}

/// Repeatable numbers between low and high.
template <class T>
std::vector<T> numbers(std::size_t count, double low, double high, std::uint64_t seed = 1) {
    std::vector<T> values(count);
    std::uint64_t state = seed * 0x9e3779b97f4a7c15u;
    for (T& value : values) {
        state = mix(state, 1);
        value = static_cast<T>(low + (high - low) * static_cast<double>(state >> 11) * 0x1p-53);
    }
    return values;
}

}  // namespace gradus::testing
