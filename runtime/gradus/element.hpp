// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the types of C++ to the element types of a graph.
#pragma once

#include <concepts>
#include <type_traits>

#include <gradus/float16.hpp>
#include <gradus/graph.hpp>

namespace gradus {

/// The types that a tensor may hold: float, double, float16, bfloat16 and the integers of 8 to 64 bits.
template <class T>
concept tensor_element = std::same_as<std::remove_cv_t<T>, float> || std::same_as<std::remove_cv_t<T>, double> ||
                         storage_number<std::remove_cv_t<T>> ||
                         (std::integral<T> && !std::same_as<std::remove_cv_t<T>, bool> && sizeof(T) <= 8);

namespace detail {
template <class T>
consteval element integer_element() {
    constexpr element first = std::is_signed_v<T> ? element::int8 : element::uint8;
    constexpr int step = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<element>(static_cast<int>(first) + step);
}

template <class T>
consteval element find_element() {
    static_assert(tensor_element<T>, "gradus: a tensor holds float, double, float16, bfloat16 or integers of 8 to 64 bits (not bool)");
    if constexpr (std::same_as<T, float>) return element::float32;
    if constexpr (std::same_as<T, double>) return element::float64;
    if constexpr (std::same_as<T, float16>) return element::float16;
    if constexpr (std::same_as<T, bfloat16>) return element::bfloat16;
    return integer_element<T>();
}
}  // namespace detail

/// The element type of a C++ type: element_of<const float> is element::float32.
template <class T>
inline constexpr element element_of = detail::find_element<std::remove_cv_t<T>>();

}  // namespace gradus
