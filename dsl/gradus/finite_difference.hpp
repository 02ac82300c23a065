// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives from values alone, for check_gradient. A `probe` evaluates a graph at points near the given one and
// sees which comparisons come out differently; `extrapolated` takes differences with ever smaller steps to the
// limit and says how far to trust it.
#pragma once

#include <gradus/evaluate.hpp>
#include <gradus/ties.hpp>

namespace gradus::detail {

/// A limit with the error that its last steps suggest.
struct estimate {
    double value = quiet_nan;
    double error = infinity;
};

/// The limit of difference(h) for h → 0 (Richardson, Neville): its error goes with h^order, h^(2 order), ... The
/// entry of the table that agrees best with its neighbours is taken; smaller steps only add rounding errors.
template <class Difference>
estimate extrapolated(double h, int order, Difference difference) {
    constexpr std::size_t levels = 8;
    std::array<double, levels> before{}, row{};
    estimate best;
    for (std::size_t k = 0; k < levels; ++k, h /= 2) {
        row[0] = difference(h);
        double factor = 1;
        for (std::size_t j = 1; j <= k; ++j) {
            factor *= order == 2 ? 4 : 2;
            row[j] = (factor * row[j - 1] - before[j - 1]) / (factor - 1);
            const double error = math::max(math::abs(row[j] - row[j - 1]), math::abs(row[j] - before[j - 1]));
            if (error < best.error) best = {row[j], error};
        }
        before = row;
    }
    return best;
}

/// A function and its derivative as one graph: outputs are the value, the upstream gradient, the derivative, and
/// for each pair that is compared what shows how the comparison comes out.
struct checked_graph {
    graph g;
    std::size_t variable = 0;  ///< the input's position

    static constexpr std::size_t value = 0, upstream = 1, derivative = 2, first_sense = 3;
};

/// Values near a point, with the outcome of each comparison.
class probe {
public:
    using values = vec<ndarray>;

    probe(const checked_graph& checked, const vec<bound>& inputs) : checked_(checked), inputs_(inputs) {
        here_ = interpret(checked_.g, inputs_);
        checked_.g.requirements.clear();  // points beside the given one may lie outside the domain
    }
    std::size_t size() const { return data().size(); }
    double at(std::size_t i) const { return data()[i]; }
    double derivative(std::size_t i) const { return here_[checked_graph::derivative].data[i]; }
    const vec<std::int64_t>& extents() const { return inputs_[checked_.variable].extents; }

    /// The values with element i moved by `step` and all elements by `shift`.
    values moved(std::size_t i, double step, double shift = 0) {
        const vec<double> before = data();
        for (double& x : data()) x += shift;
        data()[i] += step;
        values result = interpret(checked_.g, inputs_);
        data() = before;
        return result;
    }
    /// How a comparison comes out elsewhere: as here; otherwise where it is tied here; or otherwise.
    enum class outcome : std::uint8_t { same, tie, other };
    outcome compared(const values& there) const {
        outcome worst = outcome::same;
        for (std::size_t s = checked_graph::first_sense; s < here_.size(); s += 3)
            for (std::size_t k = 0; k < here_[s].size(); ++k) {
                if (here_[s][k] == there[s][k] && here_[s + 1][k] == there[s + 1][k]) continue;
                if (here_[s + 2][k] == 0) return outcome::other;
                worst = outcome::tie;
            }
        return worst;
    }
    static bool same_outcome(const values& a, const values& b) {
        for (std::size_t s = checked_graph::first_sense; s < a.size(); s += 3)
            for (std::size_t part = s; part < s + 2; ++part)
                for (std::size_t k = 0; k < a[part].size(); ++k)
                    if (a[part][k] != b[part][k]) return false;
        return true;
    }
    /// Σ upstream (above - below); elements that do not change add nothing, those that stay NaN included.
    double difference(const values& above, const values& below) const {
        compensated_sum total;
        const ndarray &a = above[checked_graph::value], &b = below[checked_graph::value];
        for (std::size_t k = 0; k < a.size(); ++k)
            if (a[k] != b[k] && !(math::isnan(a[k]) && math::isnan(b[k])))
                total.add(here_[checked_graph::upstream][k] * (a[k] - b[k]));
        return total.value();
    }
    /// Whether a value that is NaN here is so because of element i: it is not with another number there.
    bool is_nan_by(std::size_t i) {
        const std::size_t here = nan_count(here_);
        if (here == 0) return false;
        for (const double other : {-1.0, 0.0, 0.5, 1.0})
            if (nan_count(moved(i, other - at(i))) < here) return true;
        return false;
    }
    /// Central differences of element i.
    estimate central(std::size_t i, double h) {
        return extrapolated(h, 2, [&](double step) {
            const double above = at(i) + step, below = at(i) - step;
            return difference(moved(i, step), moved(i, -step)) / (above - below);
        });
    }
    /// The limit of the derivative of element i, coming from a side along that element, or along all at once; NaN
    /// if comparisons are tied there, too.
    estimate from_side(std::size_t i, double h, int side, bool all) {
        bool tied = false;
        const estimate limit = extrapolated(h, 1, [&](double t) {
            const double near = all ? -t / 2 : side * t / 2, far = all ? t / 2 : side * 3 * t / 2;
            const double shift = all ? side * t : 0;
            const values first = moved(i, near, shift), second = moved(i, far, shift);
            tied = tied || !same_outcome(first, second);
            return difference(second, first) / ((at(i) + shift + far) - (at(i) + shift + near));
        });
        return tied ? estimate{} : limit;
    }

private:
    static std::size_t nan_count(const values& v) {
        std::size_t count = 0;
        for (const double y : v[checked_graph::value]) count += math::isnan(y) ? 1 : 0;
        return count;
    }
    vec<double>& data() { return inputs_[checked_.variable].data; }
    const vec<double>& data() const { return inputs_[checked_.variable].data; }

    checked_graph checked_;
    vec<bound> inputs_;
    values here_;
};

}  // namespace gradus::detail
