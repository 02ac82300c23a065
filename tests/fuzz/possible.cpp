// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "possible.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>

namespace gradus::fuzz {
namespace {

// ---- the functions in long double

real normal_pdf(real x) { return std::exp(-0.5L * x * x) * 0.398942280401432677939946059934L; }
real normal_cdf(real x) { return 0.5L * std::erfc(-x * 0.707106781186547524400844362105L); }
real sigmoid(real x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
real softplus(real x) { return std::max(x, real{0}) + std::log1p(std::exp(-std::abs(x))); }
real softsign(real x) { return std::isinf(x) ? std::copysign(real{1}, x) : x / (1 + std::abs(x)); }
/// Below 1 (x cosh x - sinh x) / cosh x, whose numerator has positive terms only: Σ 2k/(2k+1)! x^(2k+1).
real tanhshrink(real x) {
    if (std::abs(x) >= 1) return x - std::tanh(x);
    real series = 0, term = 1;
    for (int k = 1; k <= 13; ++k) {
        term *= x * x / static_cast<real>(2 * k * (2 * k + 1));
        series += static_cast<real>(2 * k) * term;
    }
    return x * series / std::cosh(x);
}

/// The exponents that a set's numbers reach by themselves.
void note_exponents(possible& p) {
    for (const real end : {p.low, p.high}) {
        if (end == 0 || !std::isfinite(end)) continue;
        const auto size = static_cast<float>(std::ilogb(end));
        p.up = std::max(p.up, size);
        p.down = std::max(p.down, -size);
    }
}
/// Overflow and underflow in another place, after regrouping.
possible regrouped(const arithmetic& how, possible p) {
    note_exponents(p);
    if (!how.as_typed || !p.number()) return p;
    if (p.up >= how.highest_exponent()) {
        p.low = -endless;
        p.high = endless;
        p.nan = true;
    } else if (p.down >= how.highest_exponent() - 1) {
        p.low = std::min(real{0}, 2 * p.low);
        p.high = std::max(real{0}, 2 * p.high);
    }
    return p;
}

/// An operation that is invalid for sure: NaN; as typed, a rule may have put the limit in its place.
possible invalid(const arithmetic& how) { return how.as_typed ? anything() : only_nan(); }
possible beside_infinity(const arithmetic& how, possible p, const possible& a, const possible& b) {
    p.nan = p.nan || (how.as_typed && (a.may_be_infinite() || b.may_be_infinite()));
    return p;
}

/// What overflows long double is no infinity: kernels may reach the result by another way.
constexpr real most = std::numeric_limits<real>::max();
possible finite_overflow(possible p, bool of_finite) {
    if (!of_finite || !p.number()) return p;
    p.low = std::min(p.low, most);
    p.high = std::max(p.high, -most);
    return p;
}
bool finite(const possible& a) { return !a.may_be_infinite(); }

// ---- sets, without rounding

possible plus(const arithmetic& how, const possible& a, const possible& b) {
    possible p{a.low + b.low, a.high + b.high, a.nan || b.nan, std::max(a.up, b.up) + 1};
    const bool opposite = (a.high == endless && b.low == -endless) || (a.low == -endless && b.high == endless);
    if (opposite && a.low == a.high && b.low == b.high) return either(p.nan ? only_nan() : possible{}, invalid(how));
    p.nan = p.nan || opposite;
    if (std::isnan(p.low)) p.low = -endless;
    if (std::isnan(p.high)) p.high = endless;
    return beside_infinity(how, finite_overflow(p, finite(a) && finite(b)), a, b);
}
possible negative(const possible& a) { return {-a.high, -a.low, a.nan, a.up, a.down}; }

possible of_corners(std::initializer_list<real> corners, bool nan, float up, float down) {
    possible p{endless, -endless, nan, up, down};
    for (const real corner : corners) {
        p.low = std::min(p.low, corner);
        p.high = std::max(p.high, corner);
    }
    return p;
}
possible times(const arithmetic& how, const possible& a, const possible& b, bool same) {
    if (!a.number() || !b.number()) return only_nan();
    const bool nan = a.nan || b.nan;
    const bool zero_times_infinity = (a.contains(0) && b.may_be_infinite()) || (b.contains(0) && a.may_be_infinite());
    if (zero_times_infinity && a.low == a.high && b.low == b.high) return invalid(how);
    const auto product = [](real x, real y) { return x == 0 || y == 0 ? real{0} : x * y; };
    possible p =
        of_corners({product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)},
                   nan || (zero_times_infinity && !same), a.up + b.up, a.down + b.down);
    if (same) p.low = a.contains(0) ? 0 : std::min(product(a.low, a.low), product(a.high, a.high));
    return finite_overflow(p, finite(a) && finite(b));
}
possible quotient(const arithmetic& how, const possible& a, const possible& b) {
    const bool nan = a.nan || b.nan;
    const float up = a.up + b.down, down = a.down + b.up;
    const bool infinities = a.may_be_infinite() && b.may_be_infinite();
    const bool points = a.low == a.high && b.low == b.high;
    if (points && ((a.low == 0 && b.low == 0) || infinities)) return invalid(how);
    if (b.contains(0)) return {-endless, endless, nan || a.contains(0) || infinities || how.as_typed, up, down};
    if (infinities) return {-endless, endless, true, up, down};
    const possible p = of_corners({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}, nan, up, down);
    return beside_infinity(how, finite_overflow(p, finite(a)), a, b);
}

template <class Function>
possible rising(const possible& a, Function f, real from = -endless) {
    if (!a.number() || a.high < from) return only_nan();
    possible p{0, f(a.high), a.nan || a.low < from};
    p.low = a.low == a.high ? p.high : std::min(p.high, f(std::max(a.low, from)));
    if (std::isinf(p.low) && p.low > 0 && a.low < endless) p.low = most;
    return p;
}
possible wave(const possible& a, real (*f)(real)) {
    if (!a.number() || (a.low == a.high && std::isinf(a.low))) return only_nan();
    if (a.may_be_infinite() || a.high - a.low > 2) return between(-1, 1, a.nan || a.may_be_infinite());
    const real width = a.high - a.low, value = f(a.low);
    return between(std::max(real{-1}, value - width), std::min(real{1}, value + width), a.nan);
}
possible bell(const possible& a) {
    const real least = a.contains(0) ? 0 : std::min(std::abs(a.low), std::abs(a.high));
    return between(normal_pdf(std::max(std::abs(a.low), std::abs(a.high))), normal_pdf(least), a.nan);
}
possible power(const possible& a, const possible& b) {
    if (b.point() && b.low == 0) return exactly(1);
    if (a.point() && a.low == 1) return exactly(1);
    const bool nan = a.nan || b.nan;
    if (!a.number() || !b.number()) {
        const bool may_be_one = (!b.number() && a.contains(1)) || (!a.number() && b.contains(0));
        return may_be_one ? between(1, 1, true) : only_nan();
    }
    if (a.contains(0) && b.low < 0) return between(-endless, endless, true);  // the sign of the zero decides
    const bool regular = finite(a) && finite(b) && !a.contains(0);
    if (a.low == a.high && b.low == b.high)
        return finite_overflow(either(exactly(std::pow(a.low, b.low)), possible{1, 0, nan}), regular);
    if (!(a.low >= 0)) return anything();
    return finite_overflow(
        of_corners({std::pow(a.low, b.low), std::pow(a.low, b.high), std::pow(a.high, b.low), std::pow(a.high, b.high)},
                   nan, 0, 0),
        regular);
}
possible magnitude(const possible& a) {
    const real far = std::max(std::abs(a.low), std::abs(a.high));
    return {a.contains(0) ? 0 : std::min(std::abs(a.low), std::abs(a.high)), far, a.nan, a.up, a.down};
}
possible sign_of(const arithmetic& how, const possible& a) {
    const auto sign = [](real x) { return x > 0 ? real{1} : x < 0 ? real{-1} : real{0}; };
    if (how.open_ties && a.contains(0)) return between(-1, 1, a.nan);
    return between(sign(a.low), sign(a.high), a.nan);
}
possible truth(bool may_be_true, bool may_be_false) { return between(may_be_false ? 0 : 1, may_be_true ? 1 : 0); }

possible compared(const arithmetic& how, op code, const possible& a, const possible& b, bool exact) {
    const bool nan = a.nan || b.nan;
    const bool numbers = a.number() && b.number();
    const bool less = numbers && a.low < b.high, greater = numbers && a.high > b.low;
    const bool meet = numbers && a.low <= b.high && b.low <= a.high;
    if (how.open_ties && !exact && (meet || nan)) return between(0, 1);
    switch (code) {
        case op::less: return truth(less, nan || greater || meet);
        case op::less_equal: return truth(less || meet, nan || greater);
        case op::greater: return truth(greater, nan || less || meet);
        case op::greater_equal: return truth(greater || meet, nan || less);
        case op::equal: return truth(meet, nan || less || greater);
        default: return truth(nan || less || greater, meet);
    }
}
possible chosen(const arithmetic& how, const possible& condition, const possible& a, const possible& b) {
    if (condition.may_be_true() && condition.may_be_false()) return either(a, b);
    possible p = condition.may_be_true() ? a : b;
    p.nan = p.nan || (how.open_selects && (a.nan || b.nan));
    return p;
}
possible scaled(const arithmetic& how, const possible& a, const possible& b) {
    if (a.point() && a.low == 0) return exactly(0);
    if (!b.number()) return a.contains(0) ? either(exactly(0), only_nan()) : only_nan();
    possible p = times(how, a, b, false);
    if (a.contains(0)) p = either(p, exactly(0));
    return p;
}

/// Largest errors in ULP, as codegen/math_*.cpp state them, rounded up and with room for the other rounding.
real ulp_of(op code) {
    switch (code) {
        case op::normal_cdf:
        case op::tanhshrink: return 10;
        case op::normal_pdf: return 6;
        case op::tanh:
        case op::sigmoid:
        case op::softplus:
        case op::erfc: return 4;
        case op::expm1:
        case op::log1p:
        case op::softsign:
        case op::pow: return 3;
        case op::exp:
        case op::exp2:
        case op::log:
        case op::log2:
        case op::erf:
        case op::sin:
        case op::cos: return 2;
        default: return 1;
    }
}

possible function_of(op code, const possible& a) {
    switch (code) {
        case op::exp: return rising(a, [](real x) { return std::exp(x); });
        case op::expm1: return rising(a, [](real x) { return std::expm1(x); });
        case op::log:
            return rising(
                a, [](real x) { return std::log(x == 0 ? real{0} : x); }, 0);
        case op::exp2: return rising(a, [](real x) { return std::exp2(x); });
        case op::log2:
            return rising(
                a, [](real x) { return std::log2(x == 0 ? real{0} : x); }, 0);
        case op::log1p:
            return rising(
                a, [](real x) { return std::log1p(x); }, -1);
        case op::sqrt:
            return rising(
                a, [](real x) { return std::sqrt(x); }, 0);
        case op::tanh: return rising(a, [](real x) { return std::tanh(x); });
        case op::sigmoid: return rising(a, sigmoid);
        case op::softplus: return rising(a, softplus);
        case op::erf: return rising(a, [](real x) { return std::erf(x); });
        case op::erfc: return rising(negative(a), [](real x) { return std::erfc(-x); });
        case op::normal_cdf: return rising(a, normal_cdf);
        case op::normal_pdf: return bell(a);
        case op::tanhshrink: return rising(a, tanhshrink);
        case op::softsign: return rising(a, softsign);
        case op::sin: return wave(a, [](real x) { return std::sin(x); });
        case op::cos: return wave(a, [](real x) { return std::cos(x); });
        default: throw std::logic_error("no set of values for " + std::string(about(code).name));
    }
}

real largest_end(std::span<const possible> row, bool of_high) {
    real best = -endless;
    for (const possible& p : row) best = std::max(best, of_high ? p.high : p.low);
    return best;
}
/// Σ exp(end - shift), the element at `place` left out.
real sum_of_others(std::span<const possible> row, std::size_t place, bool of_high, real shift) {
    real total = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (i != place) total += std::exp((of_high ? row[i].high : row[i].low) - shift);
    return total;
}
std::size_t place_of(std::span<const possible> row, real value, bool of_high) {
    std::size_t i = 0;
    while ((of_high ? row[i].high : row[i].low) != value) ++i;
    return i;
}
real logsumexp_of_ends(std::span<const possible> row, bool of_high) {
    const real largest = largest_end(row, of_high);
    if (!std::isfinite(largest)) return largest;
    return largest + std::log1p(sum_of_others(row, place_of(row, largest, of_high), of_high, largest));
}
/// log Σ exp(end) as a sum of two, of which the first may be huge.
struct log_sum {
    real shift = 0, rest = 0;
};
/// Those over the others of each element.
std::vector<log_sum> log_sums_of_others(std::span<const possible> row, bool of_high) {
    const real largest = largest_end(row, of_high);
    std::vector<real> powers;
    std::vector<log_sum> logs;
    real total = 0;
    for (const possible& p : row) total += powers.emplace_back(std::exp((of_high ? p.high : p.low) - largest));
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (powers[i] < total / 2) {
            logs.push_back({largest, std::log(total - powers[i])});
            continue;
        }
        // The difference would cancel: anew, with the largest of the others.
        const real next = std::max(largest_end(row.first(i), of_high), largest_end(row.subspan(i + 1), of_high));
        logs.push_back({next, next == -endless ? 0 : std::log(sum_of_others(row, i, of_high, next))});
    }
    return logs;
}
bool any_nan(std::span<const possible> row) {
    return std::any_of(row.begin(), row.end(), [](const possible& p) { return p.nan; });
}
bool all_numbers(std::span<const possible> row) {
    return std::all_of(row.begin(), row.end(), [](const possible& p) { return p.number(); });
}
/// The roundings that meet in one result of a fold of n elements (64 lanes and a tree).
real roundings(std::size_t n) { return 8 + static_cast<real>(n) / 64; }

}  // namespace

