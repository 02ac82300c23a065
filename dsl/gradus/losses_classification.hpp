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
            require(smoothing, smoothing >= 0.0 && smoothing <= 1.0);
            const sym spread = sum(weighed(logsumexp(x, over) - x, weight), over) / extent_of(x, over);
            return unless_ignored((1.0 - smoothing) * loss + scaled(smoothing, spread), target, ignored);
        } else {
            return unless_ignored(loss, target, ignored);
        }
    });

inline constexpr auto cross_entropy_of_probabilities =
    make_op<"cross_entropy">([](auto x, auto over, auto target, auto weight, auto smoothing) {
        const auto smoothed = [&] {
            if constexpr (given<decltype(smoothing)>)
                return require(target, smoothing >= 0.0 && smoothing <= 1.0) * (1.0 - smoothing) +
                       smoothing / extent_of(x, over);
            else
                return target;
        };
        return sum(weighed(scaled(smoothed(), logsumexp(x, over) - x), weight), over);
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
/// not ignored, and ε outside of [0, 1], is an error of the call · smooth · torch.nn.CrossEntropyLoss
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

namespace detail {

inline constexpr auto focal_body =
    make_op<"focal">([](auto x, auto over, auto target, auto gamma, auto weight, auto ignored) {
        const sym label = readable(target, ignored);
        const sym loss = logsumexp(x, over) - at(x, over, label);
        const sym focused = focus(-expm1(-loss), gamma) * loss;
        return unless_ignored(weighed(focused, weight_at(weight, over, label)), target, ignored);
    });

/// What PyTorch keeps the denominator of bce's gradient away from 0 by: the float32 number 1e-12.
inline constexpr double bce_eps = 1e-12F;

// By definition the gradients are not those of the clamped value: that of x has its own clamp, that of t none.
inline constexpr auto bce_body = make_op<"bce">([](auto x, auto t, auto weight) {
    require(x, x >= 0.0 && x <= 1.0);
    const sym value = (t - 1.0) * max(log(1.0 - x), -100.0) - t * max(log(x), -100.0);
    const sym for_x = (x - t) / max(x * (1.0 - x), bce_eps);
    return weighed(custom_gradient(custom_gradient(value, x, for_x), t, log(1.0 - x) - log(x)), weight);
});
inline constexpr auto bce_with_logits_body = make_op<"bce_with_logits">(
    [](auto x, auto t, auto weight, auto pos_weight) { return weighed(logit_loss(x, t, pos_weight), weight); });
inline constexpr auto sigmoid_focal_body = make_op<"sigmoid_focal">([](auto x, auto t, auto gamma, auto alpha) {
    const sym missed = t * sigmoid(-x) + (1.0 - t) * sigmoid(x);
    const sym loss = focus(missed, gamma) * logit_loss(x, t, absent{});
    if constexpr (given<decltype(alpha)>)
        return (t * alpha + (1.0 - t) * (1.0 - alpha)) * loss;
    else
        return loss;
});

}  // namespace detail

/// −w_t (1 − p_t)^γ log p_t with p = softmax(logits): cross-entropy that leaves out what is already right ·
/// axes, labels, with::weight, with::ignore_index and mean as in cross_entropy, which it is for γ = 0 ·
/// γ = 2 · a label outside the class axis that is not ignored is an error of the call · smooth ·
/// Lin et al., arXiv 1708.02002
template <expression X, expression T, fixed_string Axis, operand G = double, detail::option... Option>
constexpr auto focal(const X& logits, const T& target, over_t<Axis> axis, const G& gamma, const Option&... option) {
    static_assert(detail::options_fit<"focal", detail::allowed<"weight", "ignore_index">, Option...>());
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::labels_fit<"focal", X, T, Axis>());
    const auto weight = detail::picked<"weight">(option...);
    const auto ignored = detail::picked<"ignore_index">(option...);
    static_assert(detail::class_weights_fit<"focal", X, decltype(detail::picked<"weight">(option...)), Axis>());
    return detail::loss_of_labels(detail::focal_body(logits, axis, target, gamma, weight, ignored), axis, target,
                                  weight, ignored);
}
template <expression X, expression T, fixed_string Axis, detail::option... Option>
constexpr auto focal(const X& logits, const T& target, over_t<Axis> axis, const Option&... option) {
    return focal(logits, target, axis, 2.0, option...);
}

/// −(t log x + (1 − t) log(1 − x)), times the weight, of a probability x; logarithms are at least −100 ·
/// equal axes, with::weight some of them · mean divides by the number of elements · x outside of [0, 1] or
/// NaN is an error of the call · the gradient of x is (x − t) / max(x (1 − x), 1e-12), that of t is
/// log(1 − x) − log x · torch.nn.BCELoss
template <expression X, operand T, detail::option... Option>
constexpr auto bce(const X& x, const T& target, const Option&... option) {
    static_assert(detail::options_fit<"bce", detail::allowed<"weight">, Option...>());
    static_assert(detail::equal_axes<"bce", X, T>());
    static_assert(detail::weight_fits<"bce", X, decltype(detail::picked<"weight">(option...))>());
    return detail::bce_body(x, target, detail::picked<"weight">(option...));
}

/// p t softplus(−x) + (1 − t) softplus(x), times the weight: bce of sigmoid(x) without its clamps, with
/// 0 · ∞ = 0 · equal axes, with::weight and with::pos_weight (p) some of them, 1 · mean divides by the
/// number of elements · smooth · torch.nn.BCEWithLogitsLoss
template <expression X, operand T, detail::option... Option>
constexpr auto bce_with_logits(const X& x, const T& target, const Option&... option) {
    static_assert(detail::options_fit<"bce_with_logits", detail::allowed<"weight", "pos_weight">, Option...>());
    static_assert(detail::equal_axes<"bce_with_logits", X, T>());
    static_assert(detail::weight_fits<"bce_with_logits", X, decltype(detail::picked<"weight">(option...))>());
    static_assert(detail::weight_fits<"bce_with_logits", X, decltype(detail::picked<"pos_weight">(option...))>());
    return detail::bce_with_logits_body(x, target, detail::picked<"weight">(option...),
                                        detail::picked<"pos_weight">(option...));
}

/// bce_with_logits times (1 − p_t)^γ with p_t = t σ(x) + (1 − t) σ(−x) · equal axes · γ = 2; with::alpha:
/// times α t + (1 − α) (1 − t) · mean divides by the number of elements · smooth · Lin et al.,
/// arXiv 1708.02002 · torchvision.ops.sigmoid_focal_loss
template <expression X, operand T, operand G = double, detail::option... Option>
constexpr auto sigmoid_focal(const X& x, const T& target, const G& gamma, const Option&... option) {
    static_assert(detail::options_fit<"sigmoid_focal", detail::allowed<"alpha">, Option...>());
    static_assert(detail::equal_axes<"sigmoid_focal", X, T>());
    return detail::sigmoid_focal_body(x, target, gamma, detail::picked<"alpha">(option...));
}
template <expression X, operand T, detail::option... Option>
constexpr auto sigmoid_focal(const X& x, const T& target, const Option&... option) {
    return sigmoid_focal(x, target, 2.0, option...);
}

}  // namespace gradus
