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
    axis_order order;
    for (int i = 0; i < axes_of<E>.count; ++i)
        order.push_back(graph.axis(axes_of<E>.names[static_cast<std::size_t>(i)]));
    return order;
}
/// The variables of some expressions.
template <expression... E>
constexpr declared_inputs list_inputs() {
    declared_inputs list;
    (E::declare(list), ...);
    return list;
}
template <std::size_t Count>
constexpr std::array<const declared_input*, Count> as_array(const declared_inputs& list) {
    std::array<const declared_input*, Count> all{};
    for (std::size_t i = 0; i < Count; ++i) all[i] = list.items()[i];
    return all;
}
template <expression... E>
inline constexpr auto variables_of = as_array<list_inputs<E...>().items().size()>(list_inputs<E...>());

/// Declares all variables that the types name, so that the tables of axes and inputs follow the text of
/// the expression and not the order of rewriting.
template <expression... E>
constexpr void declare_inputs(builder& graph) {
    for (const declared_input* in : variables_of<E...>) input_node(graph, *in);
}
/// The element type of values computed together: that of their tensors by `promoted`, of their scalars if there are
/// none; a scalar of float64 makes it float64.
template <expression... E>
constexpr element common_type() {
    vec<element> tensors, scalars;
    for (const declared_input* in : variables_of<E...>) {
        if (in->use == role::tensor) tensors.push_back(in->type);
        if (in->use == role::scalar) scalars.push_back(in->type);
        if (in->type == element::float64) return element::float64;
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
        return E::tag::derivative_for::declared.type;
    else
        return common;
}

template <expression E>
constexpr output lower_output(builder& graph, const E& e, std::string_view name, element common) {
    output out;
    out.value = lowered_once(graph, e).id;
    out.axes = result_order<E>(graph);
    out.type = result_type<E>(common);
    out.derivative = is_derivative<E>();
    out.name = graph.add_name(name);
    return out;
}

/// The first fault in the names that some expressions use: of variables and of axes.
struct name_faults {
    std::string_view conflict, axis;
};
template <expression... E>
constexpr name_faults find_name_faults() {
    const declared_inputs list = list_inputs<E...>();
    return {list.conflict(), list.unknown_axis()};
}
template <expression... E>
constexpr bool names_are_right() {
    constexpr name_faults faults = find_name_faults<E...>();
    constexpr fixed_string<faults.conflict.size()> conflict{faults.conflict};
    constexpr fixed_string<faults.axis.size()> axis{faults.axis};
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

/// How much a graph holds.
struct graph_sizes {
    std::size_t nodes, inputs, outputs, requirements, axes, log, places, names;

    constexpr bool include(const graph_sizes& other) const {
        return nodes >= other.nodes && inputs >= other.inputs && outputs >= other.outputs &&
               requirements >= other.requirements && axes >= other.axes && log >= other.log &&
               places >= other.places && names >= other.names;
    }
};
constexpr graph_sizes sizes_of(const graph_view& g) {
    return {g.nodes.size(), g.inputs.size(), g.outputs.size(), g.requirements.size(),
            g.axes.size(),  g.log.size(),    g.places.size(),  g.names.size()};
}

template <class T>
constexpr void copy(const T* from, std::size_t count, T* to) {
    for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
}

/// A graph in arrays of a fixed size. One that does not fit into them is only measured.
template <std::size_t Nodes, std::size_t Inputs, std::size_t Outputs, std::size_t Requirements, std::size_t Axes,
          std::size_t Log, std::size_t Places, std::size_t Names>
struct fixed_graph {
    static constexpr graph_sizes capacity{Nodes, Inputs, Outputs, Requirements, Axes, Log, Places, Names};
    node nodes[Nodes + 1] = {};  // no array has size 0
    input inputs[Inputs + 1] = {};
    output outputs[Outputs + 1] = {};
    requirement requirements[Requirements + 1] = {};
    name_ref axes[Axes + 1] = {};
    firing log[Log + 1] = {};
    source_place places[Places + 1] = {};
    char names[Names + 1] = {};
    graph_sizes size;
    std::uint64_t hash;

    constexpr fixed_graph(const graph_view& g) : size(sizes_of(g)), hash(g.hash) {
        if (!fits()) return;
        copy(g.nodes.data(), size.nodes, nodes);
        copy(g.inputs.data(), size.inputs, inputs);
        copy(g.outputs.data(), size.outputs, outputs);
        copy(g.requirements.data(), size.requirements, requirements);
        copy(g.axes.data(), size.axes, axes);
        copy(g.log.data(), size.log, log);
        copy(g.places.data(), size.places, places);
        copy(g.names.data(), size.names, names);
    }
    constexpr bool fits() const { return capacity.include(size); }
    constexpr operator graph_view() const {
        return {{nodes, size.nodes}, {inputs, size.inputs}, {outputs, size.outputs}, {requirements, size.requirements},
                {axes, size.axes},   {log, size.log},       {places, size.places},   {names, size.names},
                hash};
    }
};
/// The name of a variable of the user's, as the compiler prints it ("… E = space::loss]"), without its namespaces.
template <const auto& E>
constexpr std::string_view printed_name() {
    const char* const text = __PRETTY_FUNCTION__;
    std::size_t begin = 0;
    while (text[begin] != 'E' || text[begin + 1] != ' ' || text[begin + 2] != '=') ++begin;
    begin += 4;
    std::size_t end = begin;
    for (; text[end] != ']' && text[end] != ';'; ++end)
        if (text[end] == ':') begin = end + 1;
    return {text + begin, end - begin};
}
template <const auto& E>
inline constexpr std::string_view variable_name = printed_name<E>();

template <const auto&... E>
constexpr graph program_graph() {
    return lower_named({variable_name<E>...}, rewriting_mode::on, E...);
}

/// The graph in arrays that a loss with its gradients fits into several times: most of the cost of a program is
/// building its graph, which so happens once. A larger graph is built twice, as larger arrays would cost every program.
template <const auto&... E>
constexpr fixed_graph<256, 16, sizeof...(E), 32, max_axes, 128, 32, 1024> built_graph() {
    return graph_view(program_graph<E...>());
}
template <const auto&... E>
inline constexpr auto built = built_graph<E...>();

/// The graph in arrays of its size.
template <const auto&... E>
constexpr auto exact_graph() {
#ifdef __clang__
    constexpr const auto& large = built<E...>;  // a local constant would be evaluated twice
#else
    constexpr auto large = built_graph<E...>();  // g++ -O0 keeps constants of internal linkage, needed or not
#endif
    constexpr graph_sizes size = large.size;
    using exact = fixed_graph<size.nodes, size.inputs, size.outputs, size.requirements, size.axes, size.log,
                              size.places, size.names>;
    if constexpr (large.fits())
        return exact(large);
    else
        return exact(program_graph<E...>());
}
template <const auto&... E>
inline constexpr auto stored_graph = exact_graph<E...>();

/// Names joined by '_'.
template <std::size_t Size>
constexpr std::array<char, Size> joined(std::initializer_list<std::string_view> names) {
    std::array<char, Size> chars{};
    std::size_t next = 0;
    for (const std::string_view name : names) {
        if (next > 0) chars[next++] = '_';
        for (const char c : name) chars[next++] = c;
    }
    return chars;
}
template <const auto&... E>
inline constexpr auto program_name =
    joined<((sizeof...(E) - 1) + ... + variable_name<E>.size())>({variable_name<E>...});

}  // namespace detail

/// The compile-time program of some expressions with static storage: program<loss, dlogits>.
template <const auto&... E>
struct program {
    static constexpr graph_view view() { return detail::stored_graph<E...>; }

    /// "loss_dlogits": the user's names, as they appear in symbols, dumps and logs.
    static constexpr std::string_view name() {
        return {detail::program_name<E...>.data(), detail::program_name<E...>.size()};
    }
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