possible widened(const arithmetic& how, possible p, real error) {
    if (!p.number()) return p;
    error = (error + how.smallest()) * how.slack;
    if (std::isfinite(p.low)) p.low -= error;
    if (std::isfinite(p.high)) p.high += error;
    if (p.high > how.largest()) p.high = endless;
    if (p.low < -how.largest()) p.low = -endless;
    return regrouped(how, p);
}
possible off_by(const arithmetic& how, const possible& p, real ulp) {
    if (!p.number()) return p;
    const auto error = [&](real end) { return std::isfinite(end) ? std::abs(end) * how.epsilon() * ulp : 0; };
    possible q = p;
    const real extra = ulp * how.smallest() * how.slack;
    if (std::isfinite(q.low)) q.low -= error(p.low) * how.slack + extra;
    if (std::isfinite(q.high)) q.high += error(p.high) * how.slack + extra;
    if (q.high > how.largest()) q.high = endless;
    if (q.low < -how.largest()) q.low = -endless;
    return regrouped(how, q);
}
possible rounded(const arithmetic& how, real c) {
    const possible p = exactly(c);
    if (!p.number() || std::isinf(c)) return p;
    const real held = how.type == element::float32 ? static_cast<real>(static_cast<float>(c))
                                                   : static_cast<real>(static_cast<double>(c));
    return held == c ? p : off_by(how, p, 1);
}

