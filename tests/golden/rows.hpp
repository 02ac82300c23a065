// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Data with a class axis as a kernel sees it: [outer, class, inner], or [outer, class] where the class axis
// is the last one, so that contiguous and strided rows are both met. And the size of what a row adds up.
#pragma once

#include <algorithm>
#include <cmath>

#include <gradus/gradus.hpp>

#include "compare.hpp"

namespace gradus::golden {

/// Views with the class axis, and of one element a row.
struct contiguous_rows {
    split_shape parts;
    template <class T>
    auto elements(const std::vector<T>& data) const {
        return view(data, {parts.outer, parts.extent});
    }
    template <class T>
    auto rows(const std::vector<T>& data) const {
        return view(data, {parts.outer});
    }
};
struct strided_rows {
    split_shape parts;
    template <class T>
    auto elements(const std::vector<T>& data) const {
        return view(data, {parts.outer, parts.extent, parts.inner});
    }
    template <class T>
    auto rows(const std::vector<T>& data) const {
        return view(data, {parts.outer, parts.inner});
    }
};

/// then(layout), with the layout that the shape has.
template <class Then>
auto in_layout(const split_shape& parts, const Then& then) {
    return parts.inner == 1 ? then(contiguous_rows{parts}) : then(strided_rows{parts});
}

inline row_layout layout_of(const split_shape& parts) { return {parts.extent, parts.inner}; }
/// All elements as one row.
inline row_layout one_row(std::size_t size) { return {std::max<std::int64_t>(static_cast<std::int64_t>(size), 1), 1}; }

/// The larger of a magnitude and that of a value, if the value is finite.
inline double larger(double magnitude, double value) {
    return std::isfinite(value) ? std::max(magnitude, std::abs(value)) : magnitude;
}
/// The largest finite magnitude in each row.
inline std::vector<double> row_magnitudes(const std::vector<double>& data, row_layout rows) {
    std::vector<double> largest;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t row = rows.row_of(i);
        if (row >= largest.size()) largest.resize(row + 1, 0.0);
        largest[row] = larger(largest[row], data[i]);
    }
    return largest;
}
/// The largest finite magnitude of all.
inline double magnitude(const std::vector<double>& data) {
    double largest = 0;
    for (const double value : data) largest = larger(largest, value);
    return largest;
}

}  // namespace gradus::golden
