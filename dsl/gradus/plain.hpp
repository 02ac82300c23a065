// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A float64 number that knows the vocabulary of formulas, so that the body of a composite also runs on
// numbers. A type of its own: free functions on double would collide with those of <cmath>.
#pragma once

#include <gradus/primitive.hpp>

namespace gradus {

struct plain {
    double value = 0;

    constexpr plain() = default;
    constexpr plain(double v) : value(v) {}
    constexpr explicit operator double() const { return value; }
};

namespace detail {
constexpr plain applied(op code, plain a, plain b = {}, plain c = {}) {
    return about(code).value(a.value, b.value, c.value);
}
}  // namespace detail

#define GRADUS_PLAIN_UNARY(name, code) \
    constexpr plain name(plain a) { return detail::applied(code, a); }
#define GRADUS_PLAIN_BINARY(name, code) \
    constexpr plain name(plain a, plain b) { return detail::applied(code, a, b); }
GRADUS_PLAIN_UNARY(operator-, op::neg)
GRADUS_PLAIN_UNARY(operator!, op::logical_not)
GRADUS_PLAIN_UNARY(abs, op::abs)
GRADUS_PLAIN_UNARY(sign, op::sign)
GRADUS_PLAIN_UNARY(exp, op::exp)
GRADUS_PLAIN_UNARY(expm1, op::expm1)
GRADUS_PLAIN_UNARY(log, op::log)
GRADUS_PLAIN_UNARY(log1p, op::log1p)
GRADUS_PLAIN_UNARY(sqrt, op::sqrt)
GRADUS_PLAIN_UNARY(tanh, op::tanh)
GRADUS_PLAIN_UNARY(sigmoid, op::sigmoid)
GRADUS_PLAIN_UNARY(softplus, op::softplus)
GRADUS_PLAIN_UNARY(erf, op::erf)
GRADUS_PLAIN_UNARY(sin, op::sin)
GRADUS_PLAIN_UNARY(cos, op::cos)
GRADUS_PLAIN_UNARY(floor, op::floor)
GRADUS_PLAIN_UNARY(isnan, op::isnan)
GRADUS_PLAIN_UNARY(stop_gradient, op::stop_gradient)
GRADUS_PLAIN_BINARY(operator+, op::add)
GRADUS_PLAIN_BINARY(operator-, op::sub)
GRADUS_PLAIN_BINARY(operator*, op::mul)
GRADUS_PLAIN_BINARY(operator/, op::div)
GRADUS_PLAIN_BINARY(pow, op::pow)
GRADUS_PLAIN_BINARY(min, op::min)
GRADUS_PLAIN_BINARY(max, op::max)
GRADUS_PLAIN_BINARY(operator<, op::less)
GRADUS_PLAIN_BINARY(operator<=, op::less_equal)
GRADUS_PLAIN_BINARY(operator>, op::greater)
GRADUS_PLAIN_BINARY(operator>=, op::greater_equal)
GRADUS_PLAIN_BINARY(operator==, op::equal)
GRADUS_PLAIN_BINARY(operator!=, op::not_equal)
GRADUS_PLAIN_BINARY(operator&&, op::logical_and)
GRADUS_PLAIN_BINARY(operator||, op::logical_or)
#undef GRADUS_PLAIN_UNARY
#undef GRADUS_PLAIN_BINARY

constexpr plain where(plain condition, plain a, plain b) { return detail::applied(op::where, condition, a, b); }
constexpr plain custom_gradient(plain value, plain, plain) { return value; }

}  // namespace gradus
