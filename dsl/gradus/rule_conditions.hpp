// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the constants k and l of a rule must satisfy.
#pragma once

#include <gradus/math.hpp>

namespace gradus::detail {

using rule_condition = bool (*)(double k, double l);

constexpr bool positive(double k, double) { return k > 0; }
/// Whether k + l is a float64: the rounding error of the sum (Knuth's two-sum) is 0.
constexpr bool exact_sum(double k, double l) {
    const double sum = math::add(k, l), part = math::sub(sum, k);
    return math::add(math::sub(k, math::sub(sum, part)), math::sub(l, part)) == 0;
}
constexpr bool exact_difference(double k, double l) { return exact_sum(-k, l); }
/// What a constant loses as a float32.
constexpr double lost_in_float32(double k) {
    return math::abs(k) <= 0x1.fffffep127 ? math::abs(math::sub(static_cast<double>(static_cast<float>(k)), k)) : 0;
}
/// Whether k + l is exact, and as a float32 loses no more than k and l do.
constexpr bool collectable(double k, double l) {
    return exact_sum(k, l) && lost_in_float32(math::add(k, l)) <= math::add(lost_in_float32(k), lost_in_float32(l));
}
constexpr bool one_more(double k, double) { return collectable(k, 1); }

}  // namespace gradus::detail