possible apply(const arithmetic& how, op code, const possible& a, const possible& b, const possible& c, bool same,
               bool exact) {
    switch (code) {
        case op::where: return chosen(how, a, b, c);
        case op::isnan: return truth(a.nan, a.number());
        case op::logical_not: return truth(a.may_be_false(), a.may_be_true());
        case op::logical_and: return truth(a.may_be_true() && b.may_be_true(), a.may_be_false() || b.may_be_false());
        case op::logical_or: return truth(a.may_be_true() || b.may_be_true(), a.may_be_false() && b.may_be_false());
        case op::less:
        case op::less_equal:
        case op::greater:
        case op::greater_equal:
        case op::equal:
        case op::not_equal: return compared(how, code, a, b, exact);
        case op::stop_gradient:
        case op::custom_gradient: return a;
        case op::scaled: return off_by(how, scaled(how, a, b), 1);
        case op::pow: return off_by(how, power(a, b), ulp_of(code));
        default: break;
    }
    // The rules for entropies take 0 · log of anything for 0.
    if (how.as_typed && code == op::mul && (a.contains(0) || b.contains(0)) && (a.nan || b.nan))
        return off_by(how, either(times(how, a, b, same), between(0, 0, true)), 1);
    if (!a.number() || (about(code).arity > 1 && !b.number())) return only_nan();
    const auto result = [&](const possible& p) { return exact ? p : off_by(how, p, ulp_of(code)); };
    switch (code) {
        case op::neg: return negative(a);
        case op::abs: return magnitude(a);
        case op::sign: return sign_of(how, a);
        case op::floor: return between(std::floor(a.low), std::floor(a.high), a.nan);
        case op::add: return result(plus(how, a, b));
        case op::sub: return result(plus(how, a, negative(b)));
        case op::mul: return result(times(how, a, b, same));
        case op::div: return result(quotient(how, a, b));
        case op::min:
            return {std::min(a.low, b.low), std::min(a.high, b.high), a.nan || b.nan, std::max(a.up, b.up),
                    std::max(a.down, b.down)};
        case op::max:
            return {std::max(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan, std::max(a.up, b.up),
                    std::max(a.down, b.down)};
        default: return off_by(how, function_of(code, a), ulp_of(code));
    }
}

possible sum_of(const arithmetic& how, std::span<const possible> row, bool exact) {
    possible total = exactly(0);
    real size = 0;
    float up = 0;
    for (const possible& p : row) {
        up = std::max(up, p.up);
        if (!p.number()) return only_nan();
        total = plus(how, total, p);
        total.up = 0;
        const real far = std::max(std::abs(p.low), std::abs(p.high));
        if (std::isfinite(far)) size += far;
    }
    total.up = up + static_cast<float>(std::ilogb(static_cast<real>(row.size() + 1))) + 1;
    return exact ? total : widened(how, total, size * how.epsilon() * roundings(row.size()));
}
possible extreme_of(std::span<const possible> row, bool largest) {
    if (!all_numbers(row)) return only_nan();
    possible best = exactly(largest ? -endless : endless);
    for (const possible& p : row) {
        best.low = largest ? std::max(best.low, p.low) : std::min(best.low, p.low);
        best.high = largest ? std::max(best.high, p.high) : std::min(best.high, p.high);
        best.nan = best.nan || p.nan;
        best.up = std::max(best.up, p.up);
        best.down = std::max(best.down, p.down);
    }
    return best;
}
possible logsumexp_of(const arithmetic& how, std::span<const possible> row) {
    if (!all_numbers(row)) return only_nan();
    possible p = between(0, logsumexp_of_ends(row, true), any_nan(row));
    p.low = std::min(p.high, logsumexp_of_ends(row, false));
    const real largest = largest_end(row, true);
    const real size = std::isfinite(largest) ? std::abs(largest) : 0;
    return widened(how, p, how.epsilon() * (roundings(row.size()) + 2 * size));
}
std::vector<possible> softmax_of(const arithmetic& how, std::span<const possible> row, op code) {
    const bool logarithm = code == op::log_softmax;
    const auto everywhere = [&](const possible& p) { return std::vector<possible>(row.size(), p); };
    if (!all_numbers(row)) return everywhere(only_nan());
    const possible largest = extreme_of(row, true);
    if (largest.low == largest.high && std::isinf(largest.low)) return everywhere(invalid(how));
    if (largest.may_be_infinite()) return everywhere(between(logarithm ? -endless : 0, logarithm ? 0 : 1, true));
    const std::vector<log_sum> others_low = log_sums_of_others(row, false), others_high = log_sums_of_others(row, true);
    // -log(1 + exp(others - mine)): rises with the element, falls with the others.
    const auto log_part = [](real mine, const log_sum& others) {
        if (mine == -endless) return -endless;
        const real distance = (others.shift - mine) + others.rest;
        return distance > 0 ? -distance - std::log1p(std::exp(-distance)) : -std::log1p(std::exp(distance));
    };
    // The same with the parts exchanged: falls with the element, rises with the others.
    const auto log_rest = [&](real mine, const log_sum& others) {
        if (mine == -endless) return real{0};
        if (others.shift == -endless) return -endless;
        return log_part(0, {mine - others.shift, -others.rest});
    };
    const real size = std::abs(largest.high);
    const bool nan = any_nan(row);
    std::vector<possible> all;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const possible& mine = row[i];
        possible p = between(0, log_part(mine.high, others_low[i]), nan);
        p.low = std::min(p.high, log_part(mine.low, others_high[i]));
        const real distance = std::isfinite(mine.low) ? std::abs(largest.high - mine.low) : 0;
        if (code == op::softmax_complement) {
            const real low = log_rest(mine.high, others_low[i]), high = log_rest(mine.low, others_high[i]);
            const real away = std::isfinite(others_low[i].shift) ? std::abs(largest.high - others_low[i].shift) : 0;
            all.push_back(off_by(how, between(std::exp(std::min(low, high)), std::exp(high), nan),
                                 roundings(row.size()) + 2 * (distance + away)));
        } else if (logarithm)
            all.push_back(widened(how, p, how.epsilon() * (roundings(row.size()) + 2 * distance + 2 * size)));
        else
            all.push_back(
                off_by(how, between(std::exp(p.low), std::exp(p.high), nan), roundings(row.size()) + 2 * distance));
    }
    return all;
}
possible attains(const arithmetic& how, std::span<const possible> row, std::size_t place, bool largest) {
    const possible best = extreme_of(row, largest);
    const possible& mine = row[place];
    constexpr std::size_t too_long = 1000;  // every element is compared with every other
    bool beaten = false, beats_all = row.size() < too_long && mine.number() && !mine.nan && !best.nan;
    for (std::size_t i = 0; i < row.size() && row.size() < too_long; ++i) {
        if (i == place) continue;
        const possible& other = row[i];
        const bool clear = largest ? other.high < mine.low : other.low > mine.high;
        beaten = beaten ||
                 (mine.number() && !mine.nan && !best.nan && (largest ? other.low > mine.high : other.high < mine.low));
        beats_all = beats_all && other.number() && (clear || (mine.point() && other.point() && other.low == mine.low));
    }
    if (beats_all || beaten) return exactly(beats_all ? 1 : 0);
    arithmetic open = how;
    open.open_ties = true;
    return compared(open, op::equal, mine, best, false);
}

}  // namespace gradus::fuzz
