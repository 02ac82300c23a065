// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How errors in the user's C++ are said: the one place for their wording. A sentence in a static_assert
// is fixed text; the facts (names, ranks) stand beside it in the name of a type, which the compiler prints.
#pragma once

#include <gradus/axes.hpp>

namespace gradus::report {

template <auto...>
inline constexpr bool never = false;
template <class...>
inline constexpr bool never_type = false;

// ---- declarations

template <fixed_string Declaration, declaration_fault Fault>
constexpr bool well_formed() {
    static_assert(Fault != declaration_fault::name,
                  "gradus: malformed variable text: expected a name, as in \"x[batch, class]\"");
    static_assert(
        Fault != declaration_fault::axis,
        "gradus: malformed variable text: expected the name of an axis after '[' or ',', as in \"x[batch, class]\"");
    static_assert(Fault != declaration_fault::close,
                  "gradus: malformed variable text: expected ',' or ']' after an axis, as in \"x[batch, class]\"");
    static_assert(Fault != declaration_fault::repeated, "gradus: malformed variable text: an axis is named twice");
    static_assert(Fault != declaration_fault::trailing,
                  "gradus: malformed variable text: nothing may follow the name or ']'");
    static_assert(Fault != declaration_fault::rank, "gradus: malformed variable text: a variable has at most 16 axes");
    return true;
}

// ---- expressions

template <bool Fits>
constexpr bool not_too_large() {
    static_assert(Fits,
                  "gradus: this expression has more than 200 nodes, counted with repetition; move the formula into "
                  "make_op, whose body shares sub-expressions and has no limit");
    return true;
}

template <fixed_string Axis>
struct unknown_axis {};
/// Fact: unknown_axis<"the axis">.
template <class Fact, bool Known>
constexpr bool axis_is_known() {
    static_assert(Known, "gradus: unknown axis: the expression has no axis of the name given in over<...>");
    return true;
}
template <class Fact, bool Known>
constexpr bool index_axis_is_known() {
    static_assert(
        Known, "gradus: unknown axis: index<...> or extent<...> names an axis that no variable of the expression has");
    return true;
}
template <fixed_string Name>
struct variables_named {};
template <class Fact, bool Distinct>
constexpr bool names_are_distinct() {
    static_assert(Distinct, "gradus: two different variables of one expression have the same name");
    return true;
}

template <fixed_string Variable>
struct gradient_for {};
template <class Fact, bool Occurs>
constexpr bool occurs() {
    static_assert(Occurs, "gradus: gradient for a variable that does not occur in the expression");
    return true;
}
template <class Fact, bool IsTensor>
constexpr bool is_differentiable() {
    static_assert(IsTensor, "gradus: gradient for labels or a random stream: only tensors and scalars have gradients");
    return true;
}
template <bool Scalar>
constexpr bool is_scalar() {
    static_assert(Scalar,
                  "gradus: gradient of something that is not a scalar: reduce it with sum or mean first, or pass the "
                  "upstream gradient with vjp(y, x, gy)");
    return true;
}
template <bool One>
constexpr bool has_one_variable() {
    static_assert(
        One,
        "gradus: kinks and facts are of a function of one variable: a tensor or a scalar; give the parameters "
        "as numbers");
    return true;
}
template <bool Fits>
constexpr bool seed_fits() {
    static_assert(Fits, "gradus: the upstream gradient or direction has an axis that the expression lacks");
    return true;
}

template <fixed_string Loss>
struct axes_of_loss {};
/// Fact: axes_of_loss<"cross_entropy">.
template <class Fact, bool Same>
constexpr bool operands_have_equal_axes() {
    static_assert(Same, "gradus: axes that this loss does not allow: input and target must have the same axes");
    return true;
}
template <class Fact, bool Fit>
constexpr bool target_lacks_class_axis() {
    static_assert(Fit,
                  "gradus: axes that this loss does not allow: the labels must have the axes of the input without the "
                  "class axis");
    return true;
}
template <class Fact, bool Fit>
constexpr bool labels_have_slots() {
    static_assert(Fit,
                  "gradus: axes that this loss does not allow: the labels must have the axes of the input with the "
                  "slot axis in place of the class axis");
    return true;
}
template <class Fact, bool Fit>
constexpr bool weights_fit() {
    static_assert(
        Fit,
        "gradus: axes that this loss does not allow: a weight or variance may only have axes of the input, and "
        "class weights must have the class axis");
    return true;
}

template <fixed_string Loss, fixed_string Option>
struct option_of_loss {};
/// Fact: option_of_loss<"cross_entropy", "margin">.
template <class Fact, bool Known>
constexpr bool option_is_known() {
    static_assert(Known, "gradus: unknown option: this loss has no with::... of this name");
    return true;
}
template <class Fact, bool Once>
constexpr bool option_is_given_once() {
    static_assert(Once, "gradus: repeated option: each with::... is given once");
    return true;
}

// ---- calls

template <fixed_string Name>
struct missing_argument {
    static_assert(never<Name>,
                  "gradus: missing argument: a call binds every variable of the expression, as in f(x = data)");
};
template <fixed_string Name>
struct unknown_argument {
    static_assert(never<Name>, "gradus: unknown argument: the expression has no variable of this name");
};
template <fixed_string Name>
struct repeated_argument {
    static_assert(never<Name>, "gradus: repeated argument: each variable is bound once");
};
/// Name, rank that the variable declares (or at least, with "..."), rank of the argument.
template <fixed_string Name, int Expected, int Given>
struct wrong_rank {
    static_assert(never<Name>,
                  "gradus: wrong rank: the argument has another number of axes than its variable declares");
};
/// Name, element type that the variable declares, element type of the argument.
template <fixed_string Name, class Expected, class Given>
struct wrong_element_type {
    static_assert(never<Name>,
                  "gradus: wrong element type: the argument's elements are not of the type that its variable declares");
};

}  // namespace gradus::report
