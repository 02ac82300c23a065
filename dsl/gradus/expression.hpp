// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions as users write them: thin literal types. The structure of an expression is its type, its
// data are the numbers that the user wrote; `lower` hands it to a builder, where everything else happens.
//
// A compound expression is `node_of<Tag, Children...>::expr`, a member class: argument-dependent look-up
// does not walk the template arguments of its enclosing class, which would be exponential in shared
// sub-expressions. A Tag is a stateless class with
//     static constexpr sym build(builder&, children...)          the nodes
//     static constexpr axis_names axes(const axis_names&...)     the axes of the result, from those of the children,
//     or axes_from<Child...>()                                    from the children's types
#pragma once

#include <concepts>
#include <type_traits>

#include <gradus/float16.hpp>
#include <gradus/report.hpp>
#include <gradus/rewrite.hpp>

namespace gradus {

/// The axes of an expression by name, in order of first appearance.
struct axis_names {
    static constexpr int capacity = max_axes;
    std::array<std::string_view, capacity> names{};
    int count = 0;

    constexpr bool has(std::string_view name) const {
        for (int i = 0; i < count; ++i)
            if (same_text(names[static_cast<std::size_t>(i)], name)) return true;
        return false;
    }
    constexpr void add(std::string_view name) {
        if (!has(name)) names[static_cast<std::size_t>(count++)] = name;
    }
    constexpr axis_names joined(const axis_names& other) const {
        axis_names all = *this;
        for (int i = 0; i < other.count; ++i) all.add(other.names[static_cast<std::size_t>(i)]);
        return all;
    }
    constexpr axis_names without(const axis_names& removed) const {
        axis_names kept;
        for (int i = 0; i < count; ++i)
            if (!removed.has(names[static_cast<std::size_t>(i)])) kept.add(names[static_cast<std::size_t>(i)]);
        return kept;
    }
    constexpr bool includes(const axis_names& other) const { return other.without(*this).count == 0; }
    constexpr bool same_set(const axis_names& other) const { return includes(other) && other.includes(*this); }
};

template <fixed_string... Names>
constexpr axis_names names_in(over_t<Names...>) {
    axis_names list;
    (list.add(Names.view()), ...);
    return list;
}

/// In place of an optional operand that was not given. Nothing stands for it in the graph: a body asks
/// for it with `if constexpr (given<...>)`.
struct absent {};
/// In place of an option that is only present or absent.
struct present {};
template <class T>
inline constexpr bool given = !std::same_as<std::remove_cvref_t<T>, absent>;
constexpr axis_names names_in(absent) { return {}; }
constexpr axis_names names_in(present) { return {}; }

/// A variable as declared: what a call must bind.
struct declared_input {
    declaration text;
    role use = role::tensor;
    element type = element::float32;
    bool any_integer = false;
};

/// The variables of an expression, in order of first appearance.
class declared_inputs {
public:
    /// `in` has static storage.
    constexpr void add(const declared_input& in) {
        for (const declared_input* known : items_)
            if (known == &in) return;
        const declared_input* known = find(in.text.name);
        if (known == nullptr)
            items_.push_back(&in);
        else if (!same_declaration(*known, in) && conflict_.empty())
            conflict_ = in.text.name;
    }
    /// An axis that index<...> or extent<...> names.
    constexpr void mention(std::string_view axis) { mentioned_.add(axis); }
    constexpr const declared_input* find(std::string_view name) const {
        for (const declared_input* in : items_)
            if (same_text(in->text.name, name)) return in;
        return nullptr;
    }
    constexpr const vec<const declared_input*>& items() const { return items_; }
    /// A name that two different variables share; empty if there is none.
    constexpr std::string_view conflict() const { return conflict_; }
    /// A mentioned axis that no variable has; empty if there is none.
    constexpr std::string_view unknown_axis() const {
        for (int i = 0; i < mentioned_.count; ++i)
            if (!has_axis(mentioned_.names[static_cast<std::size_t>(i)]))
                return mentioned_.names[static_cast<std::size_t>(i)];
        return {};
    }

private:
    static constexpr bool same_declaration(const declared_input& a, const declared_input& b) {
        bool same = a.use == b.use && a.type == b.type && a.text.rank == b.text.rank;
        for (int i = 0; same && i < a.text.rank; ++i)
            same = a.text.axes[static_cast<std::size_t>(i)] == b.text.axes[static_cast<std::size_t>(i)];
        return same;
    }
    constexpr bool has_axis(std::string_view axis) const {
        for (const declared_input* in : items_)
            for (int i = 0; i < in->text.rank; ++i)
                if (same_text(in->text.axes[static_cast<std::size_t>(i)], axis)) return true;
        return false;
    }

