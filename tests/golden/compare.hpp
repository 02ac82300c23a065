// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a kernel may differ from the reference by.
//
// float64   1e-13 + 1e-12 |ref|; 1e-10 |ref| where more than 100 terms are added up.
// float32   4 ULP of the float64 value + 1e-7 of the row's scale.
//
// The row's scale is the largest finite magnitude of what is added up to make the row: its reference values
// and the terms that the family of functions names (`result::terms`). It is never taken below 1e-6, where the
// part is 1e-13, since the reference itself is only right to that. NaN and infinities are compared exactly,
// after the reference was rounded to the kernel's type; zeros by ==, whatever their sign.
//
// Rounding to float32 can move a number across the kink of a function (a cosine just below the margin becomes the
// margin). `crosses_jump` recognises this by PyTorch's float32 run, and only where the two sides lie 0.1% of
// the scale apart; it never widens a tolerance.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tensor.hpp"

namespace gradus::golden {

enum class precision { float32, float64 };
inline constexpr const char* name_of(precision p) { return p == precision::float32 ? "float32" : "float64"; }
template <class T>
inline constexpr precision precision_of = sizeof(T) == 4 ? precision::float32 : precision::float64;

/// The rows of a tensor seen as [outer, extent, inner]: elements along `extent` form a row.
struct row_layout {
    std::int64_t extent = 1, inner = 1;
    std::size_t row_of(std::size_t flat) const {
        const auto i = static_cast<std::int64_t>(flat);
        return static_cast<std::size_t>(i / (extent * inner) * inner + i % inner);
    }
};

/// What a kernel gave for one entry ("outputs.y", "grads.x"), and how it is to be judged.
struct result {
    std::vector<double> values;
    row_layout rows;
    std::vector<double> terms;  ///< for each row, the size of what is added up in it; or one for all; or none
    std::int64_t summed = 1;    ///< the number of terms of the largest sum
};

/// The distance between neighbours at a value, subnormal ones included.
double ulp_at(double value, precision p);
/// A value rounded to the type: beyond its largest number, infinite.
double rounded(double value, precision p);

/// How far one element is off: as a part of what is allowed (above 1: too far) and in ULP.
struct deviation {
    double part = 0, ulp = 0;
    bool agrees() const { return part <= 1; }
};
deviation deviation_of(double got, double expected, double allowed, precision p);

/// The scale of each row; infinite and NaN elements do not count.
std::vector<double> row_scales(const result& got, const tensor_data& expected);
double allowed_difference(double expected, double scale, std::int64_t summed, precision p);

/// Whether an element in float32 lies on the other side of a jump than the reference, as PyTorch's own float32 run
/// does: where rounding decides between two branches, both are right. `twin` is PyTorch's float32 value.
bool crosses_jump(double got, double expected, double twin, double scale);

/// The deviation of each element. Throws std::runtime_error if the sizes differ.
std::vector<deviation> compare(const result& got, const tensor_data& expected, precision p);

}  // namespace gradus::golden
