// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Float64 arrays: what the interpreter takes and gives.
#pragma once

#include <cstdint>
#include <stdexcept>

#include <gradus/vec.hpp>

namespace gradus {

/// Values with extents, row-major.
struct ndarray {
    vec<std::int64_t> extents;
    vec<double> data;

    constexpr std::size_t size() const { return data.size(); }
    constexpr const double* begin() const { return data.begin(); }
    constexpr const double* end() const { return data.end(); }
    constexpr double operator[](std::size_t i) const { return data[i]; }
    /// The element, of an array with one; throws std::logic_error for any other.
    constexpr operator double() const {
        if (data.size() != 1) throw std::logic_error("gradus: only an array of one element is a number");
        return data[0];
    }
};

/// What an input is bound to: extents in the order of its declared axes, "..." being any number of
/// them in its place; a random stream is bound to its seed. Without extents and data: not given.
struct bound {
    vec<std::int64_t> extents;
    vec<double> data;
    std::uint64_t seed = 0;
};

}  // namespace gradus
