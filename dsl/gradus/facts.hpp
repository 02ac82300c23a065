// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Facts about functions, proven when the program compiles: range(f), is_monotone(f),
// is_positively_homogeneous(f).
//
//     static_assert(range(sigmoid(x)) == interval{0, 1});
//     static_assert(is_monotone(relu(x)));
//
// The line is cut into pieces at the ties of the formula. On each, f and its derivative are enclosed in intervals
// (enclosure.hpp, tail.hpp); where the derivative keeps its sign the values at the ends enclose f exactly. Pieces
// on which this is too coarse are halved. What interval arithmetic cannot show is not claimed: a range may be too
// wide, and monotone::unknown says nothing. Ends carry the rounding errors of float64.
#pragma once

#include <gradus/homogeneity.hpp>
#include <gradus/one_variable.hpp>
#include <gradus/tail.hpp>
#include <gradus/ties.hpp>

namespace gradus {

enum class monotone : std::uint8_t { unknown, nondecreasing, nonincreasing, constant };

/// The answer of is_monotone: true if f is monotone for sure.
struct monotonicity {
    monotone direction = monotone::unknown;
    constexpr explicit operator bool() const { return direction != monotone::unknown; }
    friend constexpr bool operator==(monotonicity, monotonicity) = default;
    friend constexpr bool operator==(monotonicity a, monotone b) { return a.direction == b; }
};

namespace detail {

/// A part of the line on which all comparisons are decided, with what is known of f there.
struct piece {
    interval x;
    std::size_t between = 0;  ///< the number of the gap between ties that it lies in
    interval first, last;     ///< the limits at its ends
    interval middle;          ///< the value inside, unless it is monotone
    interval value;
    interval slope;
    bool jumps = false;

    constexpr bool rises() const { return !jumps && slope.low >= 0; }
    constexpr bool falls() const { return !jumps && slope.high <= 0; }
};

class study {
public:
    constexpr explicit study(one_variable& f) : study(f, differentiated(f)) {}

    constexpr const vec<double>& cuts() const { return cuts_; }
    constexpr const vec<piece>& pieces() const { return pieces_; }
    /// The value at a point; the limits of value and slope there on a piece.
    constexpr interval at(double x) { return values_.run(root_, point(x)); }
    constexpr interval limit(double x, std::size_t between) { return values_.run(root_, point(x), decisions(between)); }
    constexpr interval slope(double x, std::size_t between) {
        return values_.run(last_, point(x), decisions(between)), values_[slope_];
    }
    constexpr void halve(std::size_t i) {
        const piece whole = pieces_[i];
        const double middle = inner(whole.x);
        pieces_[i] = studied({whole.x.low, middle}, whole.between, whole.first, whole.middle);
        pieces_.push_back(studied({middle, whole.x.high}, whole.between, whole.middle, whole.last));
    }
    /// A point inside.
    static constexpr double inner(interval x) {
        if (x.low == -infinity) return x.high == infinity ? 0 : 2 * x.high - 1;
        return x.high == infinity ? 2 * x.low + 1 : x.low + (x.high - x.low) / 2;
    }

private:
    static constexpr double far = 16;  ///< where tails begin, if no tie lies beyond

    static constexpr node_id differentiated(one_variable& f) {
        return differentiate(f.graph, f.root, f.variable, f.graph.constant(1));
    }
    static constexpr graph finished(const one_variable& f, node_id slope) {
        output value, derivative;
        value.value = f.root;
        derivative.value = slope;
        return f.graph.finish(vec<output>{value, derivative});
    }
    constexpr study(one_variable& f, node_id slope)
        : graph_(finished(f, slope)),
          values_(graph_),
          root_(graph_.outputs[0].value),
          slope_(graph_.outputs[1].value),
          last_(static_cast<node_id>(graph_.nodes.size()) - 1) {
        const tie_points ties(f.graph, f.variable, ties_of(f.graph, {f.root, slope}, f.variable));
        derived_ = !f.reaches(op::custom_gradient) && !f.reaches(op::stop_gradient);
        cut(ties.points());
        for (std::size_t i = 0; i + 1 < cuts_.size(); ++i) {
            const interval gap{cuts_[i], cuts_[i + 1]};
            if (ties.complete()) {
                values_.run(last_, point(inner(gap)));
                decided_.push_back(values_.values());
            }
            pieces_.push_back(studied(gap, i, limit(gap.low, i), limit(gap.high, i)));
        }
    }
    constexpr void cut(const vec<double>& ties) {
        double last = far;
        for (const double t : ties)
            if (math::abs(t) >= last) last = 2 * math::abs(t);
        cuts_ = {-infinity, -last};
        bool zero = false;
        for (const double t : ties) {
            if (!zero && t > 0) cuts_.push_back(0);
            zero = zero || t >= 0;
            cuts_.push_back(t);
        }
        if (!zero) cuts_.push_back(0);
        cuts_.push_back(last);
        cuts_.push_back(infinity);
    }
    constexpr const vec<interval>* decisions(std::size_t between) const {
        return decided_.empty() ? nullptr : &decided_[between];
    }
    /// What is known of a piece, given its place and its ends.
    constexpr piece studied(interval x, std::size_t between, interval first, interval last) {
        values_.run(last_, x, decisions(between));
        piece p{x, between, first, last, {}, values_[root_], values_[slope_], values_.jumps() || !derived_};
        const bool unbounded = p.x.low == -infinity || p.x.high == infinity;
        if (unbounded) {
            const double bound = tail(graph_, values_, p.x)[root_].bound(p.x.high == infinity ? p.x.low : -p.x.high);
            p.value = narrowed(p.value, {-bound, bound});
        }
        if (p.rises() || p.falls()) {
            p.value = narrowed(p.value, hull(p.first, p.last));
            return p;
        }
        const double middle = inner(p.x);
        p.middle = limit(middle, p.between);
        if (!p.jumps && !unbounded)
            p.value = narrowed(p.value, sum(p.middle, product(p.slope, {p.x.low - middle, p.x.high - middle})));
        return p;
    }

