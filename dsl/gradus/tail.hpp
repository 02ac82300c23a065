// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How fast values vanish towards infinity, which interval arithmetic cannot see: x · e^x for x below -16 is the
// product of something huge and something tiny. On the tail |x| = t >= start >= 1 a value is bounded by
// size · t^power · e^(-rate t); bounds add and multiply.
#pragma once

#include <gradus/enclosure.hpp>

namespace gradus::detail {

struct decay {
    double size = infinity;
    double power = 0;
    double rate = 0;

    constexpr bool known() const { return size < infinity; }
    /// The largest value for t >= start.
    constexpr double bound(double start) const {
        if (size == 0) return 0;
        if (!known() || rate < 0 || (rate == 0 && power > 0) || power > rate * start) return infinity;
        return math::mul(size, math::exp(power * math::log(start) - rate * start));
    }
};

/// The bounds of all nodes of a function of one variable on the tail beyond x.low or x.high, one of which is
/// infinite.
class tail {
public:
    constexpr tail(graph_view g, const enclosure& values, interval x)
        : g_(g), values_(values), side_(x.high == infinity ? 1 : -1), bounds_(g.nodes.size()), slopes_(g.nodes.size()) {
        for (node_id id = 0; id < g.nodes.size(); ++id) {
            slopes_[id] = slope(g_[id]);
            bounds_[id] = made(id);
        }
    }
    constexpr decay operator[](node_id id) const { return bounds_[id]; }

private:
    /// slope · t + offset, if a value is that.
    struct straight {
        double slope = 0, offset = 0;
        bool known = false;
    };

    constexpr straight slope(const node& n) const {
        const auto of = [&](std::size_t i) { return slopes_[n.args[i]]; };
        switch (n.code) {
            case op::constant: return {0, n.value, is_finite(n.value)};
            case op::input: return {side_, 0, true};
            case op::neg: return {-of(0).slope, -of(0).offset, of(0).known};
            case op::add: return {of(0).slope + of(1).slope, of(0).offset + of(1).offset, of(0).known && of(1).known};
            case op::sub: return {of(0).slope - of(1).slope, of(0).offset - of(1).offset, of(0).known && of(1).known};
            case op::mul:
                if (g_[n.args[0]].code != op::constant || !of(0).known) return {};
                return {of(0).offset * of(1).slope, of(0).offset * of(1).offset, of(1).known};
            case op::div:
                if (g_[n.args[1]].code != op::constant || of(1).offset == 0) return {};
                return {of(0).slope / of(1).offset, of(0).offset / of(1).offset, of(0).known && of(1).known};
            default: return {};
        }
    }
    /// What is bounded at least, as its interval says.
    constexpr decay flat(node_id id) const {
        const interval size = absolute(values_[id]);
        return {size.empty() ? 0 : size.high, 0, 0};
    }
    /// factor · e^u, or e^-|u| if it falls to both sides.
    constexpr decay exponential(node_id id, double factor, bool both_sides) const {
        const straight u = slopes_[g_[id].args[0]];
        const bool flipped = both_sides && u.slope > 0;
        if (!u.known || (u.slope >= 0 && !flipped)) return flat(id);
        const double offset = flipped ? -u.offset : u.offset;
        return {math::mul(factor, math::exp(offset)), 0, flipped ? u.slope : -u.slope};
    }
    static constexpr decay larger(decay a, decay b, double size) {
        return {size, a.power > b.power ? a.power : b.power, a.rate < b.rate ? a.rate : b.rate};
    }
    constexpr decay made(node_id id) const {
        constexpr double sqrt_e = 1.6487212707001282;
        const node& n = g_[id];
        const auto of = [&](std::size_t i) { return bounds_[n.args[i]]; };
        switch (n.code) {
            case op::input: return {1, 1, 0};
            case op::neg:
            case op::abs:
            case op::stop_gradient:
            case op::custom_gradient:
            case op::tanh:
            case op::softsign: return better(of(0), flat(id));
            case op::add:
            case op::sub: return better(larger(of(0), of(1), math::add(of(0).size, of(1).size)), flat(id));
            case op::mul:
            case op::scaled: return better(product(of(0), of(1)), flat(id));
            case op::div: return better(quotient(of(0), absolute(values_[n.args[1]]).low), flat(id));
            case op::where: return selected(n);
            case op::exp:
            case op::sigmoid:
            case op::softplus: return exponential(id, 1, false);
            case op::normal_cdf: return exponential(id, sqrt_e / 2, false);  // Φ(u) <= e^(-u²/2) / 2
            case op::normal_pdf: return exponential(id, sqrt_e / 2, true);
            default: return flat(id);
        }
    }
    /// The bound that vanishes, else the constant one.
    static constexpr decay better(decay a, decay constant) {
        return (a.known() && a.rate > 0) || !constant.known() ? a : constant;
    }
    static constexpr decay product(decay a, decay b) {
        return {a.size == 0 || b.size == 0 ? 0 : math::mul(a.size, b.size), a.power + b.power, a.rate + b.rate};
    }
    static constexpr decay quotient(decay a, double least) {
        return {least > 0 && a.known() ? math::div(a.size, least) : infinity, a.power, a.rate};
    }
    constexpr decay selected(const node& n) const {
        const interval condition = values_[n.args[0]];
        const decay yes = bounds_[n.args[1]], no = bounds_[n.args[2]];
        if (condition == point(0)) return no;
        return condition.contains(0) ? larger(yes, no, math::max(yes.size, no.size)) : yes;
    }

    graph_view g_;
    const enclosure& values_;
    double side_;
    vec<decay> bounds_;
    vec<straight> slopes_;
};

}  // namespace gradus::detail
