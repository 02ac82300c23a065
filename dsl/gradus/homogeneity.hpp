// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Positive homogeneity: f(c x) = c^d f(x) for all c > 0. Degrees follow the operations: those of factors add, the
// terms of a sum must agree, a comparison of values of equal degree does not change with c.
#pragma once

#include <gradus/lower.hpp>

namespace gradus {
namespace detail {

/// The degree of a value; the constant 0 has every degree.
struct degree {
    enum class what : std::uint8_t { none, exact, any } known = what::none;
    double value = 0;

    constexpr bool is(double d) const { return known == what::any || (known == what::exact && value == d); }
    constexpr bool invariant() const { return is(0); }
};
inline constexpr degree no_degree{};
constexpr degree of_degree(double d) { return {degree::what::exact, d}; }

constexpr degree same_degree(degree a, degree b) {
    if (a.known == degree::what::any) return b;
    return b.is(a.value) && a.known == degree::what::exact ? a : no_degree;
}
constexpr degree product_degree(degree a, degree b, double sign) {
    if (a.known == degree::what::none || b.known == degree::what::none) return no_degree;
    if (a.known == degree::what::any) return a;
    return b.known == degree::what::any ? (sign > 0 ? b : no_degree) : of_degree(a.value + sign * b.value);
}

class degrees {
public:
    /// Degrees of all nodes when the marked inputs are scaled.
    constexpr degrees(graph_view g, const vec<std::uint8_t>& scaled) : g_(g) {
        for (const node& n : g.nodes) all_.push_back(made(n, scaled));
    }
    constexpr degree operator[](node_id id) const { return all_[id]; }

private:
    constexpr degree of(const node& n, std::size_t i) const { return all_[n.args[i]]; }
    constexpr degree made(const node& n, const vec<std::uint8_t>& scaled) const {
        switch (n.code) {
            case op::constant: return {n.value == 0 ? degree::what::any : degree::what::exact, 0};
            case op::input: return of_degree(scaled[n.ref] != 0 ? 1 : 0);
            case op::neg:
            case op::abs:
            case op::stop_gradient:
            case op::custom_gradient:
            case op::reduce_sum:
            case op::reduce_max:
            case op::reduce_min:
            case op::at: return of(n, 0);
            case op::sqrt: return of(n, 0).known == degree::what::exact ? of_degree(of(n, 0).value / 2) : of(n, 0);
            case op::add:
            case op::sub:
            case op::min:
            case op::max: return same_degree(of(n, 0), of(n, 1));
            case op::mul:
            case op::scaled: return product_degree(of(n, 0), of(n, 1), 1);
            case op::div: return product_degree(of(n, 0), of(n, 1), -1);
            case op::pow: return power(n);
            case op::where: return of(n, 0).invariant() ? same_degree(of(n, 1), of(n, 2)) : no_degree;
            default: return compared(n);
        }
    }
    constexpr degree power(const node& n) const {
        const node& exponent = g_[n.args[1]];
        const degree base = of(n, 0);
        if (exponent.code == op::constant && base.known == degree::what::exact)
            return of_degree(base.value * exponent.value);
        return base.invariant() && of(n, 1).invariant() ? of_degree(0) : no_degree;
    }
    /// Comparisons look at signs of differences; every other operation needs operands that do not change.
    constexpr degree compared(const node& n) const {
        const bool compares = n.code == op::sign || n.code == op::isnan || n.code == op::logical_not ||
                              (n.code >= op::less && n.code <= op::logical_or);
        if (compares && arity(n) == 1) return of(n, 0).known == degree::what::none ? no_degree : of_degree(0);
        if (compares) return same_degree(of(n, 0), of(n, 1)).known == degree::what::none ? no_degree : of_degree(0);
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i)
            if (!of(n, i).invariant()) return no_degree;
        return of_degree(0);
    }

    graph_view g_;
    vec<degree> all_;
};

template <expression F>
constexpr bool is_homogeneous(const F& f, std::string_view variable) {
    const graph g = lower(f);
    vec<std::uint8_t> scaled;
    for (const input& in : g.inputs) {
        const bool real = in.use == role::tensor || in.use == role::scalar;
        scaled.push_back(real && (variable.empty() || graph_view(g).text_of(in.name) == variable) ? 1 : 0);
    }
    return degrees(g, scaled)[g.outputs[0].value].is(1);
}

}  // namespace detail

/// Whether f(c x) = c f(x) for all c > 0, x being all tensors and scalars of f together. False: it is not, or the
/// degrees of the operations do not show it.
template <expression F>
constexpr bool is_positively_homogeneous(const F& f) {
    return detail::is_homogeneous(f, {});
}
/// The same in one variable, the others held fixed.
template <expression F, detail::any_variable X>
constexpr bool is_positively_homogeneous(const F& f, const X&) {
    static_assert(detail::can_have_gradient<F, X>());
    return detail::is_homogeneous(f, X::name.view());
}

}  // namespace gradus
