// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// check_gradient(f, x, x = data, ...): holds the derivative that the library gives, custom_gradient and policies
// included, against finite differences in float64. Away from kinks these are central differences whose steps stay
// on one side of every comparison in the formula. At a kink, where compared values are equal and any step tells
// them apart, the derivatives from both sides are taken, and the policy says what must be found.
#pragma once

#include <tuple>

#include <gradus/finite_difference.hpp>

namespace gradus {

/// What check_gradient found. True if every element that could be checked is right, and one could be.
struct gradient_check {
    /// One element of the variable: its derivative should lie between `low` and `high`, which are equal except at
    /// kinks.
    struct element {
        std::size_t position = 0;  ///< in the row-major data of the variable
        double derivative = 0;
        double low = 0, high = 0;
        double tolerance = 0;
        bool at_kink = false;

        double excess() const;
    };
    struct skip {
        std::size_t position = 0;
        std::string_view reason;
    };

    std::string variable;
    vec<std::int64_t> extents;  ///< of the variable
    std::size_t checked = 0;
    std::size_t at_kinks = 0;  ///< of those checked
    std::size_t wrong = 0;     ///< of those checked
    element worst;             ///< the wrong element that is furthest off, or the right one that is
    vec<skip> skipped;

    bool ok() const { return wrong == 0 && checked > 0; }
    explicit operator bool() const { return ok(); }
    /// The result in plain words.
    std::string text() const;

private:
    std::string place(std::size_t position) const;
    std::string comparison() const;
};

/// How far the derivative lies outside, in tolerances.
inline double gradient_check::element::excess() const {
    if (derivative >= low && derivative <= high) return 0;
    const double off = derivative < low ? low - derivative : derivative - high;
    return off == off ? off / tolerance : detail::infinity;
}

/// " at [1, 2]", or nothing if the variable has no axes.
inline std::string gradient_check::place(std::size_t position) const {
    if (extents.empty()) return {};
    std::string list;
    for (std::size_t axis = extents.size(); axis-- > 0;) {
        const auto extent = static_cast<std::size_t>(extents[axis]);
        list = std::to_string(position % extent) + (list.empty() ? "" : ", ") + list;
        position /= extent;
    }
    return " at [" + list + "]";
}

inline std::string gradient_check::comparison() const {
    gradus::text words("derivative");
    const auto number = [](double v) { return v == v ? number_text(v) : gradus::text("NaN"); };
    words << place(worst.position) << " is " << number(worst.derivative);
    if (!worst.at_kink) return (words << ", finite differences give " << number(worst.low)).str();
    words << ", a kink where ";
    if (worst.low == worst.high) return (words << number(worst.low) << " is expected").str();
    return (words << "the derivatives of both sides are " << number(worst.low) << " and " << number(worst.high)).str();
}

inline std::string gradient_check::text() const {
    std::string words = "gradient for \"" + variable + "\": ";
    const auto elements = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " element" : " elements"); };
    words += elements(checked) + " checked";
    if (at_kinks > 0) words += ", " + std::to_string(at_kinks) + " of them at kinks";
    words += wrong == 0 ? ", none wrong" : ", " + std::to_string(wrong) + " wrong; the worst: " + comparison();
    if (!skipped.empty()) words += "; " + elements(skipped.size()) + " skipped";
    for (const skip& s : skipped) words += "\n  skipped" + place(s.position) + ": " + std::string(s.reason);
    return words + "\n";
}

namespace detail {

/// Goes through the elements of the variable.
class gradient_checker {
public:
    gradient_checker(const checked_graph& g, const vec<bound>& inputs, kink_policy policy)
        : probe_(g, inputs), policy_(policy) {
        for (std::size_t i = 0; i < probe_.size(); ++i) {
            const double size = math::abs(probe_.derivative(i));
            if (is_finite(size)) scale_ = math::max(scale_, size);
        }
    }
    gradient_check run(std::string_view variable) {
        result_.variable = variable;
        result_.extents = probe_.extents();
        for (std::size_t i = 0; i < probe_.size(); ++i) check(i);
        return result_;
    }

private:
    enum class place : std::uint8_t { smooth, kink, crossing, not_finite };

