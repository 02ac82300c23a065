// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts that several losses are made of, on builder handles, to be used in their bodies.
#pragma once

#include <gradus/composite.hpp>

namespace gradus::detail {

/// a · b with 0 · ±∞ = 0, the value that t log t and t softplus(x) tend to. The select is part of the
/// value alone: the derivatives are those of the product, so that of t log t at 0 is log 0 = -∞, its limit.
constexpr sym limit_product(sym a, sym b) {
    if ((*a).code == op::constant) return is_zero(a) ? a : a * b;
    const sym value = where(a == 0.0, 0.0, a * b);
    return custom_gradient(custom_gradient(value, a, b), b, where(a == 0.0, 0.0, a));
}

}  // namespace gradus::detail
