#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Coefficients of the polynomials in codegen/math_*.cpp.

Each row of FITS asks for the polynomial P that minimises the maximum of |weight(t) * (P(t) - f(t))| on an
interval, by Lawson's reweighted least squares in 60 digits. Coefficients are rounded to the format one after the other,
lowest first, and the rest is fitted again, so that the printed error is that of the rounded table, on a
finer grid than the fit's. Needs mpmath.

    tools/coefficients.py [name...]
"""
import struct
import sys
from dataclasses import dataclass
from typing import Callable

from mpmath import cos, erf, erfc, exp, expm1, log, log1p, lu_solve, matrix, mp, mpf, ncdf, pi, sin, sqrt, tanh

mp.dps = 60


@dataclass
class Fit:
    name: str
    bits: int  # 32 or 64: the format of the coefficients
    low: mpf
    high: mpf
    degree: int
    f: Callable  # the function that P approaches
    weight: Callable  # P's error counts this much


def rounded(value, bits):
    if bits == 64:
        return mpf(float(value))
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def chebyshev(low, high, count):
    return [(low + high) / 2 - (high - low) / 2 * cos(pi * i / (count - 1)) for i in range(count)]


def horner(c, t):
    total = mpf(0)
    for a in reversed(c):
        total = total * t + a
    return total


def lawson(grid, values, weights, first, last):
    """Coefficients of t^first .. t^last with a nearly smallest maximum of |weight * (P - value)| on the grid.

    Least squares whose weights grow where the error is large; unlike an exchange of extrema it needs no
    Haar condition, which t^first .. t^last do not meet on an interval that holds 0.
    """
    count = last - first + 1
    basis = [[t ** (first + k) for k in range(count)] for t in grid]
    extra = [mpf(1)] * len(grid)
    best, best_error = None, None
    for _ in range(12):
        normal, right = matrix(count, count), matrix(count, 1)
        for row, v, w, e in zip(basis, values, weights, extra):
            scale = w * w * e
            for i in range(count):
                right[i] += scale * row[i] * v
                for j in range(i + 1):
                    normal[i, j] += scale * row[i] * row[j]
        for i in range(count):
            for j in range(i):
                normal[j, i] = normal[i, j]
        c = list(lu_solve(normal, right))
        errors = [abs(w * (sum(a * b for a, b in zip(row, c)) - v)) for row, v, w in zip(basis, values, weights)]
        if best is None or max(errors) < best_error:
            best, best_error = c, max(errors)
        mean = sum(errors) / len(errors)
        if mean == 0:
            break
        extra = [e * (error / mean + mpf("1e-6")) for e, error in zip(extra, errors)]
    return best


def solve(fit):
    grid = chebyshev(fit.low, fit.high, 14 * (fit.degree + 2))
    grid = [t for t in grid if abs(fit.weight(t)) > mpf(10) ** -40]
    values = [fit.f(t) for t in grid]
    weights = [fit.weight(t) for t in grid]
    table = []
    for k in range(fit.degree + 1):
        residual = [v - horner(table, t) for t, v in zip(grid, values)]
        table.append(rounded(lawson(grid, residual, weights, k, fit.degree)[0], fit.bits))
    fine = chebyshev(fit.low, fit.high, 100 * (fit.degree + 2))
    error = max(abs(fit.weight(t) * (horner(table, t) - fit.f(t))) for t in fine if fit.weight(t) != 0)
    return table, error


def guarded(f, at_zero):
    """f near a removable singularity at 0."""
    return lambda t: f(t) if abs(t) > mpf(10) ** -15 else mpf(at_zero)


half_log2 = log(2) / 2 * mpf("1.0001")
quarter_pi = pi / 4 * mpf("1.0001")
exp_tail = guarded(lambda r: (expm1(r) - r) / r**2, 0.5)
exp_weight = guarded(lambda r: r**2 / expm1(r), 0)
log_tail = guarded(lambda f: (log1p(f) - f + f**2 / 2) / f**3, mpf(1) / 3)
log_weight = guarded(lambda f: f**3 / log1p(f), 0)
atanh_low, atanh_high = mpf(0), ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")


def atanh_series(z, drop):
    """(log((1+s)/(1-s)) / s with its first `drop` terms of the series in z = s^2 removed) / z^drop."""
    if z < mpf(10) ** -8:
        return sum(2 * z**k / (2 * (k + drop) + 1) for k in range(6))
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) / s - sum(2 * z**k / (2 * k + 1) for k in range(drop))) / z**drop


def odd_tail(f, first):
    """(f(x)/x - first) / z as a function of z = x^2."""
    return lambda z: (f(sqrt(z)) / sqrt(z) - first) / z


def sin_tail(z):
    return guarded(odd_tail(sin, 1), -mpf(1) / 6)(z)


def cos_tail(z):
    return guarded(lambda u: (cos(sqrt(u)) - 1 + u / 2) / u**2, mpf(1) / 24)(z)


def erf_ratio(z):
    return 2 / sqrt(pi) - 1 if z < mpf(10) ** -30 else erf(sqrt(z)) / sqrt(z) - 1


def erf_weight(z):
    return 1 / (erf_ratio(z) + 1)


def erf_tail(t):
    return log(erfc(1 + t))


def erf_tail_weight(t):
    return erfc(1 + t) / erf(1 + t)


def cdf_slope(z):
    """(Phi(x) - 1/2) / x as a function of z = x^2."""
    return 1 / sqrt(2 * pi) if z < mpf(10) ** -30 else (ncdf(sqrt(z)) - mpf(1) / 2) / sqrt(z)


def cdf_tail(w):
    """Phi(-y) e^(y^2/2) / w at y = 1/w - 3."""
    if w == 0:
        return 1 / sqrt(2 * pi)
    y = 1 / w - 3
    if y > 1000:  # Mills' ratio by its asymptotic series
        return (1 / y - 1 / y**3 + 3 / y**5 - 15 / y**7 + 105 / y**9) / sqrt(2 * pi) / w
    return erfc(y / sqrt(2)) / 2 * exp(y * y / 2) / w


def shrink_tail(z):
    """(x - tanh(x)) / x^3 as a function of z = x^2."""
    if z < mpf(10) ** -8:
        return mpf(1) / 3 - 2 * z / 15 + 17 * z * z / 315 - 62 * z**3 / 2835
    return (1 - tanh(sqrt(z)) / sqrt(z)) / z


FITS = [
    Fit("exp_float", 32, -half_log2, half_log2, 4, exp_tail, exp_weight),
    Fit("exp_double", 64, -half_log2, half_log2, 10, exp_tail, exp_weight),
    Fit("log_float", 32, mpf("-0.25"), mpf("0.5"), 8, log_tail, log_weight),
    Fit("log_double", 64, atanh_low, atanh_high, 6, lambda z: atanh_series(z, 1), lambda z: z / atanh_series(z, 0)),
    Fit("pow_double", 64, atanh_low, atanh_high, 6, lambda z: atanh_series(z, 2), lambda z: z * z / atanh_series(z, 0)),
    Fit("tanh_float", 32, mpf(0), mpf("0.56") ** 2, 4, guarded(odd_tail(tanh, 1), -mpf(1) / 3),
        lambda z: z * sqrt(z) / tanh(sqrt(z)) if z > 0 else mpf(0)),
    Fit("erf_float", 32, mpf(0), mpf(1), 6, erf_ratio, erf_weight),
    Fit("erf_double", 64, mpf(0), mpf(1), 12, erf_ratio, erf_weight),
    Fit("erf_tail_float", 32, mpf(0), mpf(3), 7, erf_tail, erf_tail_weight),
    Fit("erf_tail_double", 64, mpf(0), mpf(5), 17, erf_tail, erf_tail_weight),
    Fit("cdf_float", 32, mpf(0), mpf(1), 5, cdf_slope, lambda z: 1 / (mpf(1) / 2 / sqrt(z) - cdf_slope(z)) if z > 0 else mpf(0)),
    Fit("cdf_double", 64, mpf(0), mpf(1), 11, cdf_slope, lambda z: 1 / (mpf(1) / 2 / sqrt(z) - cdf_slope(z)) if z > 0 else mpf(0)),
    Fit("cdf_tail_float", 32, mpf(0), mpf("0.25"), 9, cdf_tail, lambda w: 1 / cdf_tail(w)),
    Fit("cdf_tail_double", 64, mpf(0), mpf("0.25"), 21, cdf_tail, lambda w: 1 / cdf_tail(w)),
    Fit("shrink_float", 32, mpf(0), mpf(1), 7, shrink_tail, lambda z: 1 / shrink_tail(z)),
    Fit("shrink_double", 64, mpf(0), mpf(1), 16, shrink_tail, lambda z: 1 / shrink_tail(z)),
    Fit("sin_float", 64, mpf(0), quarter_pi**2, 3, sin_tail, lambda z: z),
    Fit("cos_float", 64, mpf(0), quarter_pi**2, 2, cos_tail, lambda z: z * z / cos(sqrt(z))),
    Fit("sin_double", 64, mpf(0), quarter_pi**2, 5, sin_tail, lambda z: z),
    Fit("cos_double", 64, mpf(0), quarter_pi**2, 5, cos_tail, lambda z: z * z / cos(sqrt(z))),
]


def main(names):
    for fit in FITS:
        if names and fit.name not in names:
            continue
        table, error = solve(fit)
        bound = float(log(error) / log(2))
        print(f"// Weighted error at most 2^{bound:.1f}.")
        print(f"constexpr std::array<double, {len(table)}> {fit.name}{{")
        for i in range(0, len(table), 4):
            end = ",\n" if i + 4 < len(table) else "};\n"
            print("    " + ", ".join(float(c).hex() for c in table[i:i + 4]), end=end, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
