// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// exp, exp2 and expm1, and the exponentials of a row of floats less its largest number.
//
// exp, expm1: n = round(x log2 e), r = x - n ln 2 with ln 2 in two words, |r| <= ln 2 / 2. The first fma of
// the reduction is exact: x - n * upper has no bits below those of x and n * upper, and few above.
// e^r = 1 + r + r^2 P(r). exp2: n = round(x), r = x - n exactly, 2^r = 1 + r P(r).
// The power is applied in two exact factors, or by one instruction, so that a result is rounded to its final place
// once, subnormal ones included.
// expm1 is 2 ((h - 1/2) + h r + h (r^2 P + what r lacks)) with h = 2^(n-1): the first three terms, of which
// h r is exact, are added without error, the rest is small.
// e^(x - m) for the largest number m of a row: n = round(16 x log2 e) / 16 and r = x - n ln 2 of each number itself,
// for |m| up to 2^17. So what is subtracted from each other is exact: of x - m, n - n_m is a power of two and an entry
// of a table of 2^(k/16), and s = r - r_m is small, less (n - n_m) times the lower word of ln 2. Then
// e^s = 1 + s + s^2 P(s). Beyond, x - m is exact for all x whose result is not 0. A result is rounded once, or twice if
// it is subnormal.
// Doubles for float: one factor (results below 2^-1022 are 0), ln 2 in one word, expm1 in one.
//
// Largest error in ULP: float exp 0.91, exp2 0.88, expm1 0.81, found on every input, e^(x - m) 0.62, on 10^8 pairs;
// double exp 0.86, exp2 0.82, expm1 1, on 10^8 inputs.
#include <limits>
#include <numeric>
#include <vector>

#include "coefficients.hpp"
#include "math_cores.hpp"
#include "math_table.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

constexpr double log2_e = 0x1.71547652b82fep+0;

/// x y rounded to an integer n, as n + round_to_integer.
number shifted_integer(number x, double y) { return fma(x, y, constant(x, format_of(x).round_to_integer)); }

/// x - n ln 2 without the last word, exactly.
number less_upper(number x, number n) { return fma(n, value_for(x, -0x1.62e430p-1, -0x1.62e42fefa39efp-1), x); }
double lower_word(number x) { return value_for(x, 0x1.05c610p-29, -0x1.abc9e3b39803fp-56); }

/// P(r)
number exp_tail(number r) { return polynomial(r, table_for(r, exp_float, exp_double, exp_short)); }

/// The same, float with one coefficient more.
number expm1_tail(number r) { return polynomial(r, table_for(r, expm1_float, exp_double, exp_short)); }

/// 2^k, given k + round_to_integer, for k from -bias, giving 0, to 1 + bias, giving infinity.
number power_of_two(number shifted) {
    const float_format& f = format_of(shifted);
    const auto one = static_cast<std::uint64_t>(f.bias) << f.fraction_bits;
    return as_number((as_bits(shifted) << f.fraction_bits) + one, shifted);
}

/// AVX-512's mantissa * 2^n, rounded once as well: by registers, of which two hold 16 doubles.
number scaled_by_one_instruction(number mantissa, number n) {
    llvm::IRBuilder<>& ir = n.m->ir;
    const llvm::Intrinsic::ID id =
        is_double(n) ? llvm::Intrinsic::x86_avx512_mask_scalef_pd_512 : llvm::Intrinsic::x86_avx512_mask_scalef_ps_512;
    const auto all = static_cast<int>(llvm::cast<llvm::FixedVectorType>(n.v->getType())->getNumElements());
    const int width = is_double(n) ? 8 : 16;
    const auto scaled = [&](llvm::Value* m, llvm::Value* by) -> llvm::Value* {
        constexpr int current_rounding = 4;
        return ir.CreateIntrinsic(id, {},
                                  {m, by, llvm::PoisonValue::get(m->getType()),
                                   llvm::Constant::getAllOnesValue(ir.getIntNTy(static_cast<unsigned>(width))),
                                   ir.getInt32(current_rounding)});
    };
    if (all == width) return {n.m, scaled(mantissa.v, n.v)};
    const auto half = [&](llvm::Value* v, int first) {
        std::vector<int> lanes(static_cast<std::size_t>(width));
        std::iota(lanes.begin(), lanes.end(), first);
        return ir.CreateShuffleVector(v, lanes);
    };
    std::vector<int> lanes(static_cast<std::size_t>(all));
    std::iota(lanes.begin(), lanes.end(), 0);
    return {n.m, ir.CreateShuffleVector(scaled(half(mantissa.v, 0), half(n.v, 0)),
                                        scaled(half(mantissa.v, width), half(n.v, width)), lanes)};
}