    graph graph_;
    enclosure values_;
    node_id root_, slope_, last_;
    bool derived_ = true;  ///< the slope is the derivative, and not what the user says it is
    vec<double> cuts_;
    vec<vec<interval>> decided_;
    vec<piece> pieces_;
};

/// The hull of the pieces' values, those that exceed what f surely attains being halved.
class range_search {
public:
    constexpr explicit range_search(study& f) : f_(f) {
        for (const double x : f.cuts()) attain(f.at(x));
    }
    constexpr interval run() {
        constexpr int budget = 40;
        for (int i = 0; i < budget; ++i) {
            const std::size_t worst = loosest();
            if (worst == f_.pieces().size()) break;
            attain(f_.pieces()[worst].middle);
            f_.halve(worst);
        }
        interval all = attained_;
        for (const piece& p : f_.pieces()) all = hull(all, p.value);
        return {all.low + 0.0, all.high + 0.0};  // -0 is 0
    }

private:
    constexpr void attain(interval value) {
        if (value.is_point()) attained_ = hull(attained_, value);
    }
    static constexpr double excess(double beyond, double attained) {
        if (!(beyond > attained)) return 0;
        return is_finite(beyond) && beyond - attained <= 1e-6 * (1 + math::abs(beyond)) ? 0
                                                                                        : math::sub(beyond, attained);
    }
    constexpr std::size_t loosest() const {
        std::size_t worst = f_.pieces().size();
        double largest = 0;
        for (std::size_t i = 0; i < f_.pieces().size(); ++i) {
            const piece& p = f_.pieces()[i];
            const double over = math::max(excess(p.value.high, attained_.high), excess(-p.value.low, -attained_.low));
            if ((p.rises() || p.falls()) || over <= largest) continue;
            largest = over;
            worst = i;
        }
        return worst;
    }

    study& f_;
    interval attained_ = nothing;
};

/// Whether f rises, falls or neither, from its slope on all pieces and its jumps between them.
class slope_search {
public:
    constexpr explicit slope_search(study& f) : f_(f) {}
    constexpr monotone run() {
        if (!steps()) return monotone::unknown;
        constexpr int budget = 40;
        std::size_t next = 0;
        for (int i = 0; i < budget && next < f_.pieces().size() && (rises_ || falls_); ++i) {
            if (settled(f_.pieces()[next])) {
                ++next;
                continue;
            }
            const piece coarse = f_.pieces()[next];
            take(f_.slope(study::inner(coarse.x), coarse.between));
            f_.halve(next);
        }
        if (next < f_.pieces().size() || !(rises_ || falls_)) return monotone::unknown;
        if (rises_ && falls_) return monotone::constant;
        return rises_ ? monotone::nondecreasing : monotone::nonincreasing;
    }

private:
    /// Takes the piece's direction into account; false if it is not known yet.
    constexpr bool settled(const piece& p) {
        if (!p.rises() && !p.falls()) {
            if (!p.jumps) return false;
            rises_ = falls_ = false;
        }
        take(p.slope);
        return true;
    }
    constexpr void take(interval slope) {
        rises_ = rises_ && slope.low >= 0;
        falls_ = falls_ && slope.high <= 0;
    }
    static constexpr bool below(interval a, interval b) {
        return a.high <= b.low || a.high - b.low <= 1e-15 * (math::abs(a.high) + math::abs(b.low));
    }
    /// Looks at both sides of each cut; false if a value there is not known.
    constexpr bool steps() {
        for (std::size_t i = 1; i + 1 < f_.cuts().size(); ++i) {
            const double x = f_.cuts()[i];
            const interval left = f_.limit(x, i - 1), here = f_.at(x), right = f_.limit(x, i);
            if (!left.is_point() || !here.is_point() || !right.is_point()) return false;
            rises_ = rises_ && below(left, here) && below(here, right);
            falls_ = falls_ && below(right, here) && below(here, left);
        }
        return true;
    }

    study& f_;
    bool rises_ = true, falls_ = true;
};

/// The intervals of a formula of any number of variables.
template <expression F>
constexpr interval wide_range(const F& f) {
    const graph g = lower(f);
    enclosure values(g);
    return values.run(g.outputs[0].value, everything);
}
template <expression F>
constexpr bool is_pointwise(const F& f) {
    for (const node& n : lower(f).nodes)
        if (about(n.code).shape != form::pointwise && n.code != op::constant && n.code != op::input) return false;
    return true;
}

}  // namespace detail

/// An interval that holds every value of f, whatever its variables, infinite ones included, NaN aside; ends are
/// true up to rounding. For a pointwise function of one variable usually the range itself; else what the
/// intervals of the operations give. A reduction is taken to have at least one element.
template <expression F>
constexpr interval range(const F& f) {
    if constexpr (detail::has_one_variable<F>())
        if (detail::is_pointwise(f)) {
            detail::one_variable function(f);
            detail::study pieces(function);
            return detail::range_search(pieces).run();
        }
    return detail::wide_range(f);
}

/// Whether f, a pointwise function of one variable, is nondecreasing or nonincreasing on the whole line:
/// static_assert(is_monotone(f)), is_monotone(f) == monotone::nondecreasing. monotone::unknown: it is not, or this
/// cannot be shown.
template <expression F>
constexpr monotonicity is_monotone(const F& f) {
    detail::one_variable function(f);
    detail::study pieces(function);
    return {detail::slope_search(pieces).run()};
}

}  // namespace gradus
