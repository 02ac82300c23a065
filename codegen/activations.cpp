// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "activations.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace gradus {
namespace {

using factors = std::vector<node_id>;

class matcher {
public:
    explicit matcher(builder& graph) : graph_(graph) {}

    sym match(sym made) {
        std::optional<sym> found;
        switch ((*made).code) {
            case op::mul: found = product(made); break;
            case op::add: found = slope(made); break;
            case op::where: found = with_limits(made); break;
            case op::tanh:
            case op::sigmoid: found = of_softplus(made); break;
            default: break;
        }
        return found.value_or(made);
    }

private:
    const node& at(node_id id) const { return graph_[id]; }
    bool is_constant(node_id id, double value) const { return at(id).code == op::constant && at(id).value == value; }

    /// Holds a number of the inputs' format: no rounding has gone before.
    bool is_unrounded(node_id id) const {
        const node& n = at(id);
        if (n.type != kind::real) return false;
        switch (n.code) {
            case op::input: return true;
            case op::neg:
            case op::at: return is_unrounded(n.args[0]);
            case op::mul: return is_power_of_two(n.args[0]) && is_unrounded(n.args[1]);
            default: return false;
        }
    }
    bool is_power_of_two(node_id id) const {
        if (at(id).code != op::constant) return false;
        const double size = std::abs(at(id).value);
        return size >= 1 && size <= 16 && std::has_single_bit(static_cast<unsigned>(size)) && std::floor(size) == size;
    }
    bool is_negative_of(node_id a, node_id b) const {
        const node &x = at(a), &y = at(b);
        if (x.code == op::neg && x.args[0] == b) return true;
        if (y.code == op::neg && y.args[0] == a) return true;
        return x.code == op::mul && y.code == op::mul && x.args[1] == y.args[1] && is_power_of_two(x.args[0]) &&
               is_constant(y.args[0], -at(x.args[0]).value);
    }

    // ---- products

    /// A product of more factors is not taken apart further: one of shared products has very many.
    static constexpr std::size_t most_factors = 8;

    void collect(node_id id, factors& all) const {
        const node& n = at(id);
        const bool whole = n.code != op::mul || n.type != kind::real || is_unrounded(id);
        if (whole || all.size() >= most_factors) return all.push_back(id);
        collect(n.args[0], all);
        collect(n.args[1], all);
    }
    factors factors_of(node_id id) const {
        factors all;
        collect(id, all);
        return all;
    }
    /// Takes one factor away; false if it is none.
    static bool remove(factors& all, node_id one) {
        const auto found = std::ranges::find(all, one);
        if (found == all.end()) return false;
        all.erase(found);
        return true;
    }
    sym activated(activation which, node_id x) {
        node n;
        n.code = op::activation;
        n.ref = static_cast<std::uint32_t>(which);
        n.args[0] = x;
        return {&graph_, graph_.intern(n)};
    }
    sym times(const factors& rest, sym last) {
        if (rest.empty()) return last;
        sym first{&graph_, rest.front()};
        for (std::size_t i = 1; i < rest.size(); ++i) first = first * sym{&graph_, rest[i]};
        return first * last;
    }
    std::optional<sym> product(sym made) {
        const factors all = factors_of(made.id);
        for (const node_id one : all) {
            factors rest = all;
            remove(rest, one);
            const std::optional<sym> found =
                at(one).code == op::activation ? scaled(one, rest) : with_function(one, rest);
            if (found) return found;
        }
        return std::nullopt;
    }
    /// f(x) times x, or times f(-x).
    std::optional<sym> with_function(node_id function, factors rest) {
        const node f = at(function);
        if ((f.code != op::normal_cdf && f.code != op::sigmoid) || !is_unrounded(f.args[0])) return std::nullopt;
        const bool logistic = f.code == op::sigmoid;
        if (remove(rest, f.args[0]))
            return times(rest, activated(logistic ? activation::silu : activation::gelu, f.args[0]));
        const auto mirrored = std::ranges::find_if(
            rest, [&](node_id id) { return at(id).code == op::sigmoid && is_negative_of(at(id).args[0], f.args[0]); });
        if (!logistic || mirrored == rest.end()) return std::nullopt;
        const node_id x = without_sign(f.args[0], at(*mirrored).args[0]);
        rest.erase(mirrored);
        return times(rest, activated(activation::sigmoid_slope, x));
    }
    /// Which of a number and its negative is written without a sign.
    node_id without_sign(node_id a, node_id b) const {
        const node& n = at(a);
        return n.code == op::neg || (n.code == op::mul && at(n.args[0]).value < 0) ? b : a;
    }
    /// 4 times the slope of the sigmoid function at 2x.
    std::optional<sym> scaled(node_id slope, factors rest) {
        const node f = at(slope), twice = at(f.args[0]);
        if (f.ref != static_cast<std::uint32_t>(activation::sigmoid_slope) || twice.code != op::mul ||
            !is_constant(twice.args[0], 2))
            return std::nullopt;
        const auto four = std::ranges::find_if(rest, [&](node_id id) { return is_constant(id, 4); });
        if (four == rest.end()) return std::nullopt;
        rest.erase(four);
        return times(rest, activated(activation::tanh_slope, twice.args[1]));
    }

