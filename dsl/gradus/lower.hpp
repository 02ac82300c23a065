// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From expressions to a graph. `lower` serves constant evaluation and run time; `program` keeps the
// graph of expressions with static storage in read-only data: it exists before main.
#pragma once

#include <gradus/gradient.hpp>

namespace gradus {

/// Whether rewrite rules apply.
enum class rewriting_mode : std::uint8_t { on, off };

namespace detail {

/// The axes of a result: those of the expression in order of first appearance, except that a
/// derivative has the order of its variable (which is the same statement about its last child).
template <expression E>
constexpr axis_order result_order(builder& graph) {
    constexpr axis_names names = E::axes();
    axis_order order;
    for (int i = 0; i < names.count; ++i) order.push_back(graph.axis(names.names[static_cast<std::size_t>(i)]));
    return order;
}
/// Declares all variables that the types name, so that the tables of axes and inputs follow the text of
/// the expression and not the order of rewriting.
template <expression... E>
constexpr void declare_inputs(builder& graph) {
    declared_inputs list;
    (E::declare(list), ...);
    for (const declared_input& in : list.items()) {
        using any = variable<"x", role::tensor, float>;
        any::input_node(graph, in);
    }
}
/// The element type of values computed together: that of their tensors by `promoted`, of their scalars if there are
/// none; a scalar of float64 makes it float64.
template <expression... E>
constexpr element common_type() {
    declared_inputs list;
    (E::declare(list), ...);
    vec<element> tensors, scalars;
    for (const declared_input& in : list.items()) {
        if (in.use == role::tensor) tensors.push_back(in.type);
        if (in.use == role::scalar) scalars.push_back(in.type);
        if (in.type == element::float64) return element::float64;
    }
    const vec<element>& counted = tensors.empty() ? scalars : tensors;
    if (counted.empty()) return element::float32;
    element type = counted[0];
    for (const element other : counted) type = promoted(type, other);
    return type;
}
template <expression E>
constexpr bool is_derivative() {
    return requires { typename E::tag::derivative_for; };
}
/// The element type of a result: that of the variable for a derivative, else that of all values.
template <expression E>
constexpr element result_type(element common) {
    if constexpr (is_derivative<E>())
        return E::tag::derivative_for::declared().type;
    else
        return common;
}

template <expression E>
constexpr output lower_output(builder& graph, const E& e, std::string_view name, element common) {
    output out;
    out.value = e.lower(graph).id;
    out.axes = result_order<E>(graph);
    out.type = result_type<E>(common);
    out.derivative = is_derivative<E>();
    out.name = graph.add_name(name);
    return out;
}

/// The first fault in the names that some expressions use: of variables or of axes.
template <expression... E>
constexpr std::string_view name_fault(bool of_axes) {
    declared_inputs list;
    (E::declare(list), ...);
    return of_axes ? list.unknown_axis() : list.conflict();
}
template <expression... E>
constexpr bool names_are_right() {
    constexpr fixed_string<name_fault<E...>(false).size()> conflict{name_fault<E...>(false)};
    constexpr fixed_string<name_fault<E...>(true).size()> axis{name_fault<E...>(true)};
    return report::names_are_distinct<report::variables_named<conflict>, conflict.size() == 0>() &&
           report::index_axis_is_known<report::unknown_axis<axis>, axis.size() == 0>();
}

template <expression... E>
constexpr graph lower_named(const std::array<std::string_view, sizeof...(E)>& names, rewriting_mode mode,
                            const E&... e) {
    static_assert(names_are_right<E...>());
    builder graph = mode == rewriting_mode::on ? builder(rewrite) : builder();
    declare_inputs<E...>(graph);
    constexpr element common = common_type<E...>();
    vec<output> outputs;
    std::size_t next = 0;
    (outputs.push_back(lower_output(graph, e, names[next++], common)), ...);
    return graph.finish(outputs);
}

}  // namespace detail

/// The graph of some expressions: stabilised, differentiated where they ask for it, simplified.
template <expression... E>
constexpr graph lower(const E&... e) {
    return detail::lower_named({}, rewriting_mode::on, e...);
}
/// The graph without rewrite rules: what the user wrote, literally.
template <expression... E>
constexpr graph lower_plain(const E&... e) {
    return detail::lower_named({}, rewriting_mode::off, e...);
}

namespace detail {

/// A graph in arrays of exactly its size.
template <std::size_t Nodes, std::size_t Inputs, std::size_t Outputs, std::size_t Requirements, std::size_t Axes,
          std::size_t Log, std::size_t Places, std::size_t Names>
struct fixed_graph {
    std::array<node, Nodes> nodes{};
    std::array<input, Inputs> inputs{};
    std::array<output, Outputs> outputs{};
    std::array<requirement, Requirements> requirements{};
    std::array<name_ref, Axes> axes{};
    std::array<firing, Log> log{};
    std::array<source_place, Places> places{};
    std::array<char, Names> names{};
    std::uint64_t hash = 0;