    vec<const declared_input*> items_;
    axis_names mentioned_;
    std::string_view conflict_;
};

/// The node of a variable, whose declaration has static storage.
constexpr node_id input_node(builder& graph, const declared_input& in) {
    const node_id known = graph.declared_before(&in);
    if (known != no_node) return known;
    input entry;
    entry.use = in.use;
    entry.type = in.type;
    entry.any_integer = in.any_integer;
    for (int i = 0; i < in.text.rank; ++i)
        entry.axes.push_back(graph.axis(in.text.axes[static_cast<std::size_t>(i)]));
    const node_id made = graph.input_node(in.text.name, entry);
    graph.declare_as(&in, made);
    return made;
}

struct expression_base {};
template <class T>
concept expression = std::derived_from<std::remove_cvref_t<T>, expression_base>;
template <class T>
concept operand = expression<T> || std::is_arithmetic_v<std::remove_cvref_t<T>>;

// ---- leaves

/// A number that the user wrote, or knows at run time.
struct literal : expression_base {
    double value = 0;
    static constexpr int weight = 1;

    constexpr literal() = default;
    constexpr explicit literal(double v) : value(v) {}
    constexpr sym lower(builder& graph) const { return {&graph, graph.constant(value)}; }
    static constexpr void declare(declared_inputs&) {}
    static constexpr axis_names axes() { return {}; }
};

template <class T>
constexpr element declared_element() {
    if constexpr (std::same_as<T, double>) return element::float64;
    if constexpr (std::same_as<T, float16>) return element::float16;
    if constexpr (std::same_as<T, bfloat16>) return element::bfloat16;
    return element::float32;
}

/// Labels that accept every integer type.
struct any_integer_type {};

template <fixed_string Name, class T>
struct binding;

/// A variable: its text "name[axes]", its role and its element type.
template <fixed_string Declaration, role Use, class T>
struct variable : expression_base {
    static constexpr declaration parsed = [] {
        declaration d = parse_declaration(Declaration);
        if (!d.bracketed && (Use == role::tensor || Use == role::labels || Use == role::seed)) {
            d.axes[0] = ellipsis;
            d.rank = 1;
        }
        return d;
    }();
    static constexpr fixed_string<parsed.name.size()> name{parsed.name};
    static constexpr int weight = 1;
    using value_type = T;
    static_assert(report::well_formed<Declaration, parsed.fault>());

    static constexpr declared_input declared{
        parsed, Use, Use == role::labels ? element::int64 : declared_element<T>(), Use == role::labels};
    static constexpr void declare(declared_inputs& list) { list.add(declared); }
    static constexpr axis_names axes() {
        axis_names list;
        for (int i = 0; i < parsed.rank; ++i) list.add(parsed.axes[static_cast<std::size_t>(i)]);
        return list;
    }
    constexpr sym lower(builder& graph) const { return {&graph, input_node(graph, declared)}; }