    // ---- sums

    /// c f(x) + c x f'(x)
    std::optional<sym> slope(sym made) {
        const node n = *made;
        for (const std::size_t i : {0U, 1U})
            if (const std::optional<sym> found = slope(factors_of(n.args[i]), factors_of(n.args[1 - i]))) return found;
        return std::nullopt;
    }
    std::optional<sym> slope(const factors& first, const factors& second) {
        for (const node_id one : first) {
            const node n = at(one);
            if ((n.code != op::normal_cdf && n.code != op::sigmoid) || !is_unrounded(n.args[0])) continue;
            factors rest = first, others = second;
            remove(rest, one);
            if (!remove(others, n.args[0])) continue;
            const auto derivative = std::ranges::find_if(others, [&](node_id id) { return is_derivative(n, at(id)); });
            if (derivative == others.end()) continue;
            others.erase(derivative);
            std::ranges::sort(others);
            factors sorted = rest;
            std::ranges::sort(sorted);
            if (sorted == others)
                return times(rest, activated(n.code == op::sigmoid ? activation::silu_slope : activation::gelu_slope,
                                             n.args[0]));
        }
        return std::nullopt;
    }
    /// Whether `other` is the derivative of the function n at the same x.
    static bool is_derivative(const node& n, const node& other) {
        if (other.args[0] != n.args[0]) return false;
        return n.code == op::normal_cdf
                   ? other.code == op::normal_pdf
                   : other.code == op::activation && other.ref == static_cast<std::uint32_t>(activation::sigmoid_slope);
    }

    // ---- mish

    /// tanh(s) and sigmoid(±2s) of s = softplus(x) by one exponential w: with e^s = 1 + w they are w (w + 2) q,
    /// (1 + w)^2 q and q for q = 1 / ((1 + w)^2 + 1).
    std::optional<sym> of_softplus(sym made) {
        // Of x: beyond, q and what tanh lacks of 1 are 0 for a float, and w^2 is finite.
        constexpr double largest = 350;
        node_id softplus = (*made).args[0];
        double sign = 0;
        if ((*made).code == op::sigmoid) {
            const node& twice = at(softplus);
            if (twice.code != op::mul || at(twice.args[0]).code != op::constant) return std::nullopt;
            sign = at(twice.args[0]).value / 2;
            if (std::abs(sign) != 1) return std::nullopt;
            softplus = twice.args[1];
        }
        if (at(softplus).code != op::softplus) return std::nullopt;
        const sym w = exp(min(sym{&graph_, at(softplus).args[0]}, largest));
        const sym square = (1.0 + w) * (1.0 + w), q = 1.0 / (square + 1.0);
        return sign == 0 ? w * (w + 2.0) * q : sign > 0 ? square * q : q;
    }

    // ---- limits

    /// where(x >= infinity, limit, where(x <= -infinity, 0, f(x)))
    std::optional<sym> with_limits(sym made) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const node above = *made, inner = at(above.args[2]);
        if (inner.code != op::where) return std::nullopt;
        const node f = at(inner.args[2]);
        if (f.code != op::activation || !is_constant(inner.args[1], 0)) return std::nullopt;
        const auto compares = [&](node_id id, op code, double with) {
            return at(id).code == code && at(id).args[0] == f.args[0] && is_constant(at(id).args[1], with);
        };
        if (!compares(above.args[0], op::greater_equal, infinity) ||
            !compares(inner.args[0], op::less_equal, -infinity))
            return std::nullopt;
        const auto which = static_cast<activation>(f.ref);
        const bool rises = which == activation::gelu || which == activation::silu;
        const bool levels = which == activation::gelu_slope || which == activation::silu_slope;
        if ((rises && above.args[1] == f.args[0]) || (levels && is_constant(above.args[1], 1)))
            return sym{&graph_, inner.args[2]};
        return std::nullopt;
    }

    builder& graph_;
};

}  // namespace

std::string_view name_of(activation which) {
    constexpr std::array<std::string_view, 6> names{"gelu", "gelu'", "silu", "silu'", "sigmoid'", "tanh'"};
    return names[static_cast<std::size_t>(which)];
}

sym with_activations(sym made) { return (*made).type == kind::real ? matcher(*made.graph).match(made) : made; }

}  // namespace gradus
