// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses of predicted classes. Those of one label among many give one value for each row, and carry the
// weight that their mean divides by (weighted.hpp); those of yes or no one for each element.
#pragma once

#include <gradus/loss_axes.hpp>
#include <gradus/loss_parts.hpp>
#include <gradus/weighted.hpp>

namespace gradus {
namespace detail {

// Labels and what they select. An ignored label is read as 0, so that it need not lie in the class axis.
constexpr sym readable(sym label, absent) { return label; }
constexpr sym readable(sym label, sym ignored) { return where(label == ignored, 0.0, label); }
constexpr sym unless_ignored(sym value, sym, absent) { return value; }
constexpr sym unless_ignored(sym value, sym label, sym ignored) { return where(label == ignored, 0.0, value); }
constexpr sym weighed(sym value, absent) { return value; }
constexpr sym weighed(sym value, sym weight) { return weight * value; }
template <fixed_string Axis>
constexpr absent weight_at(absent, over_t<Axis>, sym) {
    return {};
}
template <fixed_string Axis>
constexpr sym weight_at(sym weight, over_t<Axis> over, sym label) {
    return at(weight, over, label);
}

/// The weight of a row: that of its class, 0 if it is ignored.
inline constexpr auto label_weight = make_op<"label_weight">([](auto over, auto target, auto weight, auto ignored) {
    if constexpr (given<decltype(weight)>)
        return unless_ignored(at(weight, over, readable(target, ignored)), target, ignored);
    else
        return unless_ignored(target.number(1), target, ignored);
});

/// A loss of labels together with its weight, if that is not simply 1 for each row.
template <fixed_string Axis, expression Loss, expression T, class W, class K>
constexpr auto loss_of_labels(const Loss& loss, over_t<Axis> over, const T& target, const W& weight, const K& ignored) {
    if constexpr (given<W> || given<K>)
        return weighted(loss, label_weight(over, target, weight, ignored));
    else
        return loss;
}

inline constexpr auto nll_body = make_op<"nll">([](auto x, auto over, auto target, auto weight, auto ignored) {
    const sym label = readable(target, ignored);
    const sym loss = weighed(-at(x, over, label), weight_at(weight, over, label));
    return unless_ignored(loss, target, ignored);
});

inline constexpr auto cross_entropy_body =
    make_op<"cross_entropy">([](auto x, auto over, auto target, auto weight, auto ignored, auto smoothing) {
        const sym label = readable(target, ignored);
        const sym loss = weighed(logsumexp(x, over) - at(x, over, label), weight_at(weight, over, label));
        if constexpr (given<decltype(smoothing)>) {
            const sym spread = sum(weighed(logsumexp(x, over) - x, weight), over) / extent_of(x, over);
            return unless_ignored((1.0 - smoothing) * loss + limit_product(smoothing, spread), target, ignored);
        } else {
            return unless_ignored(loss, target, ignored);
        }
    });

inline constexpr auto cross_entropy_of_probabilities =
    make_op<"cross_entropy">([](auto x, auto over, auto target, auto weight, auto smoothing) {
        const auto smoothed = [&] {
            if constexpr (given<decltype(smoothing)>)
                return target * (1.0 - smoothing) + smoothing / extent_of(x, over);
            else
                return target;
        };
        return sum(weighed(limit_product(smoothed(), logsumexp(x, over) - x), weight), over);
    });

}  // namespace detail

/// −w_t log_probabilities_t · the axes of the input without the class axis; the labels have exactly these ·
/// with::weight: class weights, 1; with::ignore_index: rows with this label have loss 0, gradient 0 and
/// no weight · mean divides by Σ w_t over the rows that are not ignored · a label outside the class axis
/// that is not ignored is an error of the call · smooth · torch.nn.NLLLoss
template <expression X, expression T, fixed_string Axis, detail::option... Option>
constexpr auto nll(const X& log_probabilities, const T& target, over_t<Axis> axis, const Option&... option) {
    static_assert(detail::options_fit<"nll", detail::allowed<"weight", "ignore_index">, Option...>());
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::labels_fit<"nll", X, T, Axis>());
    const auto weight = detail::picked<"weight">(option...);
    const auto ignored = detail::picked<"ignore_index">(option...);
    static_assert(detail::class_weights_fit<"nll", X, decltype(detail::picked<"weight">(option...)), Axis>());
    return detail::loss_of_labels(detail::nll_body(log_probabilities, axis, target, weight, ignored), axis, target,
                                  weight, ignored);
}

namespace detail {

template <expression X, expression T, fixed_string Axis, option... Option>
constexpr auto cross_entropy_with_labels(const X& logits, const T& target, over_t<Axis> axis, const Option&... option) {
    static_assert(options_fit<"cross_entropy", allowed<"weight", "ignore_index", "label_smoothing">, Option...>());
    static_assert(labels_fit<"cross_entropy", X, T, Axis>());
    const auto weight = picked<"weight">(option...);
    const auto ignored = picked<"ignore_index">(option...);
    const auto smoothing = picked<"label_smoothing">(option...);
    return loss_of_labels(cross_entropy_body(logits, axis, target, weight, ignored, smoothing), axis, target, weight,
                          ignored);
}
template <expression X, expression T, fixed_string Axis, option... Option>
constexpr auto cross_entropy_with_probabilities(const X& logits, const T& target, over_t<Axis> axis,
                                                const Option&... option) {
    static_assert(options_fit<"cross_entropy", allowed<"weight", "label_smoothing">, Option...>());
    static_assert(equal_axes<"cross_entropy", X, T>());
    return cross_entropy_of_probabilities(logits, axis, target, picked<"weight">(option...),
                                          picked<"label_smoothing">(option...));
}

}  // namespace detail

/// log Σ exp(logits) − logits_t, times w_t · the axes of logits without the class axis. The target is
/// labels with exactly these axes, or a tensor with the axes of logits: probabilities t, whose loss is
/// −Σ w t log softmax(logits), 0 where t = 0 · with::weight: class weights, 1; with::ignore_index (labels
/// only): rows with this label have loss 0, gradient 0 and no weight, whatever their logits;
/// with::label_smoothing: ε, each target is (1 − ε) t + ε / classes · mean divides by Σ w_t over the rows
/// that are not ignored, with probabilities by the number of rows · a label outside the class axis that is
/// not ignored is an error of the call · smooth · torch.nn.CrossEntropyLoss
template <expression X, expression T, fixed_string Axis, detail::option... Option>
constexpr auto cross_entropy(const X& logits, const T& target, over_t<Axis> axis, const Option&... option) {
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    using weight = decltype(detail::picked<"weight">(option...));
    static_assert(detail::class_weights_fit<"cross_entropy", X, weight, Axis>());
    if constexpr (detail::is_labels<T, Axis>)
        return detail::cross_entropy_with_labels(logits, target, axis, option...);
    else
        return detail::cross_entropy_with_probabilities(logits, target, axis, option...);
}

}  // namespace gradus
