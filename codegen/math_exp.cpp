// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// exp and expm1.
//
// n = round(x log2 e), r = x - n ln 2 with ln 2 in two words, |r| <= ln 2 / 2. The first fma of the
// reduction is exact: x - n * upper has no bits below those of x and n * upper, and few above.
// e^r = 1 + r + r^2 P(r), P minimax for the relative error of expm1.
// exp is (1 + r (1 + r P)) 2^n. The power is applied in two exact factors, so that a result is rounded
// to its final place once, subnormal ones included.
// expm1 is 2 (h q + (h - 1/2)) with h = 2^(n-1), q = r + r^2 P.
//
// Largest error in ULP: float exp 0.91, expm1 1.53, found on every input; double exp 1, expm1 1.9, on samples.
#include <array>

#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

// tools/coefficients.py: |r^2 (P - exact) / expm1(r)|.
// Weighted error at most 2^-26.1.
constexpr std::array<double, 5> exp_float{0x1.fffffe0000000p-2, 0x1.5554b20000000p-3, 0x1.5557120000000p-5,
                                          0x1.12267e0000000p-7, 0x1.6b783e0000000p-10};
// Weighted error at most 2^-61.6.
constexpr std::array<double, 11> exp_double{0x1.0000000000000p-1,  0x1.5555555555559p-3,  0x1.5555555555552p-5,
                                            0x1.111111110f652p-7,  0x1.6c16c16c186ddp-10, 0x1.a01a01b004f86p-13,
                                            0x1.a01a019967d12p-16, 0x1.71ddf80b1aea0p-19, 0x1.27e4fb4bea73ap-22,
                                            0x1.af5f34a6dcfcep-26, 0x1.1f3e64aa97cefp-29};

struct reduced {
    number n, r, tail;  ///< e^x = 2^n (1 + r + r^2 tail)
};

/// Of x + *low, if there is a low word.
reduced reduce(number x, const number* low = nullptr) {
    const double magic = format_of(x).round_to_integer;
    const number n = fma(x, 0x1.71547652b82fep+0, constant(x, magic)) - magic;
    const number upper = fma(n, value_for(x, -0x1.62e430p-1, -0x1.62e42fefa39efp-1), x);
    const number rest = fma(n, value_for(x, 0x1.05c610p-29, -0x1.abc9e3b39803fp-56), upper);
    const number r = low ? rest + *low : rest;
    return {n, r, polynomial(r, table_for(x, exp_float, exp_double))};
}

/// 2^k, given k + round_to_integer, for k within the exponents of normal numbers.
number power_of_two(number shifted) {
    const float_format& f = format_of(shifted);
    const auto one = static_cast<std::uint64_t>(f.bias) << f.fraction_bits;
    return as_number((as_bits(shifted) << f.fraction_bits) + one, shifted);
}

/// mantissa * 2^n for an integer n within twice the exponents of normal numbers.
number scale(number mantissa, number n) {
    const double magic = format_of(n).round_to_integer;
    const number shifted_half = fma(n, 0.5, constant(n, magic));
    const number rest = n - (shifted_half - magic);
    return mantissa * power_of_two(shifted_half) * power_of_two(rest + magic);
}

number finish_exp(const reduced& e) { return scale(fma(fma(e.tail, e.r, 1.0), e.r, 1.0), e.n); }

/// Beyond these bounds the result is 0 or infinite, and n stays in the range of scale().
number clamped(number x) { return at_least(at_most(x, value_for(x, 89, 710)), value_for(x, -104, -746)); }

}  // namespace

number core_exp(number x) { return finish_exp(reduce(clamped(x))); }

number core_exp(number x, number low) { return finish_exp(reduce(clamped(x), &low)); }

number core_expm1(number x) {
    // Below the lower bound the result is -1 and above the upper one infinite.
    const number bounded = at_least(at_most(x, value_for(x, 89, 710)), value_for(x, -20, -40));
    const reduced e = reduce(bounded);
    const number q = fma(e.r * e.r, e.tail, e.r);
    const number half_power = power_of_two(e.n + (format_of(x).round_to_integer - 1));
    const number result = 2.0 * fma(half_power, q, half_power - 0.5);
    // Keeps -0 and the last bit of subnormals.
    return select(abs(x) < format_of(x).least_normal, x, result);
}

}  // namespace gradus::vector_math
