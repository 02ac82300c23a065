// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tables that the cores ask for. In double there are two: a full one, and a `_short` one for doubles
// that will be rounded to float, whose error is below 2^-36.
#include "tables.hpp"

namespace gradus::coefficients {
namespace {

real itself(const real& x) { return x; }
real square(const real& x) { return x * x; }

// In r: e^r = 1 + r + r^2 P(r).
real exp_tail(const real& r) { return (exp(r) - 1 - r) / (r * r); }
real exp_weight(const real& r) { return r * r / (exp(r) - 1); }
// In r: 2^r = 1 + r P(r).
real exp2_tail(const real& r) { return (exp(r * ln2()) - 1) / r; }
real exp2_weight(const real& r) { return r * exp(-r * ln2()); }
// In f: log(1 + f) = f - f^2/2 + f^3 P(f), or f + f^2 P(f).
real log_tail(const real& f) { return (log(1 + f) - f + f * f / 2) / (f * f * f); }
real log_weight(const real& f) { return f * f * f / log(1 + f); }
real log_short_tail(const real& f) { return (log(1 + f) - f) / (f * f); }
real log_short_weight(const real& f) { return f * f / log(1 + f); }
// In s: log((1 + s) / (1 - s)) / s without the first terms of its series in s^2.
real atanh_ratio(const real& s) { return log((1 + s) / (1 - s)) / s; }
real atanh_tail(const real& s) { return (atanh_ratio(s) - 2) / (s * s); }
real atanh_weight(const real& s) { return s * s / atanh_ratio(s); }
real atanh_tail_2(const real& s) { return (atanh_ratio(s) - 2 - 2 * s * s / 3) / pow(s, 4); }
real atanh_weight_2(const real& s) { return pow(s, 4) / atanh_ratio(s); }
// tanh x = x + x^3 P(x^2); x - tanh x = x^3 P(x^2).
real tanh_tail(const real& x) { return (tanh(x) / x - 1) / (x * x); }
real tanh_weight(const real& x) { return x * x * x / tanh(x); }
real shrink(const real& x) { return (x - tanh(x)) / (x * x * x); }
real shrink_weight(const real& x) { return 1 / shrink(x); }
// erf x = x + x P(x^2); erf(1 + t) = 1 - e^{Q(t)}.
real erf_tail(const real& x) { return erf_of(x) / x - 1; }
real erf_weight(const real& x) { return x / erf_of(x); }
real erfc_weight(const real& x) { return x / erfc_of(x); }
real log_erfc(const real& t) { return log(erfc_of(1 + t)); }
real log_erfc_weight(const real& t) { return erfc_of(1 + t) / (1 - erfc_of(1 + t)); }
// normal_cdf x = 1/2 + x P(x^2), by the smaller of the two sides.
real cdf_slope(const real& x) { return erf_of(x / sqrt(real(2))) / (2 * x); }
real cdf_weight(const real& x) { return x / (real(0.5) - erf_of(x / sqrt(real(2))) / 2); }
// In w = 1 / (y + 5/2): e^{y^2} erfc(y) = w P(w - 47/256), and the derivative in w.
real mills(const real& w) { return erfcx_of(1 / w - real(2.5)); }
real mills_ratio(const real& w) { return mills(w) / w; }
real mills_weight(const real& w) { return w / mills(w); }
real mills_slope(const real& w) {
    const real y = 1 / w - real(2.5);
    return (2 / sqrt(pi()) - 2 * y * erfcx_of(y)) / (w * w);
}
real mills_slope_weight(const real& w) { return w / mills(w); }
real from_middle(const real& w) { return w - real(0x1.78p-3); }
// sin r = r + r^3 S(r^2), cos r = 1 - r^2/2 + r^4 C(r^2).
real sin_tail(const real& r) { return (sin(r) / r - 1) / (r * r); }
real sin_weight(const real& r) { return r * r * r / sin(r); }
real cos_tail(const real& r) { return (cos(r) - 1 + r * r / 2) / pow(r, 4); }
real cos_weight(const real& r) { return pow(r, 4) / cos(r); }

}  // namespace

std::vector<fit> fits() {
    const real margin = 1 + real(1e-4);
    const real half_ln2 = ln2() / 2 * margin, half = real(0.5), quarter_pi = pi() / 4 * margin;
    const real near_zero = real(0.053);
    const real root2 = sqrt(real(2)), atanh_end = (root2 - 1) / (root2 + 1) * margin;
    const real log_low = (1 / root2 - 1) * margin, log_high = (root2 - 1) * margin;
    const real mills_low = real(1) / 30, mills_high = real(1) / 3;

    const std::string exps = "(e^r - 1 - r) / r^2 in r, |r| <= ln 2 / 2", exp_error = "|r^2 (P - f) / (e^r - 1)|";
    const std::string exp2s = "(2^r - 1) / r in r, |r| <= 1/2", exp2_error = "|r (P - f) / 2^r|";
    const std::string atanhs = " in s^2, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)";
    const std::string erfs = "erf(x) / x - 1 in x^2", cdfs = "(Phi(x) - 1/2) / x in x^2, |x| <= 0.71";
    const std::string cdf_error = "|x (P - f) / Phi(-|x|)|";
    const std::string mills_text = "e^{y^2} erfc(y) / w in w - 47/256, w = 1 / (y + 5/2), 1/2 <= y <= 27.5";
    const std::string shrinks = "(x - tanh x) / x^3 in x^2, |x| <= 1";
    const std::string sines = "(sin r / r - 1) / r^2 in r^2, |r| <= pi/4", sine_error = "|r^3 (P - f) / sin r|";
    const std::string cosines = "(cos r - 1 + r^2/2) / r^4 in r^2, |r| <= pi/4", cosine_error = "|r^4 (P - f) / cos r|";
    return {
        {"exp_float", exps, exp_error, 24, -half_ln2, half_ln2, 4, exp_tail, exp_weight, itself},
        {"expm1_float", exps, exp_error, 24, -half_ln2, half_ln2, 5, exp_tail, exp_weight, itself},
        {"exp_double", exps, exp_error, 53, -half_ln2, half_ln2, 10, exp_tail, exp_weight, itself},
        {"exp_short", exps, exp_error, 53, -half_ln2, half_ln2, 6, exp_tail, exp_weight, itself},
        {"exp_near_zero_float", "(e^r - 1 - r) / r^2 in r, |r| <= 0.053", exp_error, 24, -near_zero, near_zero, 2,
         exp_tail, exp_weight, itself},
        {"exp2_float", exp2s, exp2_error, 24, -half, half, 5, exp2_tail, exp2_weight, itself},
        {"exp2_double", exp2s, exp2_error, 53, -half, half, 11, exp2_tail, exp2_weight, itself},
        {"exp2_short", exp2s, exp2_error, 53, -half, half, 7, exp2_tail, exp2_weight, itself},
        {"log_float", "(log(1 + f) - f + f^2/2) / f^3 in f, -1/4 <= f <= 1/2", "|f^3 (P - f) / log(1 + f)|", 24,
         real(-0.25), half, 8, log_tail, log_weight, itself},
        {"log_double", "(log((1 + s) / (1 - s)) / s - 2) / s^2" + atanhs, "|s^3 (P - f) / log((1 + s) / (1 - s))|", 53,
         real(0), atanh_end, 6, atanh_tail, atanh_weight, square},
        {"log_short", "(log(1 + f) - f) / f^2 in f, 1/sqrt 2 <= 1 + f <= sqrt 2", "|f^2 (P - f) / log(1 + f)|", 53,
         log_low, log_high, 12, log_short_tail, log_short_weight, itself},
        {"log_of_unit_short", "(log(1 + f) - f) / f^2 in f, 0 <= f <= 1", "|f^2 (P - f) / log(1 + f)|", 53, real(0),
         real(1), 12, log_short_tail, log_short_weight, itself},
        {"pow_double", "(log((1 + s) / (1 - s)) / s - 2 - 2/3 s^2) / s^4" + atanhs,
         "|s^5 (P - f) / log((1 + s) / (1 - s))|", 53, real(0), atanh_end, 6, atanh_tail_2, atanh_weight_2, square},
        {"tanh_float", "(tanh(x) / x - 1) / x^2 in x^2, |x| <= 0.55", "|x^3 (P - f) / tanh x|", 24, real(0), real(0.55),
         4, tanh_tail, tanh_weight, square},
        {"shrink_double", shrinks, "|(P - f) / f|", 53, real(0), real(1), 16, shrink, shrink_weight, square},
        {"shrink_short", shrinks, "|(P - f) / f|", 53, real(0), real(1), 10, shrink, shrink_weight, square},
        {"erf_float", erfs + ", |x| <= 1", "|x (P - f) / erf x|", 24, real(0), real(1), 6, erf_tail, erf_weight,
         square},
        {"erf_double", erfs + ", |x| <= 1", "|x (P - f) / erf x|", 53, real(0), real(1), 12, erf_tail, erf_weight,
         square},
        {"erf_short", erfs + ", |x| <= 1", "|x (P - f) / erf x|", 53, real(0), real(1), 8, erf_tail, erf_weight,
         square},
        {"erf_tail_float", "log erfc(1 + t) in t, 0 <= t <= 3", "|erfc (P - f) / erf|", 24, real(0), real(3), 7,
         log_erfc, log_erfc_weight, itself},
        {"erf_tail_double", "log erfc(1 + t) in t, 0 <= t <= 5", "|erfc (P - f) / erf|", 53, real(0), real(5), 17,
         log_erfc, log_erfc_weight, itself},
        {"erf_tail_short", "log erfc(1 + t) in t, 0 <= t <= 4", "|erfc (P - f) / erf|", 53, real(0), real(4), 10,
         log_erfc, log_erfc_weight, itself},
        {"erfc_double", erfs + ", |x| <= 1/2", "|x (P - f) / erfc x|", 53, real(0), half, 9, erf_tail, erfc_weight,
         square},
        {"erfc_short", erfs + ", |x| <= 1/2", "|x (P - f) / erfc x|", 53, real(0), half, 5, erf_tail, erfc_weight,
         square},
        {"cdf_double", cdfs, cdf_error, 53, real(0), real(0.71), 9, cdf_slope, cdf_weight, square},
        {"cdf_short", cdfs, cdf_error, 53, real(0), real(0.71), 5, cdf_slope, cdf_weight, square},
        {"mills_double", mills_text, "|(P - f) / f|", 53, mills_low, mills_high, 20, mills_ratio, mills_weight,
         from_middle},
        {"mills_short", mills_text, "|(P - f) / f|", 53, mills_low, mills_high, 12, mills_ratio, mills_weight,
         from_middle},
        {"mills_slope", "the derivative of e^{y^2} erfc(y) in w - 47/256, w = 1 / (y + 5/2), 1/2 <= y <= 27.5",
         "|w (P - f) / e^{y^2} erfc(y)|", 53, mills_low, mills_high, 3, mills_slope, mills_slope_weight, from_middle},
        {"sin_double", sines, sine_error, 53, real(0), quarter_pi, 5, sin_tail, sin_weight, square},
        {"sin_short", sines, sine_error, 53, real(0), quarter_pi, 3, sin_tail, sin_weight, square},
        {"cos_double", cosines, cosine_error, 53, real(0), quarter_pi, 5, cos_tail, cos_weight, square},
        {"cos_short", cosines, cosine_error, 53, real(0), quarter_pi, 3, cos_tail, cos_weight, square},
    };
}

std::vector<values> tables_of_values() {
    values powers{"exp2_sixteenths", "2^(n/16), rounded to double", {}};
    for (int n = 0; n < 16; ++n) powers.at.push_back(static_cast<double>(exp(ln2() * n / 16)));
    return {powers};
}

}  // namespace gradus::coefficients