    /// What lies within a step of an element.
    place look(std::size_t i, double h) {
        const probe::values above = probe_.moved(i, h), below = probe_.moved(i, -h);
        if (!is_finite(probe_.difference(above, below))) return place::not_finite;
        const probe::outcome up = probe_.compared(above), down = probe_.compared(below);
        if (up == probe::outcome::other || down == probe::outcome::other) return place::crossing;
        return up == down && up == probe::outcome::same ? place::smooth : place::kink;
    }
    void check(std::size_t i) {
        const double x = probe_.at(i);
        if (!is_finite(x)) return skip(i, "the variable is not finite here");
        if (probe_.is_nan_by(i)) return skip(i, "the function is not a number here");
        double h = 0x1p-7 * math::max(1, math::abs(x));
        const double least = 0x1p-34 * (x == 0 ? 1 : math::abs(x));
        place found = look(i, h);
        for (; h > least && found != place::smooth && found != place::kink; found = look(i, h)) h /= 4;
        if (found == place::crossing) return skip(i, "a kink lies too close for finite differences");
        if (found == place::not_finite) return skip(i, "the function is not finite here or next to it");
        return found == place::smooth ? away_from_kinks(i, h) : at_kink(i, h);
    }
    void skip(std::size_t i, std::string_view reason) { result_.skipped.push_back({i, reason}); }

    bool reliable(estimate e) const { return e.error <= 1e-3 * (math::abs(e.value) + scale_); }
    double tolerance(estimate a, estimate b) const {
        return 1e-7 * math::max(math::abs(a.value), math::abs(b.value)) + 1e-9 * scale_ + 1e-300 +
               20 * (a.error + b.error);
    }
    void away_from_kinks(std::size_t i, double h) {
        const estimate e = probe_.central(i, h);
        if (!reliable(e)) return skip(i, "finite differences do not settle");
        judge({i, probe_.derivative(i), e.value, e.value, tolerance(e, e), false});
    }
    void at_kink(std::size_t i, double h) {
        const bool one_side_asked = policy_ != kink_policy::torch;
        estimate left = probe_.from_side(i, h / 2, -1, one_side_asked);
        estimate right = probe_.from_side(i, h / 2, +1, one_side_asked);
        const bool parted = one_side_asked && reliable(left) && reliable(right);
        if (one_side_asked && !parted) {  // moved all together, the compared values stay tied
            left = probe_.from_side(i, h / 2, -1, false);
            right = probe_.from_side(i, h / 2, +1, false);
        }
        if (!reliable(left) || !reliable(right)) return skip(i, "one-sided differences do not settle");
        double low = math::min(left.value, right.value), high = math::max(left.value, right.value);
        if (parted) low = high = expected(left.value, right.value);
        judge({i, probe_.derivative(i), low, high, tolerance(left, right), true});
    }
    double expected(double left, double right) const {
        if (policy_ == kink_policy::midpoint) return (left + right) / 2;
        return policy_ == kink_policy::left ? left : right;
    }
    void judge(const gradient_check::element& e) {
        ++result_.checked;
        result_.at_kinks += e.at_kink ? 1 : 0;
        result_.wrong += e.excess() <= 1 ? 0 : 1;
        if (result_.checked == 1 || e.excess() > result_.worst.excess()) result_.worst = e;
    }

    probe probe_;
    kink_policy policy_;
    double scale_ = 0;  ///< the size of the largest derivative
    gradient_check result_;
};

/// The axes of a node in the graph's order.
constexpr axis_order order_of_axes(axis_set set) {
    axis_order order;
    for_each_axis(set, [&](int axis) { order.push_back(axis); });
    return order;
}

/// Adds outputs to a graph under construction.
struct output_list {
    builder& graph;
    vec<output> outputs;

