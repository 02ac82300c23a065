// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations along named axes. Without over<...> a reduction takes every axis that its operand has.
#pragma once

#include <gradus/operators.hpp>

namespace gradus {
namespace detail {

enum class along { sum, mean, max, min, logsumexp, softmax, log_softmax };

template <along What>
constexpr sym along_axes(sym a, over_axes over) {
    if constexpr (What == along::sum) return sum(a, over);
    if constexpr (What == along::mean) return mean(a, over);
    if constexpr (What == along::max) return max(a, over);
    if constexpr (What == along::min) return min(a, over);
    if constexpr (What == along::logsumexp) return logsumexp(a, over);
    if constexpr (What == along::softmax) return softmax(a, over);
    if constexpr (What == along::log_softmax) return log_softmax(a, over);
}

/// Whether the operation keeps the axes it runs along.
constexpr bool keeps_axes(along what) { return what == along::softmax || what == along::log_softmax; }

template <along What>
struct along_tag {
    static constexpr sym build(builder&, sym a) { return along_axes<What>(a, over_axes{a.axes()}); }
    template <fixed_string... Names>
    static constexpr sym build(builder&, sym a, over_t<Names...> over) {
        return along_axes<What>(a, axes_in(a, over));
    }
    static constexpr axis_names axes(const axis_names& a) { return keeps_axes(What) ? a : axis_names{}; }
    static constexpr axis_names axes(const axis_names& a, const axis_names& over) {
        return keeps_axes(What) ? a : a.without(over);
    }
};

template <class E, fixed_string Name>
constexpr bool knows_axis() {
    return report::axis_is_known<report::unknown_axis<Name>, axes_of<E>.has(Name)>();
}
/// One sentence, if the expression lacks an axis that over<...> names.
template <class E, fixed_string... Names>
constexpr bool knows_axes(over_t<Names...>) {
    return (true && ... && knows_axis<E, Names>());
}

}  // namespace detail

#define GRADUS_ALONG(name)                                                       \
    template <expression E>                                                      \
    constexpr auto name(const E& e) {                                            \
        return make_expression<detail::along_tag<detail::along::name>>(e);       \
    }                                                                            \
    template <expression E, fixed_string... Names>                               \
    constexpr auto name(const E& e, over_t<Names...> over) {                     \
        static_assert(detail::knows_axes<E>(over_t<Names...>{}));                \
        return make_expression<detail::along_tag<detail::along::name>>(e, over); \
    }
/// Σ e. Of no elements: 0.
GRADUS_ALONG(sum)
/// Σ e / n. Of no elements: NaN.
GRADUS_ALONG(mean)
/// The largest element; NaN if one is NaN. Of no elements: -inf. Gradient: shared equally among ties.
GRADUS_ALONG(max)
/// The smallest element; NaN if one is NaN. Of no elements: inf. Gradient: shared equally among ties.
GRADUS_ALONG(min)
/// log Σ exp e without overflow. All -inf: -inf.
GRADUS_ALONG(logsumexp)
/// exp e / Σ exp e without overflow. A row of all -inf, or with inf: NaN.
GRADUS_ALONG(softmax)
/// e − log Σ exp e without overflow, and without the cancellation of large numbers. A row of all -inf, or with
/// inf: NaN.
GRADUS_ALONG(log_softmax)
#undef GRADUS_ALONG

namespace detail {
struct at_tag {
    template <fixed_string Name>
    static constexpr sym build(builder&, sym e, over_t<Name> over, sym label) {
        return at(e, over, label);
    }
    static constexpr axis_names axes(const axis_names& e, const axis_names& over, const axis_names& label) {
        return e.without(over).joined(label);
    }
};
template <fixed_string Axis>
struct index_tag {
    static constexpr auto mentions = Axis;
    static constexpr sym build(builder& graph) { return {&graph, graph.index(graph.axis(Axis.view()))}; }
    static constexpr axis_names axes() {
        axis_names list;
        list.add(Axis.view());
        return list;
    }
};
template <fixed_string Axis>
struct extent_tag {
    static constexpr auto mentions = Axis;
    static constexpr sym build(builder& graph) {
        return {&graph, graph.extent(axis_set{1} << graph.axis(Axis.view()))};
    }
    static constexpr axis_names axes() { return {}; }
};
}  // namespace detail

/// The element of e at position `label` along an axis: e_{label}. A label outside the axis is an error
/// of the call, and nothing is written.
template <expression E, fixed_string Axis, operand L>
constexpr auto at(const E& e, over_t<Axis> over, const L& label) {
    static_assert(detail::knows_axes<E>(over_t<Axis>{}));
    return make_expression<detail::at_tag>(e, over, label);
}

/// The coordinate along an axis: 0, 1, ...
template <fixed_string Axis>
inline constexpr auto index = make_expression<detail::index_tag<Axis>>();
/// The number of elements along an axis.
template <fixed_string Axis>
inline constexpr auto extent = make_expression<detail::extent_tag<Axis>>();

}  // namespace gradus
