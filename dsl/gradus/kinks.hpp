// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kinks of a function of one variable, found when the program compiles:
//
//     constexpr kinks k(hardtanh(x));
//     static_assert(k.size() == 2 && k[0].at == -1 && k[0].left == 0 && k[0].right == 1);
//
// and the policies for the derivative there, kinks::left and its like. A function can have a kink only where two
// values that it compares are equal. Each such point (ties.hpp) is checked by the interpreter: the two values
// tie, and the formula seen from either side (one_sided.hpp) has another value or derivative.
#pragma once

#include <gradus/one_variable.hpp>
#include <gradus/ties.hpp>

namespace gradus {

/// A point without derivative.
struct kink {
    double at = 0;
    double left = 0, right = 0;              ///< the derivatives from below and from above
    double value_left = 0, value_right = 0;  ///< the limits of the function
    double value = 0;                        ///< the function there
    double torch = 0;                        ///< the derivative that kinks::torch takes

    /// Whether the function jumps.
    constexpr bool is_jump() const;
    constexpr double midpoint() const { return 0.5 * (left + right); }
    /// The derivative that a policy takes: derivative(kinks::left).
    template <kink_policy Policy>
    constexpr double derivative(at_kinks<Policy>) const {
        if (Policy == kink_policy::left) return left;
        if (Policy == kink_policy::right) return right;
        return Policy == kink_policy::midpoint ? midpoint() : torch;
    }
};

namespace detail {
/// Whether two one-sided values differ by more than rounding.
constexpr bool differ(double a, double b) {
    if (math::isnan(a) || math::isnan(b)) return math::isnan(a) != math::isnan(b);
    if (a == b || !is_finite(a) || !is_finite(b)) return a != b;
    return math::abs(a - b) > 1e-9 * math::max(math::abs(a), math::abs(b)) + 1e-14;
}
}  // namespace detail

constexpr bool kink::is_jump() const { return detail::differ(value_left, value_right); }

namespace detail {

/// Looks at a function from either side of a point.
class kink_finder {
public:
    constexpr explicit kink_finder(one_variable& f)
        : ties_(ties_of(f.graph, {f.root}, f.variable)), samples_(f, nodes(f, ties_)) {}
    constexpr const vec<tie>& ties() const { return ties_; }

    /// The kink at a point; `found` is written in any case.
    constexpr bool is_kink(double at, kink& found) {
        const vec<double> here = samples_.at(at);
        found = {at, here[2], here[3], here[4], here[5], here[0], here[1]};
        const bool tied = has_tie(here);
        if (!tied && !crosses(found)) return false;
        if (tied && (math::isnan(found.value_left) || math::isnan(found.value_right))) limits_beside(found);
        return found.is_jump() || differ(found.left, found.right);
    }

private:
    static constexpr std::size_t first_tie = 6;

    /// Value, derivative, derivatives and values from the left and from the right, then the pairs.
    static constexpr vec<node_id> nodes(one_variable& f, const vec<tie>& ties) {
        const node_id one = f.graph.constant(1);
        const auto derivative = [&](kink_policy p) { return differentiate(f.graph, f.root, f.variable, one, p); };
        const auto value = [&](int side) { return one_side(f.graph, f.variable, side).seen(f.root); };
        vec<node_id> all{f.root,
                         derivative(kink_policy::torch),
                         derivative(kink_policy::left),
                         derivative(kink_policy::right),
                         value(-1),
                         value(+1)};
        for (const tie& t : ties) {
            all.push_back(t.u);
            all.push_back(t.v);
        }
        return all;
    }
    static constexpr bool has_tie(const vec<double>& values) {
        for (std::size_t i = first_tie; i < values.size(); i += 2)
            if (values[i] == values[i + 1]) return true;
        return false;
    }
    static constexpr double step(double at) { return at == 0 ? 0x1p-60 : math::abs(at) * 0x1p-50; }

    /// A tie that rounding keeps from being exact: a difference changes its sign between the points beside.
    constexpr bool crosses(kink& k) {
        const vec<double> below = samples_.at(k.at - step(k.at)), above = samples_.at(k.at + step(k.at));
        bool changes = false;
        for (std::size_t i = first_tie; i < below.size(); i += 2)
            changes = changes || (below[i] < below[i + 1] && above[i] > above[i + 1]) ||
                      (below[i] > below[i + 1] && above[i] < above[i + 1]);
        k = {k.at, below[1], above[1], below[0], above[0], k.value, k.torch};
        return changes;
    }
    /// One-sided values that the formula does not give at the point itself, as of 0 log 0.
    constexpr void limits_beside(kink& k) {
        if (math::isnan(k.value_left)) k.value_left = samples_.at(k.at - step(k.at))[0];
        if (math::isnan(k.value_right)) k.value_right = samples_.at(k.at + step(k.at))[0];
    }

    vec<tie> ties_;
    samples samples_;
};

}  // namespace detail

class kinks {
public:
    // Policies, as in grad(f, x, kinks::left): see kink_policy.
    static constexpr at_kinks<kink_policy::torch> torch{};
    static constexpr at_kinks<kink_policy::left> left{};
    static constexpr at_kinks<kink_policy::right> right{};
    static constexpr at_kinks<kink_policy::midpoint> midpoint{};

    static constexpr std::size_t capacity = 32;

    /// The kinks of a pointwise function of one variable, in rising order; parameters are numbers. Infinity is
    /// no kink.
    template <expression F>
    constexpr explicit kinks(const F& f) {
        detail::one_variable function(f);
        find(function);
    }
    constexpr std::size_t size() const { return size_; }
    constexpr const kink& operator[](std::size_t i) const { return kinks_[i]; }
    constexpr const kink* begin() const { return kinks_.data(); }
    constexpr const kink* end() const { return kinks_.data() + size_; }
    /// Whether these are all: false if the formula compares values whose tie is no matter of straight lines, takes
    /// floor, or has more kinks than `capacity`.
    constexpr bool complete() const { return complete_; }

private:
    constexpr void find(detail::one_variable& f) {
        detail::kink_finder finder(f);
        const detail::tie_points candidates(f.graph, f.variable, finder.ties());
        complete_ = candidates.complete() && !f.reaches(op::floor);
        kink found;
        for (const double at : candidates.points()) {
            if (!finder.is_kink(at, found)) continue;
            if (size_ < capacity)
                kinks_[size_++] = found;
            else
                complete_ = false;
        }
    }

    std::array<kink, capacity> kinks_{};
    std::size_t size_ = 0;
    bool complete_ = true;
};

}  // namespace gradus
