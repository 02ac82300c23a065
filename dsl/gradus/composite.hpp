// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// make_op: a named function from a formula. Its body is a generic lambda without captures, which serves
// expressions (the whole call is one node of the type, and sub-expressions inside are shared), builder
// handles inside other bodies, and numbers:
//
//     inline constexpr auto pseudo_huber = make_op<"pseudo_huber">([](auto d) { return sqrt(1 + d * d) - 1; });
//     pseudo_huber(x - t), pseudo_huber(2.0)
#pragma once

#include <gradus/plain.hpp>
#include <gradus/reduction.hpp>

namespace gradus {
namespace detail {

/// Those of the names that a node of the builder has as axes.
constexpr axis_names present_axes(builder& graph, axis_set set, const axis_names& names) {
    axis_names present;
    for (int i = 0; i < names.count; ++i) {
        const std::string_view name = names.names[static_cast<std::size_t>(i)];
        if ((set >> graph.axis(name) & 1) != 0) present.add(name);
    }
    return present;
}

/// A stand-in for a child when only axes matter: an input with the child's axes.
template <class Child>
constexpr auto stand_in(builder& graph) {
    if constexpr (!expression<Child>) {
        return Child{};
    } else {
        const axis_names& axes = axes_of<Child>;
        input entry;
        for (int i = 0; i < axes.count; ++i) entry.axes.push_back(graph.axis(axes.names[static_cast<std::size_t>(i)]));
        const char name = static_cast<char>('a' + graph.inputs().size());
        return sym{&graph, graph.input_node({&name, 1}, entry)};
    }
}

template <fixed_string Name, class Body>
struct composite {
    template <class... Child>
    static constexpr sym build(builder&, const Child&... child) {
        return Body{}(child...);
    }
    template <class... Child>
    static constexpr axis_names axes_from() {
        builder graph;
        const sym result = Body{}(stand_in<Child>(graph)...);
        return present_axes(graph, result.axes(), joined_axes(axes_in_child<Child>()...));
    }
};

/// What stands for an argument when only the number of parameters is asked for.
template <class T>
using arity_probe = std::conditional_t<is_structural<T>, T, sym>;
template <class Body, class... Argument, std::size_t... Missing>
constexpr bool takes_with(std::index_sequence<Missing...>) {
    return std::is_invocable_v<const Body, arity_probe<Argument>..., decltype(Missing, sym{})...>;
}
/// How many of the last parameters a call leaves to their defaults.
template <class Body, std::size_t Defaults, class... Argument>
constexpr std::size_t missing_arguments() {
    std::size_t missing = 0;
    [&]<std::size_t... Count>(std::index_sequence<Count...>) {
        ((takes_with<Body, Argument...>(std::make_index_sequence<Count + 1>{}) ? (missing = Count + 1) : 0), ...);
    }
    (std::make_index_sequence<Defaults>{});
    return missing;
}

template <class T>
constexpr auto plain_or(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
        return plain(static_cast<double>(value));
    else
        return value;
}

}  // namespace detail

/// A function object: see the head of the file. The last `Defaults` parameters may be left out.
template <fixed_string Name, class Body, std::size_t Defaults = 0>
struct composite_op {
    static constexpr fixed_string name = Name;
    [[no_unique_address]] std::array<double, Defaults> defaults{};

    template <class... Argument>
    constexpr auto operator()(const Argument&... argument) const {
        constexpr std::size_t missing = detail::missing_arguments<Body, Defaults, Argument...>();
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return call(argument..., defaults[Defaults - missing + I]...);
        }
        (std::make_index_sequence<missing>{});
    }

private:
    template <class... Argument>
    static constexpr auto call(const Argument&... argument) {
        if constexpr ((false || ... || expression<Argument>))
            return make_expression<detail::composite<Name, Body>>(argument...);
        else if constexpr ((true && ... && std::is_arithmetic_v<Argument>))
            return static_cast<double>(Body{}(detail::plain_or(argument)...));
        else
            return Body{}(argument...);
    }
};

/// A named function from a generic lambda without captures; `defaults` are the values of its last parameters.
template <fixed_string Name, class Body, std::same_as<double>... Default>
constexpr composite_op<Name, Body, sizeof...(Default)> make_op(Body, Default... defaults) {
    return {{defaults...}};
}

}  // namespace gradus
