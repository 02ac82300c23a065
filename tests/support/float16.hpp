// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How far numbers of 16 bits lie from what they should be, counted in numbers of their format.
#pragma once

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/float16.hpp>

namespace gradus::testing {

template <storage_number T>
T number_of_bits(unsigned bits) {
    T number;
    number.bits = static_cast<std::uint16_t>(bits);
    return number;
}

/// All 2^16 numbers: every NaN, infinity, zero and subnormal among them.
template <storage_number T>
std::vector<T> every_number() {
    std::vector<T> all;
    for (unsigned bits = 0; bits < 0x10000U; ++bits) all.push_back(number_of_bits<T>(bits));
    return all;
}

/// The place in the order of numbers: neighbours, infinity behind the largest included, differ by 1; zeros are one.
template <storage_number T>
int place_of(T number) {
    const int magnitude = number.bits & 0x7fff;
    return (number.bits & 0x8000) != 0 ? -magnitude : magnitude;
}

/// How many numbers `got` is away from the one nearest to `exact`; the largest int if just one is NaN.
template <storage_number T>
int steps_from(T got, double exact) {
    const bool is_nan = std::isnan(static_cast<float>(got));
    if (is_nan || std::isnan(exact)) return is_nan && std::isnan(exact) ? 0 : std::numeric_limits<int>::max();
    return std::abs(place_of(got) - place_of(T(exact)));
}

/// The first element that is more than `allowed` numbers away, in words; empty if there is none.
template <class Results, class Exact>
std::string far_off(const Results& got, const Exact& exact, int allowed) {
    if (got.size() != exact.size()) return "sizes differ";
    for (std::size_t i = 0; i < exact.size(); ++i) {
        if (steps_from(got[i], static_cast<double>(exact[i])) <= allowed) continue;
        std::ostringstream out;
        out << "element " << i << ": kernel " << static_cast<float>(got[i]) << ", exact " << exact[i];
        return out.str();
    }
    return {};
}

}  // namespace gradus::testing