/// mantissa * 2^floor(n)
number scale_by_floor(number mantissa, number n) {
    return n.m->machine.vector_bytes == 64 ? scaled_by_one_instruction(mantissa, n) : scale(mantissa, floor(n));
}

/// mantissa * 2^n, given n + round_to_integer.
number scale_shifted(number mantissa, number shifted) {
    if (is_quick(mantissa)) return mantissa * power_of_two(shifted);
    return scale(mantissa, shifted - format_of(shifted).round_to_integer);
}

/// Beyond these bounds e^x is 0 or infinite, and n stays in the range of scale_shifted().
number clamped(number x) {
    const double least = is_quick(x) ? -709.1 : value_for(x, -104, -746);
    return at_least(at_most(x, value_for(x, 89, 710)), least);
}

}  // namespace

number scale(number mantissa, number n) {
    if (n.m->machine.vector_bytes == 64) return scaled_by_one_instruction(mantissa, n);
    const double magic = format_of(n).round_to_integer;
    const number shifted_half = fma(n, 0.5, constant(n, magic));
    const number rest = n - (shifted_half - magic);
    return mantissa * power_of_two(shifted_half) * power_of_two(rest + magic);
}

namespace {

/// e^x or, with `low`, e^(x + low) within the bounds of clamped(); `shifted` is n + round_to_integer.
number mantissa_of(number x, number shifted, const number* low) {
    const number n = shifted - format_of(x).round_to_integer;
    const number upper = less_upper(x, n);
    number r = upper;
    if (low != nullptr)
        r = upper + fma(n, lower_word(x), *low);
    else if (!is_short(x))
        r = fma(n, lower_word(x), upper);
    return fma(fma(exp_tail(r), r, 1.0), r, 1.0);
}
number clamped_exp(number x, const number* low) {
    const number bounded = clamped(x);
    const number shifted = shifted_integer(bounded, log2_e);
    return scale_shifted(mantissa_of(bounded, shifted, low), shifted);
}

/// Where branches cost little, floats with a result far from the ends of the range: these need no bounds, and one
/// addition to the exponent scales them.
bool has_quick_exp(number x) { return x.m->machine.kind != target_kind::vector && !is_double(x); }

number quick_exp(number x, const number* low, const std::function<number()>& exact) {
    const number shifted = shifted_integer(x, log2_e);
    const number n = shifted - format_of(x).round_to_integer;
    const number mantissa = mantissa_of(x, shifted, low);
    const number scaled = as_number(as_bits(mantissa) + (as_bits(shifted) << format_of(x).fraction_bits), x);
    return unless_near(abs(n) <= constant(x, format_of(x).bias - 2), scaled, exact);
}

}  // namespace

number core_exp(number x) {
    const auto anywhere = [&] { return clamped_exp(x, nullptr); };
    return has_quick_exp(x) ? quick_exp(x, nullptr, anywhere) : anywhere();
}

scaled_exp exp_in_two(number x, number low) {
    const number bounded = clamped(x);
    const number n = shifted_integer(bounded, log2_e) - format_of(x).round_to_integer;
    const two_part r = fast_two_sum(less_upper(bounded, n), fma(n, lower_word(x), low));
    const two_part sum = fast_two_sum(constant(x, 1.0), r.high);
    return {n, {sum.high, sum.low + fma(r.high * r.high, exp_tail(r.high), r.low)}};
}

