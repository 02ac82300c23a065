// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The words of formulas: which functions and operators stand for which primitives. Expressions
// (operators.hpp), builder handles (sym.hpp) and plain numbers (plain.hpp) each define them all from
// these lists; a new pointwise primitive is one line here.
#pragma once

/// X(name, op): one operand.
#define GRADUS_UNARY_WORDS(X)     \
    X(operator-, op::neg)         \
    X(operator!, op::logical_not) \
    X(abs, op::abs)               \
    X(sign, op::sign)             \
    X(exp, op::exp)               \
    X(exp2, op::exp2)             \
    X(expm1, op::expm1)           \
    X(log, op::log)               \
    X(log2, op::log2)             \
    X(log1p, op::log1p)           \
    X(sqrt, op::sqrt)             \
    X(tanh, op::tanh)             \
    X(sigmoid, op::sigmoid)       \
    X(softplus, op::softplus)     \
    X(erf, op::erf)               \
    X(erfc, op::erfc)             \
    X(normal_cdf, op::normal_cdf) \
    X(normal_pdf, op::normal_pdf) \
    X(tanhshrink, op::tanhshrink) \
    X(softsign, op::softsign)     \
    X(sin, op::sin)               \
    X(cos, op::cos)               \
    X(floor, op::floor)           \
    X(isnan, op::isnan)           \
    X(stop_gradient, op::stop_gradient)

/// X(name, op): two operands.
#define GRADUS_BINARY_WORDS(X)       \
    X(operator+, op::add)            \
    X(operator-, op::sub)            \
    X(operator*, op::mul)            \
    X(operator/, op::div)            \
    X(scaled, op::scaled)            \
    X(pow, op::pow)                  \
    X(min, op::min)                  \
    X(max, op::max)                  \
    X(operator<, op::less)           \
    X(operator<=, op::less_equal)    \
    X(operator>, op::greater)        \
    X(operator>=, op::greater_equal) \
    X(operator&&, op::logical_and)   \
    X(operator||, op::logical_or)

/// X(name, op): comparisons that, of two expressions, also ask whether these are equal.
#define GRADUS_EQUALITY_WORDS(X) \
    X(operator==, op::equal)     \
    X(operator!=, op::not_equal)
