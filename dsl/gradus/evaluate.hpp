// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// evaluate(e, x = 1.0): the value of an expression in float64, at compile time or at run time, by the
// interpreter: the library without LLVM, and the oracle for every kernel.
#pragma once

#include <gradus/arguments.hpp>
#include <gradus/interpreter.hpp>

namespace gradus {
namespace detail {

// Arguments of the interpreter: a number, a (nested) array or range, an ndarray, or any view with
// members data, extents and strides (in elements), or anything whose view() is such a view.
template <class T>
concept strided_view = requires(const T& v) {
    v.data[0];
    v.extents;
    v.strides;
};
template <class T>
concept owns_view = requires(const T& v) {
    { v.view() } -> strided_view;
};
template <class T>
constexpr int rank_of() {
    if constexpr (is_number<T>)
        return 0;
    else if constexpr (std::same_as<T, ndarray>)
        return dynamic_rank;
    else if constexpr (strided_view<T>)
        return static_cast<int>(std::tuple_size_v<std::remove_cvref_t<decltype(std::declval<const T&>().extents)>>);
    else if constexpr (owns_view<T>)
        return rank_of<std::remove_cvref_t<decltype(std::declval<const T&>().view())>>();
    else
        return 1 + rank_of<std::remove_cvref_t<decltype(std::declval<const T&>()[0])>>();
}

struct interpreter_traits {
    template <class T>
    static constexpr int rank() {
        return rank_of<T>();
    }
    template <class T>
    static constexpr bool fits(const declared_input&) {
        return true;  // everything is float64 here
    }
    template <role, element>
    struct wanted {};
    template <class T>
    using element_type = T;
};

template <class T>
constexpr void append(bound& to, const T& value, int depth) {
    if constexpr (is_number<T>) {
        to.data.push_back(static_cast<double>(value));
    } else {
        const auto count = static_cast<std::int64_t>(std::size(value));
        if (to.extents.size() == static_cast<std::size_t>(depth)) to.extents.push_back(count);
        if (to.extents[static_cast<std::size_t>(depth)] != count)
            throw std::invalid_argument("gradus: the rows of an argument have different lengths");
        for (const auto& item : value) append(to, item, depth + 1);
    }
}
template <strided_view View>
constexpr void append_strided(bound& to, const View& view) {
    const auto& extents = view.extents;
    const auto& strides = view.strides;
    std::int64_t count = 1;
    for (const auto extent : extents) {
        to.extents.push_back(extent);
        count *= extent;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        std::int64_t offset = 0, rest = i;
        for (std::size_t axis = extents.size(); axis-- > 0; rest /= extents[axis])
            offset += rest % extents[axis] * strides[axis];
        to.data.push_back(static_cast<double>(view.data[offset]));
    }
}
template <class T>
constexpr bound bound_from(const T& value, role use) {
    bound to;
    if constexpr (std::is_integral_v<T>)
        if (use == role::seed) to.seed = static_cast<std::uint64_t>(value);
    if constexpr (std::same_as<T, ndarray>) {
        to.extents = value.extents;
        to.data = value.data;
    } else if constexpr (strided_view<T>) {
        append_strided(to, value);
    } else if constexpr (owns_view<T>) {
        append_strided(to, value.view());
    } else {
        append(to, value, 0);
    }
    return to;
}

template <class... Pair>
constexpr vec<bound> bind_inputs(graph_view g, const Pair&... pair) {
    vec<bound> inputs(g.inputs.size());
    const auto bind = [&](const auto& one) {
        for (std::size_t i = 0; i < g.inputs.size(); ++i)
            if (g.text_of(g.inputs[i].name) == key_text<key_type<decltype(one)>>())
                inputs[i] = bound_from(hana::second(one).value, g.inputs[i].use);
    };
    (bind(pair), ...);
    return inputs;
}

template <expression E, class... Pair>
constexpr auto evaluate_pairs(const E& e, rewriting_mode mode, const Pair&... pair) {
    constexpr bool right = call_is_right<signature<E>, interpreter_traits, Pair...>();
    if constexpr (right) {
        const graph g = lower_named<E>({}, mode, e);
        const vec<ndarray> values = interpret(g, bind_inputs(g, pair...));
        if constexpr (axes_of<E>.count == 0)
            return static_cast<double>(values[0]);
        else
            return values[0];
    }
}

}  // namespace detail

/// The value of e with its variables bound: a double if e has no axes, else an ndarray. Throws
/// std::invalid_argument if extents disagree, std::out_of_range for a label outside its axis,
/// std::domain_error if a condition of `require` does not hold.
template <expression E, class... Argument>
constexpr auto evaluate(const E& e, const Argument&... argument) {
    if constexpr (sizeof...(Argument) == 1 && (true && ... && hana::Struct<Argument>::value))
        return hana::unpack(detail::bindings_from(argument...), [&](const auto&... pair) {
            return detail::evaluate_pairs(e, rewriting_mode::on, pair...);
        });
    else
        return detail::evaluate_pairs(e, rewriting_mode::on, argument...);
}

/// The value of the formula as it is written, without rewrite rules.
template <expression E, class... Argument>
constexpr auto evaluate_plain(const E& e, const Argument&... argument) {
    return detail::evaluate_pairs(e, rewriting_mode::off, argument...);
}

}  // namespace gradus
