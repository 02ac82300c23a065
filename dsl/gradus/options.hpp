// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of losses, given by name in any order at the end of a call:
//
//     cross_entropy(logits, target, over<"class">, with::label_smoothing(0.1), with::weight(w))
//
// An option that is not given leaves no arithmetic behind: `picked` gives `absent` for it.
#pragma once

#include <gradus/composite.hpp>

namespace gradus {
namespace with {

/// A value by the name of the option.
template <fixed_string Name, class Value>
struct option {
    static constexpr fixed_string name = Name;
    [[no_unique_address]] Value value{};
};

#define GRADUS_OPTION(name)                                          \
    template <operand T>                                             \
    constexpr option<#name, expression_of<T>> name(const T& value) { \
        return {as_expression(value)};                               \
    }
/// The weight of each class, or of each element, by the axes that it has.
GRADUS_OPTION(weight)
/// The weight of the positive term.
GRADUS_OPTION(pos_weight)
/// Labels of this value have loss 0, gradient 0 and no weight, whatever their row holds.
GRADUS_OPTION(ignore_index)
/// The part of each target that is spread evenly over the classes.
GRADUS_OPTION(label_smoothing)
/// What a vanishing argument is kept away from 0 by.
GRADUS_OPTION(eps)
GRADUS_OPTION(margin)
/// An exponent.
GRADUS_OPTION(power)
/// The weight of the positive class, that of the negative one being 1 - alpha.
GRADUS_OPTION(alpha)
#undef GRADUS_OPTION

#define GRADUS_FLAG(name) \
    inline constexpr option<#name, present> name {}
/// The target is given by its logarithm.
GRADUS_FLAG(log_target);
/// The input is the rate itself, not its logarithm.
GRADUS_FLAG(rate);
/// Terms that do not depend on the input are kept.
GRADUS_FLAG(full);
/// The negative is compared with the anchor and the positive, whichever is nearer.
GRADUS_FLAG(swap);
#undef GRADUS_FLAG

}  // namespace with

namespace detail {

template <class T>
inline constexpr bool is_option = false;
template <fixed_string Name, class Value>
inline constexpr bool is_option<with::option<Name, Value>> = true;
template <class T>
concept option = is_option<T>;

/// The value of the option of that name, or the default.
template <fixed_string Name, class Default>
constexpr auto picked_or(const Default& otherwise) {
    return otherwise;
}
template <fixed_string Name, class Default, option First, option... Rest>
constexpr auto picked_or(const Default& otherwise, const First& first, const Rest&... rest) {
    if constexpr (First::name.view() == Name.view())
        return first.value;
    else
        return picked_or<Name>(otherwise, rest...);
}
template <fixed_string Name, option... Option>
constexpr auto picked(const Option&... option) {
    return picked_or<Name>(absent{}, option...);
}

/// The names of the options that a loss has.
template <fixed_string... Names>
struct allowed {
    static constexpr bool has(std::string_view name) { return (false || ... || (Names.view() == name)); }
};
template <fixed_string Loss, class Allowed, option Option, option... All>
constexpr bool option_fits() {
    constexpr int times = (0 + ... + (All::name.view() == Option::name.view() ? 1 : 0));
    using fact = report::option_of_loss<Loss, Option::name>;
    return report::option_is_known<fact, Allowed::has(Option::name)>() &&
           report::option_is_given_once<fact, times == 1>();
}
/// One sentence, if an option is unknown to the loss or given twice.
template <fixed_string Loss, class Allowed, option... Option>
constexpr bool options_fit() {
    return (true && ... && option_fits<Loss, Allowed, Option, Option...>());
}

}  // namespace detail
}  // namespace gradus