number core_exp(number x, number low) {
    if (!is_double(x)) return clamped_exp(x, &low);
    const scaled_exp e = exp_in_two(x, low);
    return scale(e.mantissa.high + e.mantissa.low, e.n);
}

number core_exp_of(two_part x) {
    const auto anywhere = [&] {
        // Beyond, e^x is 0 or infinite, and the rounding error of a huge sum is itself huge, or undefined.
        const mask in_range = abs(x.high) < 1024.0;
        return core_exp(x.high, select(in_range, x.low, 0.0));
    };
    return has_quick_exp(x.high) ? quick_exp(x.high, &x.low, anywhere) : anywhere();
}

number core_exp2(number x) {
    const double magic = format_of(x).round_to_integer;
    const double least = is_quick(x) ? -1023 : value_for(x, -151, -1076);
    const number bounded = at_least(at_most(x, value_for(x, 128, 1024)), least);
    const number shifted = bounded + magic;
    const number r = bounded - (shifted - magic);
    return scale_shifted(fma(polynomial(r, table_for(x, exp2_float, exp2_double, exp2_short)), r, 1.0), shifted);
}

two_part half_expm1(number x) {
    // Below the lower bound the result is -1 and above the upper one infinite.
    const number bounded = at_least(at_most(x, value_for(x, 89, 710)), value_for(x, -20, -40));
    const number n = shifted_integer(bounded, log2_e) - format_of(x).round_to_integer;
    const number half_power = power_of_two(n + (format_of(x).round_to_integer - 1));
    const number upper = less_upper(bounded, n);
    if (is_quick(x)) {
        const number r = is_short(x) ? upper : fma(n, lower_word(x), upper);
        return {half_power - 0.5, half_power * fma(r * r, exp_tail(r), r)};
    }
    const two_part r = fast_two_sum(upper, n * lower_word(x)), square = two_product(r.high, r.high);
    const two_part start = two_sum(half_power, constant(x, -0.5));
    const two_part sum = fast_two_sum(start.high, half_power * r.high);
    const number rest = fma(square.high, expm1_tail(r.high), fma(square.low, 0.5, r.low));
    return {sum.high, fma(half_power, rest, sum.low + start.low)};
}

number core_expm1(number x) {
    const two_part half = half_expm1(x);
    // Keeps -0 and the last bit of subnormals.
    const mask itself = is_quick(x) ? x == 0.0 : abs(x) < 4 * format_of(x).least_normal;
    return select(itself, x, 2.0 * (half.high + half.low));
}

number core_exp_below(number x, number largest) {
    constexpr double magic = 0x1.8p19;  // adding and subtracting it rounds to sixteenths
    constexpr double least = -150;      // beyond, 2^n is 0
    const mask is_huge = 0x1p17 < abs(largest);
    const number origin = select(is_huge, largest, 0.0), rest = select(is_huge, 0.0, largest);
    const number n_largest = fma(rest, log2_e, constant(x, magic)) - magic;
    const number r_largest = less_upper(rest, n_largest);
    const number shift = magic - n_largest;

    const number from_origin = x - origin;
    const number shifted = fma(from_origin, log2_e, shift);
    const number below = shifted - magic;
    const number s = fma(below, lower_word(x), less_upper(from_origin, shifted - shift) - r_largest);
    const number growth = fma(s * s, polynomial(s, exp_near_zero_float), s);
    const table_entries power("exp2_sixteenths", {upper_words(exp2_sixteenths), lower_words(exp2_sixteenths)}, x,
                              as_bits(shifted));
    const number upper = power.of(0);
    const number mantissa = upper + fma(upper, growth, power.of(1));
    return select(shifted < magic + least, 0.0, scale_by_floor(mantissa, below));
}

}  // namespace gradus::vector_math
