// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The arithmetic of what is possible: for a value, all that correct code may make of it.
//
// A kernel computes in float32 or float64, and each of its operations may be off by a few ULP. `possible` is the set
// of results that such code can have: the numbers from low to high, infinities included, and NaN or not. Operations
// on sets contain every result of the operation on members, widened by the operation's own error:
//
//   rounding    c ULP of the result, and c times the smallest subnormal.
//   overflow    from the largest number of the format on, infinity too is possible; the number itself stays possible,
//               since code may compute in a wider format.
//   conditions  decided if all members agree; if not, both branches are possible, and so is all that lies between.
//   NaN         from infinity - infinity, 0 · infinity and the like: certain if the operands are. For a graph that
//               was not rewritten (`as_typed`) any number is possible there, since rules replace such forms by their
//               limits; next to infinities NaN is, since a softmax with an infinite logit is NaN as a whole; and
//               0 is possible of 0 · NaN, since the rules for entropies take 0 · log of anything for 0.
//   regrouping  rules regroup products and sums, (k a) b → k (a b): `up` and `down` are the binary exponents that the
//               factors reach together, one way or the other. Beyond the format's exponents all is possible above
//               (overflow in another place), and everything between 0 and the double below. For graphs as typed.
//
// The sign of a zero is not tracked: 1 / 0 is any number. Numbers are long double: 11 bits more than float64, and
// exponents beyond any product of two float64. Hence an element outside its set is a defect and no rounding error.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include <gradus/graph.hpp>

namespace gradus::fuzz {

using real = long double;
inline constexpr real endless = __builtin_infl();

/// How a graph's results are computed.
struct arithmetic {
    element type = element::float32;
    real slack = 1;             ///< errors are multiplied by it
    bool as_typed = false;      ///< rules have not been applied that code may apply
    bool open_ties = false;     ///< comparisons of equal reals are undecided: rules choose between subgradients there
    bool open_selects = false;  ///< a NaN in the branch not taken is possible

    real epsilon() const { return type == element::float32 ? 0x1p-23L : 0x1p-52L; }
    real smallest() const { return type == element::float32 ? 0x1p-149L : 0x1p-1074L; }
    real largest() const { return type == element::float32 ? 0x1.fffffep127L : 0x1.fffffffffffffp1023L; }
    float highest_exponent() const { return type == element::float32 ? 127 : 1023; }
};

struct possible {
    real low = endless, high = -endless;  ///< low > high: no number
    bool nan = false;
    float up = 0, down = 0;  ///< see above: regrouping

    bool number() const { return low <= high; }
    bool point() const { return low == high && !nan; }
    bool contains(real x) const { return low <= x && x <= high; }
    bool may_be_infinite() const { return number() && (low == -endless || high == endless); }
    bool may_be_true() const { return nan || (number() && !(low == 0 && high == 0)); }
    bool may_be_false() const { return contains(0); }
};

inline possible exactly(real x) {
    if (std::isnan(x)) return {endless, -endless, true};
    possible p{x, x};
    if (x != 0 && std::isfinite(x)) {
        const auto size = static_cast<float>(std::ilogb(x));
        p.up = std::max(size, 0.0F);
        p.down = std::max(-size, 0.0F);
    }
    return p;
}
inline possible between(real low, real high, bool nan = false) { return {low, high, nan}; }
inline possible only_nan() { return {endless, -endless, true}; }
inline possible anything() { return {-endless, endless, true}; }
inline possible either(const possible& a, const possible& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan, std::max(a.up, b.up),
            std::max(a.down, b.down)};
}

/// The value c in the format: constants and integers beyond 2^24 are rounded to it.
possible rounded(const arithmetic& how, real c);
/// A set widened by an absolute error, and by overflow.
possible widened(const arithmetic& how, possible p, real error);
/// A set widened by c ULP.
possible off_by(const arithmetic& how, const possible& p, real ulp);

/// What a pointwise primitive makes of its operands. `same`: the first two operands are one node.
/// `exact`: integers, which are not rounded.
possible apply(const arithmetic& how, op code, const possible& a, const possible& b, const possible& c, bool same,
               bool exact);

// Along a row, given by its elements.
possible sum_of(const arithmetic& how, std::span<const possible> row, bool exact);
possible extreme_of(std::span<const possible> row, bool largest);
possible logsumexp_of(const arithmetic& how, std::span<const possible> row);
std::vector<possible> softmax_of(const arithmetic& how, std::span<const possible> row, op code);
/// Whether the element at `place` attains the row's extreme.
possible attains(const arithmetic& how, std::span<const possible> row, std::size_t place, bool largest);

}  // namespace gradus::fuzz
