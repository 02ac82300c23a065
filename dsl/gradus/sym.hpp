// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Value-level handles on nodes of a builder. Bodies of composites, derivative rules and rewrite rules
// are written with them: ordinary functions on an ordinary type, so a formula of a hundred operations
// costs constant evaluation only and no template instantiation.
#pragma once

#include <gradus/axes.hpp>
#include <gradus/builder.hpp>
#include <gradus/vocabulary.hpp>

namespace gradus {

struct sym {
    builder* graph = nullptr;
    node_id id = no_node;

    constexpr const node& operator*() const { return (*graph)[id]; }
    constexpr axis_set axes() const { return (*graph)[id].axes; }
    constexpr sym number(double value) const { return {graph, graph->constant(value)}; }
    constexpr sym apply(op code, axis_set over = 0) const {
        return {graph, graph->make(code, id, no_node, no_node, over)};
    }
    constexpr sym apply(op code, const sym& b, axis_set over = 0) const {
        return {graph, graph->make(code, id, b.id, no_node, over)};
    }
    constexpr sym apply(op code, const sym& b, const sym& c) const {
        return {graph, graph->make(code, id, b.id, c.id)};
    }
};

#define GRADUS_WORD(name, code) \
    constexpr sym name(const sym& a) { return a.apply(code); }
GRADUS_UNARY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD
#define GRADUS_WORD(name, code)                                                       \
    constexpr sym name(const sym& a, const sym& b) { return a.apply(code, b); }       \
    constexpr sym name(const sym& a, double b) { return a.apply(code, a.number(b)); } \
    constexpr sym name(double a, const sym& b) { return b.number(a).apply(code, b); }
GRADUS_BINARY_WORDS(GRADUS_WORD)
GRADUS_EQUALITY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD

constexpr sym where(const sym& condition, const sym& a, const sym& b) { return condition.apply(op::where, a, b); }
constexpr sym where(const sym& condition, const sym& a, double b) { return where(condition, a, condition.number(b)); }
constexpr sym where(const sym& condition, double a, const sym& b) { return where(condition, condition.number(a), b); }
constexpr sym where(const sym& condition, double a, double b) {
    return where(condition, condition.number(a), condition.number(b));
}

/// Axes of a builder, as the operand of an operation along axes.
struct over_axes {
    axis_set set = 0;
};

constexpr sym sum(const sym& a, over_axes over) { return a.apply(op::reduce_sum, over.set); }
constexpr sym max(const sym& a, over_axes over) { return a.apply(op::reduce_max, over.set); }
constexpr sym min(const sym& a, over_axes over) { return a.apply(op::reduce_min, over.set); }
constexpr sym logsumexp(const sym& a, over_axes over) { return a.apply(op::logsumexp, over.set); }
constexpr sym softmax(const sym& a, over_axes over) { return a.apply(op::softmax, over.set); }
constexpr sym log_softmax(const sym& a, over_axes over) { return a.apply(op::log_softmax, over.set); }
constexpr sym softmax_complement(const sym& a, over_axes over) { return a.apply(op::softmax_complement, over.set); }
constexpr sym at(const sym& a, over_axes over, const sym& label) { return a.apply(op::at, label, over.set); }
constexpr sym extent_of(const sym& in, over_axes over) { return {in.graph, in.graph->extent(over.set)}; }
constexpr sym index_of(const sym& in, over_axes over) {
    return {in.graph, in.graph->index(std::countr_zero(over.set))};
}
/// A reduction along axes that a lacks, so that all values are a. Of no values it is 0 for a sum, ∞ for the smallest,
/// -∞ for the largest and for logsumexp.
constexpr sym repeated(op reduction, const sym& a, over_axes over) {
    const sym count = extent_of(a, over);
    constexpr double infinity = __builtin_inf();
    switch (reduction) {
        case op::reduce_sum: return (*a).code == op::constant ? a * count : scaled(count, a);
        case op::reduce_max: return where(count > 0.0, a, -infinity);
        case op::reduce_min: return where(count > 0.0, a, infinity);
        default: return where(count > 0.0, a + log(count), -infinity);
    }
}
constexpr sym mean(const sym& a, over_axes over) { return sum(a, over) / extent_of(a, over); }

/// The builder's axes that over<"a", "b"> names.
template <fixed_string... Names>
constexpr over_axes axes_in(builder& graph, over_t<Names...>) {
    return {(axis_set{0} | ... | (axis_set{1} << graph.axis(Names.view())))};
}
template <fixed_string... Names>
constexpr over_axes axes_in(const sym& a, over_t<Names...> over) {
    return sizeof...(Names) == 0 ? over_axes{a.axes()} : axes_in(*a.graph, over);
}

// Along axes, by name. Without an axis: over all that the operand has.
#define GRADUS_SYM_ALONG(name)                                \
    template <fixed_string... Names>                          \
    constexpr sym name(const sym& a, over_t<Names...> over) { \
        return name(a, axes_in(a, over));                     \
    }
GRADUS_SYM_ALONG(sum)
GRADUS_SYM_ALONG(mean)
GRADUS_SYM_ALONG(max)
GRADUS_SYM_ALONG(min)
GRADUS_SYM_ALONG(logsumexp)
GRADUS_SYM_ALONG(softmax)
GRADUS_SYM_ALONG(log_softmax)
GRADUS_SYM_ALONG(extent_of)
GRADUS_SYM_ALONG(index_of)
#undef GRADUS_SYM_ALONG
constexpr sym sum(const sym& a) { return sum(a, over_axes{a.axes()}); }
constexpr sym mean(const sym& a) { return mean(a, over_axes{a.axes()}); }
constexpr sym max(const sym& a) { return max(a, over_axes{a.axes()}); }
constexpr sym min(const sym& a) { return min(a, over_axes{a.axes()}); }
constexpr sym logsumexp(const sym& a) { return logsumexp(a, over_axes{a.axes()}); }
template <fixed_string Name>
constexpr sym at(const sym& a, over_t<Name> over, const sym& label) {
    return at(a, axes_in(a, over), label);
}

/// `value`, where the condition must hold for every element of a call's data.
constexpr sym require(const sym& value, const sym& condition) {
    value.graph->require(condition.id, value.id);
    return value;
}
constexpr sym require(const sym& value, double condition) { return require(value, value.number(condition)); }
constexpr sym require(double value, const sym& condition) { return require(condition.number(value), condition); }

/// `value`, whose derivative for `of` is declared to be `derivative`.
constexpr sym custom_gradient(const sym& value, const sym& of, const sym& derivative) {
    const sym inner = (*value).code == op::custom_gradient ? value : stop_gradient(value);
    return inner.apply(op::custom_gradient, of, derivative);
}

}  // namespace gradus