    void add(node_id id, const axis_order& axes) {
        output out;
        out.value = id;
        out.axes = axes;
        outputs.push_back(out);
    }
    void add(sym value) { add(value.id, order_of_axes(value.axes())); }
};

/// Fixed numbers between 1/2 and 3/2, one for each element of y, so that errors do not cancel; 1 where every
/// element of y stands for itself.
inline sym upstream_for(sym y) {
    bool pointwise = true;
    for (const node_id id : reached_from(y.graph->nodes(), {y.id}))
        pointwise = pointwise && about((*y.graph)[id].code).shape <= form::pointwise;
    if (pointwise || y.axes() == 0) return y.number(1);
    input stream;
    stream.use = role::seed;
    stream.axes = order_of_axes(y.axes());
    return 0.5 + sym{y.graph, y.graph->input_node("(upstream)", stream)};
}

/// How each comparison in y comes out: three outputs each, of which the third says that it is tied.
inline void add_senses(output_list& list, sym y, sym x) {
    for (const tie& t : ties_of(list.graph, {y.id}, x.id)) {
        const sym u{&list.graph, t.u}, v{&list.graph, t.v};
        for (const sym sense : {u<v, u> v, u == v}) list.add(sense.id, order_of_axes(u.axes() | v.axes()));
    }
    for (const node_id id : reached_from(list.graph.nodes(), {y.id})) {
        if (list.graph[id].code != op::floor) continue;
        const sym step{&list.graph, id}, of{&list.graph, list.graph[id].args[0]};
        for (const sym sense : {step, step, of == step}) list.add(sense.id, order_of_axes(of.axes()));
    }
}

template <expression F, any_variable X>
checked_graph graph_to_check(const F& f, const X& variable, kink_policy policy) {
    builder graph(rewrite);
    declare_inputs<F>(graph);
    const sym y = f.lower(graph), x = variable.lower(graph), gy = upstream_for(y);
    const node_id derivative = differentiate(graph, y.id, x.id, gy.id, policy);
    output_list list{graph, {}};
    list.add(y);
    list.add(gy.id, order_of_axes(y.axes()));
    list.add(derivative, graph.inputs()[(*x).ref].axes);
    add_senses(list, y, x);
    return {graph.finish(list.outputs), (*x).ref};
}

template <class T>
struct policy_of {
    static constexpr bool is_policy = false;
};
template <kink_policy Policy>
struct policy_of<at_kinks<Policy>> {
    static constexpr bool is_policy = true;
};
/// The bindings among the arguments.
template <class Argument>
auto binding_in(const Argument& argument) {
    if constexpr (policy_of<Argument>::is_policy)
        return std::tuple<>{};
    else
        return std::tuple<const Argument&>{argument};
}
template <class... Argument>
constexpr kink_policy policy_in(const Argument&... argument) {
    kink_policy policy = kink_policy::torch;
    const auto take = [&](const auto& one) {
        if constexpr (policy_of<std::remove_cvref_t<decltype(one)>>::is_policy) policy = one.policy;
    };
    (take(argument), ...);
    return policy;
}

template <expression F, any_variable X, class... Pair>
gradient_check check_pairs(const F& f, const X& x, kink_policy policy, const Pair&... pair) {
    constexpr bool right = call_is_right<signature<F>, interpreter_traits, Pair...>();
    if constexpr (right) {
        const checked_graph checked = graph_to_check(f, x, policy);
        return gradient_checker(checked, bind_inputs(checked.g, pair...), policy).run(X::name.view());
    }
    return {};
}

}  // namespace detail

/// Compares the derivative of f for x, at the data of a call, with finite differences, element by element:
/// check_gradient(f, x, x = data, t = labels). f may have axes; it is then summed, if it is
/// not pointwise with fixed random weights. A policy among the arguments, check_gradient(f, x, x = data, kinks::left),
/// is the one whose derivative is checked.
///
/// At a kink kinks::torch must lie between the derivatives from both sides, the bounds included; the other
/// policies must equal what they name. Elements that finite differences cannot reach are skipped, with the reason.
/// Throws what evaluate throws.
template <expression F, detail::any_variable X, class... Argument>
gradient_check check_gradient(const F& f, const X& x, const Argument&... argument) {
    static_assert(detail::can_have_gradient<F, X>());
    const auto check = [&](const auto&... pair) {
        return detail::check_pairs(f, x, detail::policy_in(argument...), pair...);
    };
    return std::apply(check, std::tuple_cat(detail::binding_in(argument)...));
}

}  // namespace gradus
