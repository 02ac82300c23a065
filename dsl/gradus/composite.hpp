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
        const axis_names axes = Child::axes();
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

template <class T>
constexpr auto plain_or(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
        return plain(static_cast<double>(value));
    else
        return value;
}

}  // namespace detail

/// A function object: see the head of the file.
template <fixed_string Name, class Body>
struct composite_op {
    static constexpr fixed_string name = Name;

    template <class... Argument>
    constexpr auto operator()(const Argument&... argument) const {
        if constexpr ((false || ... || expression<Argument>))
            return make_expression<detail::composite<Name, Body>>(argument...);
        else if constexpr ((true && ... && std::is_arithmetic_v<Argument>))
            return static_cast<double>(Body{}(detail::plain_or(argument)...));
        else
            return Body{}(argument...);
    }
};

template <fixed_string Name, class Body>
constexpr composite_op<Name, Body> make_op(Body) {
    return {};
}

}  // namespace gradus