    constexpr explicit fixed_graph(const graph& g) : hash(g.hash) {
        copy(g.nodes, nodes);
        copy(g.inputs, inputs);
        copy(g.outputs, outputs);
        copy(g.requirements, requirements);
        copy(g.axes, axes);
        copy(g.log, log);
        copy(g.places, places);
        copy(g.names, names);
    }
    constexpr operator graph_view() const {
        return {nodes, inputs, outputs, requirements, axes, log, places, {names.data(), names.size()}, hash};
    }

private:
    constexpr void copy(const auto& from, auto& to) {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i];
    }
};

/// The name of a variable of the user's, as the compiler prints it, without its namespaces.
template <const auto& E>
constexpr std::string_view variable_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(text.find("E = ") + 4);
    text = text.substr(0, text.find_first_of("];"));
    const std::size_t colons = text.rfind("::");
    if (colons != std::string_view::npos) text.remove_prefix(colons + 2);
    return text;
}

}  // namespace detail

/// The compile-time program of some expressions with static storage: program<loss, dlogits>.
template <const auto&... E>
struct program {
    static constexpr graph build() {
        return detail::lower_named({detail::variable_name<E>()...}, rewriting_mode::on, E...);
    }
    static constexpr auto stored = [] {
        constexpr auto sizes = [] {
            const graph g = build();
            return std::array{g.nodes.size(), g.inputs.size(), g.outputs.size(), g.requirements.size(),
                              g.axes.size(),  g.log.size(),    g.places.size(),  g.names.size()};
        }();
        return detail::fixed_graph<sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7]>(
            build());
    }();
    static constexpr graph_view view() { return stored; }

    /// "loss_dlogits": the user's names, as they appear in symbols, dumps and logs.
    static constexpr std::string_view name() { return {joined.data(), joined.size()}; }

private:
    static constexpr auto joined = [] {
        constexpr std::size_t size = ((sizeof...(E) - 1) + ... + detail::variable_name<E>().size());
        std::array<char, size> chars{};
        std::size_t next = 0;
        const auto append = [&](std::string_view one) {
            if (next > 0) chars[next++] = '_';
            for (const char c : one) chars[next++] = c;
        };
        (append(detail::variable_name<E>()), ...);
        return chars;
    }();
};

namespace detail {
/// Whether two expressions have the same canonical graph, whatever they require of their arguments.
template <expression A, expression B>
constexpr bool same_formula(const A& a, const B& b) {
    builder graph(rewrite);
    declare_inputs<A, B>(graph);
    return a.lower(graph).id == b.lower(graph).id;
}
}  // namespace detail

template <class Tag, class... Child>
constexpr node_of<Tag, Child...>::expr::operator bool() const requires requires {
    Tag::compares;
}
{ return detail::same_formula(children.head, children.tail.head) == Tag::holds_if_equal; }

}  // namespace gradus
