// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts that several losses are made of, on builder handles, to be used in their bodies.
#pragma once

#include <gradus/composite.hpp>

namespace gradus::detail {

// A weight that may be absent: of an element, or at the label of a row.
constexpr sym weighed(sym value, absent) { return value; }
constexpr sym weighed(sym value, sym weight) { return weight * value; }
template <fixed_string Axis>
constexpr absent weight_at(absent, over_t<Axis>, sym) {
    return {};
}
template <fixed_string Axis>
constexpr sym weight_at(sym weight, over_t<Axis> over, sym label) {
    return at(weight, over, label);
}

/// max(z, 0), whose gradient passes at z = 0; NaN for NaN, without a gradient: PyTorch's clamp_min.
constexpr sym clamped_at_zero(sym z) { return where(z >= 0.0, z, stop_gradient(max(z, 0.0))); }

/// The same for z made of lengths: NaN for NaN, with the gradient that the NaN gives.
constexpr sym hinge_of_distance(sym z) { return where(z < 0.0, 0.0, z); }

/// The loss of a logit x for a target in [0, 1]: two positive terms, so that nothing cancels.
constexpr sym logit_loss(sym x, sym t, auto pos_weight) {
    return weighed(scaled(t, softplus(-x)), pos_weight) + scaled(1.0 - t, softplus(x));
}

/// u^γ, what focal losses multiply by. Where u is 0 its derivative may be infinite but has no effect.
constexpr sym focus(sym u, sym gamma) {
    const sym power = pow(u, gamma);
    const node exponent = *gamma;
    if (exponent.code == op::constant && (exponent.value == 0 || exponent.value >= 1)) return power;
    return where(u > 0.0, power, stop_gradient(power));
}

}  // namespace gradus::detail
