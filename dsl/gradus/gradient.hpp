// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Derivatives as expressions: grad, vjp, jvp. Each is one surface node that the builder resolves, so
// adjoints never appear in a type, and a derivative can be differentiated again.
#pragma once

#include <gradus/composite.hpp>
#include <gradus/one_sided.hpp>

namespace gradus {
namespace detail {

template <class T>
struct is_variable : std::false_type {};
template <fixed_string Declaration, role Use, class T>
struct is_variable<variable<Declaration, Use, T>> : std::true_type {
    static constexpr bool differentiable = Use == role::tensor || Use == role::scalar;
};
template <class T>
concept any_variable = is_variable<std::remove_cvref_t<T>>::value;

/// The derivative lives on the variable's axes and has its element type.
template <class X, kink_policy Policy = kink_policy::torch>
struct vjp_tag {
    using derivative_for = X;
    static constexpr bool differentiates = true;
    template <class Y, class...>
    static constexpr sym build_from(builder& graph, sym y, sym x, sym upstream) {
        axis_set space = 0;
        for (int i = 0; i < axes_of<Y>.count; ++i)
            space |= axis_set{1} << graph.axis(axes_of<Y>.names[static_cast<std::size_t>(i)]);
        return {&graph, differentiate(graph, y.id, x.id, gathered(upstream, y, space).id, Policy)};
    }
    static constexpr axis_names axes(const axis_names&, const axis_names& x, const axis_names&) { return x; }
};

template <kink_policy Policy = kink_policy::torch>
struct jvp_tag {
    static constexpr bool differentiates = true;
    static constexpr sym build(builder& graph, sym y, sym x, sym direction) {
        return {&graph, push_forward(graph, y.id, x.id, direction.id, Policy)};
    }
    static constexpr axis_names axes(const axis_names& y, const axis_names&, const axis_names&) { return y; }
};

template <expression F, any_variable X>
constexpr bool can_differentiate() {
    declared_inputs known;
    F::declare(known);
    return known.find(X::name.view()) != nullptr;
}
template <expression F, any_variable X>
constexpr bool can_have_gradient() {
    return report::is_differentiable<report::gradient_for<X::name>, is_variable<X>::differentiable>() &&
           report::occurs<report::gradient_for<X::name>, can_differentiate<F, X>()>();
}
template <operand S, expression Y>
constexpr bool seed_fits() {
    return report::seed_fits<axes_of<Y>.includes(axes_of<expression_of<S>>)>();
}

}  // namespace detail

/// The gradient of a scalar expression f for the variable x: an expression with the axes of x. At kinks the
/// derivative that the policy names, by default kinks::torch.
template <expression F, detail::any_variable X, kink_policy Policy = kink_policy::torch>
constexpr auto grad(const F& f, const X& x, at_kinks<Policy> = {}) {
    static_assert(report::is_scalar<(axes_of<F>.count == 0)>());
    static_assert(detail::can_have_gradient<F, X>());
    return make_expression<detail::vjp_tag<X, Policy>>(f, x, 1.0);
}

/// The vector-Jacobian product gyᵀ ∂y/∂x: reverse mode with the upstream gradient gy, whose axes are
/// among those of y (missing ones are broadcast).
template <expression Y, detail::any_variable X, operand G, kink_policy Policy = kink_policy::torch>
constexpr auto vjp(const Y& y, const X& x, const G& gy, at_kinks<Policy> = {}) {
    static_assert(detail::can_have_gradient<Y, X>());
    static_assert(detail::seed_fits<G, Y>());
    return make_expression<detail::vjp_tag<X, Policy>>(y, x, gy);
}

/// The Jacobian-vector product ∂y/∂x dx: the derivative of y in the direction dx. Policies take the limits of
/// ∂y/∂x, whatever the sign of dx.
template <expression Y, detail::any_variable X, operand D, kink_policy Policy = kink_policy::torch>
constexpr auto jvp(const Y& y, const X& x, const D& dx, at_kinks<Policy> = {}) {
    static_assert(detail::can_have_gradient<Y, X>());
    static_assert(detail::seed_fits<D, X>());
    return make_expression<detail::jvp_tag<Policy>>(y, x, dx);
}

}  // namespace gradus
