// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <cmath>
namespace gradus::math {
constexpr double exp(double x) { return __builtin_exp(x); }
constexpr double expm1(double x) { return __builtin_expm1(x); }
constexpr double log(double x) { return __builtin_log(x); }
constexpr double log1p(double x) { return __builtin_log1p(x); }
constexpr double sqrt(double x) { return __builtin_sqrt(x); }
constexpr double tanh(double x) { return __builtin_tanh(x); }
constexpr double erf(double x) { return __builtin_erf(x); }
constexpr double sin(double x) { return __builtin_sin(x); }
constexpr double cos(double x) { return __builtin_cos(x); }
constexpr double floor(double x) { return __builtin_floor(x); }
constexpr double pow(double x, double y) { return __builtin_pow(x, y); }
constexpr double abs(double x) { return __builtin_fabs(x); }
constexpr bool isnan(double x) { return x != x; }
constexpr double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
constexpr double max(double a, double b) { return isnan(a) || isnan(b) ? a + b : a > b ? a : b > a ? b : a + b == 0 ? a + b : a; }
constexpr double min(double a, double b) { return isnan(a) || isnan(b) ? a + b : a < b ? a : b < a ? b : a; }
constexpr double sigmoid(double x) {
    const double z = exp(-abs(x));
    return (x >= 0 ? 1.0 : z) / (1.0 + z) + (isnan(x) ? x : 0.0);
}
constexpr double softplus(double x) { return max(x, 0.0) + log1p(exp(-abs(x))); }
}  // namespace gradus::math
