// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operators and pointwise functions on expressions, each a row of primitive.hpp by name.
#pragma once

#include <gradus/expression.hpp>
#include <gradus/vocabulary.hpp>

namespace gradus {
namespace detail {

template <class... Axes>
constexpr axis_names joined_axes(const Axes&... axes) {
    axis_names all;
    ((all = all.joined(axes)), ...);
    return all;
}

template <op Code>
struct pointwise {
    static constexpr sym build(builder&, sym a) { return a.apply(Code); }
    static constexpr sym build(builder&, sym a, sym b) { return a.apply(Code, b); }
    static constexpr sym build(builder&, sym a, sym b, sym c) { return a.apply(Code, b, c); }
    static constexpr axis_names axes(const auto&... child) { return joined_axes(child...); }
};
/// == and != of expressions: in a formula an elementwise comparison, as a condition of C++ the equality
/// of the two formulas.
template <op Code>
struct comparison : pointwise<Code> {
    static constexpr bool compares = true;
    static constexpr bool holds_if_equal = Code == op::equal;
};

template <class A, class B>
concept binary_operands = operand<A> && operand<B> &&(expression<A> || expression<B>);
template <class A, class B, class C>
concept ternary_operands = operand<A> && operand<B> && operand<C> &&(expression<A> || expression<B> || expression<C>);

}  // namespace detail

#define GRADUS_WORD(name, code)                             \
    template <expression A>                                 \
    constexpr auto name(const A& a) {                       \
        return make_expression<detail::pointwise<code>>(a); \
    }
GRADUS_UNARY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD
#define GRADUS_WORD(name, code)            \
    template <class A, class B>            \
    requires detail::binary_operands<A, B> \
    constexpr auto name(const A& a, const B& b) { return make_expression<detail::pointwise<code>>(a, b); }
GRADUS_BINARY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD
#define GRADUS_WORD(name, code)            \
    template <class A, class B>            \
    requires detail::binary_operands<A, B> \
    constexpr auto name(const A& a, const B& b) { return make_expression<detail::comparison<code>>(a, b); }
GRADUS_EQUALITY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD

/// a where the condition holds, else b. The branch that is not taken reaches neither the value nor any
/// gradient, whatever it is.
template <class C, class A, class B>
requires detail::ternary_operands<C, A, B>
constexpr auto where(const C& condition, const A& a, const B& b) {
    return make_expression<detail::pointwise<op::where>>(condition, a, b);
}

namespace detail {
struct require_tag {
    static constexpr sym build(builder&, sym value, sym condition) { return require(value, condition); }
    static constexpr axis_names axes(const axis_names& value, const axis_names&) { return value; }
};
}  // namespace detail

/// `value`, where the condition must hold for every element of the data: value · the axes of the value;
/// the condition may have others, and may depend on reductions · error: a call whose data violate the
/// condition fails before anything is written, and names value, position and condition; NaN violates a
/// comparison, as it does in C++; a condition counts also in a branch of `where` that is not taken, and
/// in a gradient that no longer depends on it · the derivative is that of the value
template <class V, class C>
requires detail::binary_operands<V, C>
constexpr auto require(const V& value, const C& condition) {
    return make_expression<detail::require_tag>(value, condition);
}

namespace detail {
struct custom_gradient_tag {
    static constexpr sym build(builder&, sym value, sym of, sym derivative) {
        return custom_gradient(value, of, derivative);
    }
    static constexpr axis_names axes(const auto&... child) { return joined_axes(child...); }
};
}  // namespace detail

/// `value`, with the derivative for `of` declared instead of derived. Nest it for several variables:
/// custom_gradient(custom_gradient(value, x, dx), y, dy).
template <class V, class X, class D>
requires detail::ternary_operands<V, X, D>
constexpr auto custom_gradient(const V& value, const X& of, const D& derivative) {
    return make_expression<detail::custom_gradient_tag>(value, of, derivative);
}

}  // namespace gradus
