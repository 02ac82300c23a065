// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Named arguments. `x = data` is a hana::pair of the variable's name and the data; a call is a hana::map.
// What a call must bind follows from the types of the expressions, so a wrong call is one sentence at
// compile time. A struct adapted for Hana serves as the whole argument pack: its members' names are bound.
#pragma once

#include <utility>

#include <boost/hana/accessors.hpp>
#include <boost/hana/at_key.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/unpack.hpp>

#include <gradus/lower.hpp>

namespace gradus {
namespace hana = boost::hana;

namespace detail {
template <fixed_string Name, std::size_t... I>
constexpr auto key_from(std::index_sequence<I...>) {
    return hana::string<Name.chars[I]...>{};
}
template <fixed_string Name>
using key_of = decltype(key_from<Name>(std::make_index_sequence<Name.size()>{}));

/// The argument of a binding: by reference if the caller's object outlives the call, else by value.
template <class T>
struct passed {
    T value;
};

template <class Pair>
using key_type = std::remove_cvref_t<decltype(hana::first(std::declval<const Pair&>()))>;
template <class Pair>
using bound_type = std::remove_cvref_t<decltype(hana::second(std::declval<const Pair&>()).value)>;
template <class Key>
constexpr std::string_view key_text() {
    return {Key::c_str(), decltype(hana::length(Key{}))::value};
}
template <class T>
inline constexpr bool is_binding = false;
template <class Key, class T>
inline constexpr bool is_binding<hana::pair<Key, passed<T>>> = true;
}  // namespace detail

template <fixed_string Declaration, role Use, class T>
template <class Argument>
constexpr auto variable<Declaration, Use, T>::operator=(Argument&& argument) const {
    using kept = detail::passed<Argument>;  // T& for an lvalue, T for a temporary
    return hana::pair<detail::key_of<name>, kept>(detail::key_of<name>{}, kept{std::forward<Argument>(argument)});
}

namespace detail {

/// What a call of the expressions E... must bind.
template <expression... E>
struct signature {
    static constexpr auto inputs = [] {
        std::array<declared_input, variables_of<E...>.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = *variables_of<E...>[i];
        return all;
    }();
    static constexpr std::size_t size = inputs.size();
};

template <class Key, std::size_t Size = key_text<Key>().size()>
inline constexpr fixed_string<Size> fixed_name{key_text<Key>()};

template <class Signature, std::size_t I>
inline constexpr fixed_string<Signature::inputs[I].text.name.size()> input_name{Signature::inputs[I].text.name};

template <class Pair>
constexpr bool binds(std::string_view name) {
    return key_text<key_type<Pair>>() == name;
}
template <class... Pair>
constexpr int bindings_of(std::string_view name) {
    return (0 + ... + (binds<Pair>(name) ? 1 : 0));
}
template <class Signature>
constexpr int position_of(std::string_view name) {
    for (std::size_t i = 0; i < Signature::size; ++i)
        if (Signature::inputs[i].text.name == name) return static_cast<int>(i);
    return -1;
}

/// A rank that is known only at the call.
inline constexpr int dynamic_rank = -1;

constexpr int named_axes(const declared_input& in) {
    int count = 0;
    for (int i = 0; i < in.text.rank; ++i) count += in.text.axes[static_cast<std::size_t>(i)] != ellipsis ? 1 : 0;
    return count;
}
/// Whether the data of an input tells how many axes "..." stands for; a seed is one number.
constexpr bool has_ellipsis(const declared_input& in) { return in.use != role::seed && named_axes(in) != in.text.rank; }
constexpr bool rank_fits(const declared_input& in, int rank) {
    if (in.use == role::seed) return rank == 0;
    return rank == dynamic_rank || (has_ellipsis(in) ? rank >= named_axes(in) : rank == in.text.rank);
}

template <class Signature, std::size_t I, class... Pair>
constexpr bool input_is_bound_once() {
    constexpr int count = bindings_of<Pair...>(Signature::inputs[I].text.name);
    if constexpr (count == 0) (void)report::missing_argument<input_name<Signature, I>>{};
    if constexpr (count > 1) (void)report::repeated_argument<input_name<Signature, I>>{};
    return count == 1;
}

/// Traits tells of an argument type T its rank, rank<T>(), and whether its elements fit, fits<T>(declared).
template <class Signature, class Traits, class Pair>
constexpr bool argument_fits() {
    using argument = bound_type<Pair>;
    constexpr int position = position_of<Signature>(key_text<key_type<Pair>>());
    if constexpr (position < 0) {
        (void)report::unknown_argument<fixed_name<key_type<Pair>>>{};
        return false;
    } else {
        constexpr declared_input in = Signature::inputs[static_cast<std::size_t>(position)];
        constexpr int rank = Traits::template rank<argument>();
        if constexpr (!rank_fits(in, rank)) {
            (void)report::wrong_rank<fixed_name<key_type<Pair>>, in.text.rank, rank>{};
            return false;
        } else if constexpr (!Traits::template fits<argument>(in)) {
            (void)report::wrong_element_type<fixed_name<key_type<Pair>>,
                                             typename Traits::template wanted<in.use, in.type>,
                                             typename Traits::template element_type<argument>>{};
            return false;
        } else {
            return true;
        }
    }
}

template <class Signature, class Traits, class... Pair>
constexpr bool call_is_right() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (true & ... & input_is_bound_once<Signature, I, Pair...>());
    }(std::make_index_sequence<Signature::size>{}) &
           (true & ... & argument_fits<Signature, Traits, Pair>());
}

/// The members of a Hana struct as bindings.
template <class Struct>
constexpr auto bindings_from(const Struct& batch) {
    return hana::unpack(hana::accessors<Struct>(), [&](const auto&... member) {
        return hana::make_map(hana::make_pair(
            hana::first(member), passed<decltype(hana::second(member)(batch))>{hana::second(member)(batch)})...);
    });
}

}  // namespace detail
}  // namespace gradus
