// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compare.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gradus::golden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
double ulp_in(double value) {
    using limits = std::numeric_limits<T>;
    const double size =
        std::clamp(std::abs(value), static_cast<double>(limits::min()), static_cast<double>(limits::max()));
    return std::ldexp(1.0, std::ilogb(size) - limits::digits + 1);
}

}  // namespace

double ulp_at(double value, precision p) {
    return p == precision::float32 ? ulp_in<float>(value) : ulp_in<double>(value);
}

double rounded(double value, precision p) {
    return p == precision::float32 ? static_cast<double>(static_cast<float>(value)) : value;
}

deviation deviation_of(double got, double expected, double allowed, precision p) {
    const double target = rounded(expected, p);
    if (std::isnan(target) || std::isinf(target)) {
        const bool same = std::isnan(target) ? std::isnan(got) : got == target;
        return same ? deviation{} : deviation{infinity, infinity};
    }
    if (!std::isfinite(got)) return {infinity, infinity};
    const double off = std::abs(got - expected);
    return {off == 0 ? 0 : off / allowed, off / ulp_at(expected, p)};
}

std::vector<double> row_scales(const result& got, const tensor_data& expected) {
    constexpr double smallest = 1e-6;
    std::vector<double> scales;
    const auto widen = [&](std::size_t row, double value) {
        if (row >= scales.size()) scales.resize(row + 1, smallest);
        if (std::isfinite(value)) scales[row] = std::max(scales[row], std::abs(value));
    };
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::size_t row = got.rows.row_of(i);
        widen(row, expected.data[i]);
        if (!got.terms.empty()) widen(row, got.terms.size() == 1 ? got.terms[0] : got.terms.at(row));
    }
    return scales;
}

double allowed_difference(double expected, double scale, std::int64_t summed, precision p) {
    if (p == precision::float64) return 1e-13 + (summed > 100 ? 1e-10 : 1e-12) * std::abs(expected);
    return 4 * ulp_at(expected, p) + 1e-7 * scale;
}

bool crosses_jump(double got, double expected, double twin, double scale) {
    if (!std::isfinite(got) || !std::isfinite(expected) || !std::isfinite(twin)) return false;
    if (std::abs(twin - expected) < 1e-3 * std::max(scale, std::abs(twin))) return false;
    const double allowed = allowed_difference(twin, std::max(scale, std::abs(twin)), 1, precision::float32);
    return deviation_of(got, twin, allowed, precision::float32).agrees();
}

std::vector<deviation> compare(const result& got, const tensor_data& expected, precision p) {
    if (got.values.size() != expected.size())
        throw std::runtime_error("the kernel gave " + std::to_string(got.values.size()) +
                                 " elements, the reference has " + std::to_string(expected.size()));
    const std::vector<double> scales = row_scales(got, expected);
    std::vector<deviation> deviations;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double reference = expected.data[i];
        const double allowed = allowed_difference(reference, scales[got.rows.row_of(i)], got.summed, p);
        deviations.push_back(deviation_of(got.values[i], reference, allowed, p));
    }
    return deviations;
}

}  // namespace gradus::golden