    /// Binds the variable in a call: x = data.
    template <class Argument>
    constexpr auto operator=(Argument&& argument) const;

};

/// float32 (or T) data. tensor<"x[batch, class]">; tensor<"x"> has any number of axes.
template <fixed_string Declaration, class T = float>
inline constexpr variable<Declaration, role::tensor, T> tensor{};
/// Integers of any type: tensor positions along an axis, e.g. class labels.
template <fixed_string Declaration>
inline constexpr variable<Declaration, role::labels, any_integer_type> labels{};
/// One number bound by name at each call, without recompilation.
template <fixed_string Declaration, class T = float>
inline constexpr variable<Declaration, role::scalar, T> scalar{};
/// Random numbers uniform in [0, 1), one for each position along the named axes: a pure function of the
/// 64-bit seed bound at the call and the position (Philox4x32-10), the same wherever it is used.
template <fixed_string Declaration>
inline constexpr variable<Declaration, role::seed, std::uint64_t> uniform{};

// ---- compounds

namespace detail {
/// Children without a value, which shape what a tag builds: over<...>, absent, present.
template <class T>
inline constexpr bool is_structural = false;
template <fixed_string... Names>
inline constexpr bool is_structural<over_t<Names...>> = true;
template <>
inline constexpr bool is_structural<absent> = true;
template <>
inline constexpr bool is_structural<present> = true;

template <class Child>
constexpr int weight_of() {
    if constexpr (expression<Child>) return Child::weight;
    return 0;
}
template <class Child>
constexpr void declare_in(declared_inputs& list) {
    if constexpr (expression<Child>) Child::declare(list);
}
}  // namespace detail

/// The axes of an expression, by its type.
template <expression E>
inline constexpr axis_names axes_of = E::axes();

namespace detail {
template <class Child>
constexpr axis_names axes_in_child() {
    if constexpr (expression<Child>)
        return axes_of<Child>;
    else
        return names_in(Child{});
}

template <class... Child>
struct operands {};
template <class Head, class... Tail>
struct operands<Head, Tail...> {
    Head head;
    [[no_unique_address]] operands<Tail...> tail;
};
constexpr operands<> pack_up() { return {}; }
template <class Head, class... Tail>
constexpr operands<Head, Tail...> pack_up(const Head& head, const Tail&... tail) {
    return {head, pack_up(tail...)};
}
}  // namespace detail

namespace detail {
/// The numbers that a user wrote in an expression, in order.
template <class... Child>
constexpr void append_numbers(vec<double>& numbers, const operands<Child...>& children) {
    if constexpr (sizeof...(Child) > 0) {
        if constexpr (requires { children.head.value; })
            numbers.push_back(children.head.value);
        else if constexpr (requires { children.head.children; })
            append_numbers(numbers, children.head.children);
        append_numbers(numbers, children.tail);
    }
}
/// The node of an expression that several outputs share: a loss, and the gradients of it.
template <expression E>
constexpr sym lowered_once(builder& graph, const E& e) {
    if constexpr (requires { e.children; }) {
        vec<double> numbers;
        append_numbers(numbers, e.children);
        node_id made = graph.recall(&E::weight, numbers);
        if (made == no_node) {
            made = e.lower(graph).id;
            graph.remember(&E::weight, numbers, made);
        }
        return {&graph, made};
    } else {
        return e.lower(graph);
    }
}
template <class Tag, class Child>
constexpr auto lowered(builder& graph, const Child& child) {
    if constexpr (!expression<Child>)
        return child;
    else if constexpr (requires { Tag::differentiates; })
        return lowered_once(graph, child);
    else
        return child.lower(graph);
}
}  // namespace detail

/// The largest weight (number of nodes, counted as a tree) of an expression that is a type.
inline constexpr int max_weight = 200;

template <class Tag, class... Child>
struct node_of {
    struct expr : expression_base {
        using tag = Tag;
        static constexpr int weight = (1 + ... + detail::weight_of<Child>());
        [[no_unique_address]] detail::operands<Child...> children;

        constexpr sym lower(builder& graph) const { return lower_next(graph, children); }
        static constexpr void declare(declared_inputs& list) {
            if constexpr (requires { Tag::mentions; }) list.mention(Tag::mentions.view());
            (detail::declare_in<Child>(list), ...);
        }
        static constexpr axis_names axes() {
            if constexpr (requires { Tag::template axes_from<Child...>(); })
                return Tag::template axes_from<Child...>();
            else
                return Tag::axes(detail::axes_in_child<Child>()...);
        }

        /// Equality of expressions, as a value: both sides have the same canonical graph.
        explicit constexpr operator bool() const requires requires { Tag::compares; };

    private:
        template <class... Done>
        constexpr sym lower_next(builder& graph, const detail::operands<>&, const Done&... done) const {
            if constexpr (requires { Tag::template build_from<Child...>(graph, done...); })
                return Tag::template build_from<Child...>(graph, done...);
            else
                return Tag::build(graph, done...);
        }
        template <class Head, class... Tail, class... Done>
        constexpr sym lower_next(builder& graph, const detail::operands<Head, Tail...>& rest,
                                 const Done&... done) const {
            return lower_next(graph, rest.tail, done..., detail::lowered<Tag>(graph, rest.head));
        }
    };
};

/// Any operand as an expression: itself, or a literal.
template <operand T>
constexpr auto as_expression(const T& value) {
    if constexpr (expression<T>)
        return value;
    else
        return literal(static_cast<double>(value));
}
template <class T>
using expression_of = decltype(as_expression(std::declval<const std::remove_cvref_t<T>&>()));

namespace detail {
template <class T>
constexpr auto as_child(const T& value) {
    if constexpr (is_structural<T>)
        return value;
    else
        return as_expression(value);
}
}  // namespace detail

/// The expression Tag(children...). Numbers become `literal`; structural children stay.
template <class Tag, class... Child>
constexpr auto make_expression(const Child&... child) {
    using result = typename node_of<Tag, decltype(detail::as_child(child))...>::expr;
    static_assert(report::not_too_large<(result::weight <= max_weight)>());
    return result{{}, detail::pack_up(detail::as_child(child)...)};
}

}  // namespace gradus
