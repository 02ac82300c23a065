// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses that ask for a margin: between a score and a threshold, between the scores of classes, between
// distances. Those of one number give one value for each element, the others one for each row.
#pragma once

#include <gradus/loss_axes.hpp>
#include <gradus/loss_parts.hpp>

namespace gradus {
namespace detail {

inline constexpr auto hinge_embedding_body = make_op<"hinge_embedding">(
    [](auto x, auto t, auto margin) { return where(t == 1.0, x, clamped_at_zero(margin - x)); });
inline constexpr auto soft_margin_body = make_op<"soft_margin">([](auto x, auto t) { return softplus(-(t * x)); });
inline constexpr auto margin_ranking_body = make_op<"margin_ranking">(
    [](auto x1, auto x2, auto t, auto margin) { return clamped_at_zero(margin - t * (x1 - x2)); });

inline constexpr auto multi_margin_body =
    make_op<"multi_margin">([](auto x, auto over, auto target, auto margin, auto power, auto weight) {
        const sym violation = max((margin - at(x, over, target)) + x, 0.0);
        const sym others = where(index_of(x, over) == target, 0.0, pow(violation, power));
        return weighed(sum(others, over) / extent_of(x, over), weight_at(weight, over, target));
    });

inline constexpr auto multilabel_margin_body =
    make_op<"multilabel_margin">([](auto x, auto target, auto classes, auto slots) {
        const sym slot = index_of(target, slots);
        const sym listed = slot < min(where(target == -1.0, slot, extent_of(target, slots)), slots);
        const sym is_target = max(where(listed && target == index_of(x, classes), 1.0, 0.0), slots);
        const sym violation = max((1.0 - at(x, classes, where(target == -1.0, 0.0, target))) + x, 0.0);
        const over_axes both{axes_in(x, classes).set | axes_in(target, slots).set};
        return sum(where(listed && is_target == 0.0, violation, 0.0), both) / extent_of(x, classes);
    });

inline constexpr auto multilabel_soft_margin_body = make_op<"multilabel_soft_margin">(
    [](auto x, auto t, auto over, auto weight) { return mean(weighed(logit_loss(x, t, absent{}), weight), over); });

/// What PyTorch adds to squared lengths: the float32 number 1e-12.
inline constexpr double cosine_eps = 1e-12F;

inline constexpr auto cosine_embedding_body =
    make_op<"cosine_embedding">([](auto x1, auto x2, auto t, auto over, auto margin) {
        const auto length = [&](auto x) { return sqrt(sum(x * x, over) + cosine_eps); };
        const sym cosine = sum(x1 * x2, over) / length(x1) / length(x2);
        return where(t == 1.0, 1.0 - cosine, hinge_of_distance(cosine - margin));
    });

/// (Σ |u − v + ε|^p)^(1/p), whose gradient is 0 at 0.
constexpr sym distance(sym u, sym v, sym eps, sym power, auto over) {
    const sym d = u - v + eps;
    const bool euclidean = (*power).code == op::constant && (*power).value == 2;
    const sym total = euclidean ? sum(d * d, over) : sum(pow(abs(d), power), over);
    return where(total == 0.0, 0.0, euclidean ? sqrt(total) : pow(total, 1.0 / power));
}

inline constexpr auto triplet_margin_body =
    make_op<"triplet_margin">([](auto a, auto p, auto n, auto over, auto margin, auto power, auto eps, auto swap) {
        const sym near = distance(a, p, eps, power, over);
        const sym far = distance(a, n, eps, power, over);
        if constexpr (given<decltype(swap)>)
            return hinge_of_distance(near - min(far, distance(p, n, eps, power, over)) + margin);
        else
            return hinge_of_distance(near - far + margin);
    });

}  // namespace detail

/// x for t = 1, max(0, margin − x) for t = −1 · equal axes · margin = 1 · gradient −1 at x = margin ·
/// torch.nn.HingeEmbeddingLoss
template <expression X, operand T, operand M = double>
constexpr auto hinge_embedding(const X& x, const T& target, const M& margin = 1.0) {
    static_assert(detail::equal_axes<"hinge_embedding", X, T>());
    return detail::hinge_embedding_body(x, target, margin);
}

/// log(1 + exp(−t x)), t = ±1 · equal axes · smooth · torch.nn.SoftMarginLoss, without its overflow
template <expression X, operand T>
constexpr auto soft_margin(const X& x, const T& target) {
    static_assert(detail::equal_axes<"soft_margin", X, T>());
    return detail::soft_margin_body(x, target);
}

/// w_t Σ_{c ≠ t} max(0, margin − x_t + x_c)^p / classes · the axes of x without the class axis; the labels
/// have exactly these · with::margin: 1; with::power: p, 1; with::weight: class weights, 1 · mean divides
/// by the number of rows · a label outside the class axis is an error of the call · gradient 0 at the
/// margin; NaN for NaN, where PyTorch drops the term · Crammer and Singer 2001 · torch.nn.MultiMarginLoss
template <expression X, expression T, fixed_string Axis, detail::option... Option>
constexpr auto multi_margin(const X& x, const T& target, over_t<Axis> axis, const Option&... option) {
    static_assert(detail::options_fit<"multi_margin", detail::allowed<"margin", "power", "weight">, Option...>());
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::labels_fit<"multi_margin", X, T, Axis>());
    const auto weight = detail::picked<"weight">(option...);
    static_assert(detail::class_weights_fit<"multi_margin", X, decltype(detail::picked<"weight">(option...)), Axis>());
    return detail::multi_margin_body(x, axis, target, detail::picked_or<"margin">(1.0, option...),
                                     detail::picked_or<"power">(1.0, option...), weight);
}

/// Σ_{s, c} max(0, 1 − x_{t_s} + x_c) / classes, s over the listed labels, c over the classes that none of
/// them names · the axes of x without the class axis; the labels have a slot axis in its place, and the
/// list ends before the first −1 · a label that is neither −1 nor in the class axis is an error of the
/// call · gradient 0 at the margin; NaN for NaN, where PyTorch drops the term · torch.nn.MultiLabelMarginLoss
template <expression X, expression T, fixed_string Class, fixed_string Slot>
constexpr auto multilabel_margin(const X& x, const T& target, over_t<Class> classes, over_t<Slot> slots) {
    static_assert(detail::knows_axes<X>(over_t<Class>{}));
    static_assert(detail::knows_axes<T>(over_t<Slot>{}));
    static_assert(detail::slots_fit<"multilabel_margin", X, T, Class, Slot>());
    return detail::multilabel_margin_body(x, target, classes, slots);
}

/// The mean of w bce_with_logits(x, t) along the class axis · x and t have equal axes, the result these
/// without the class axis · with::weight: class weights, 1 · smooth · torch.nn.MultiLabelSoftMarginLoss
template <expression X, expression T, fixed_string Axis, detail::option... Option>
constexpr auto multilabel_soft_margin(const X& x, const T& target, over_t<Axis> axis, const Option&... option) {
    static_assert(detail::options_fit<"multilabel_soft_margin", detail::allowed<"weight">, Option...>());
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::equal_axes<"multilabel_soft_margin", X, T>());
    using weight = decltype(detail::picked<"weight">(option...));
    static_assert(detail::class_weights_fit<"multilabel_soft_margin", X, weight, Axis>());
    return detail::multilabel_soft_margin_body(x, target, axis, detail::picked<"weight">(option...));
}

/// max(0, margin − t (x1 − x2)), t = ±1 · equal axes · margin = 0 · the gradient passes at the margin ·
/// torch.nn.MarginRankingLoss
template <expression X, operand Y, operand T, operand M = double>
constexpr auto margin_ranking(const X& x1, const Y& x2, const T& target, const M& margin = 0.0) {
    static_assert(detail::equal_axes<"margin_ranking", X, Y, T>());
    return detail::margin_ranking_body(x1, x2, target, margin);
}

/// 1 − cos for t = 1, max(0, cos − margin) for t = −1, with the cosine of the angle between x1 and x2 along
/// the named axis; 1e-12 is added to their squared lengths · x1 and x2 have equal axes, t these without the
/// named one · margin = 0 · the gradient passes at the margin · torch.nn.CosineEmbeddingLoss
template <expression X, expression Y, operand T, fixed_string Axis, operand M = double>
constexpr auto cosine_embedding(const X& x1, const Y& x2, const T& target, over_t<Axis> axis, const M& margin = 0.0) {
    static_assert(detail::knows_axes<X>(over_t<Axis>{}));
    static_assert(detail::equal_axes<"cosine_embedding", X, Y>());
    static_assert(detail::labels_fit<"cosine_embedding", X, T, Axis>());
    return detail::cosine_embedding_body(x1, x2, target, axis, margin);
}

/// max(0, d(a, p) − d(a, n) + margin), d(u, v) = ‖u − v + ε‖_p along the named axis, of an anchor, a
/// positive and a negative · equal axes · with::margin: 1; with::power: p, 2; with::eps: ε, 1e-6;
/// with::swap: the smaller of d(a, n) and d(p, n) takes the place of d(a, n) · the gradient passes at the
/// margin; that of a distance of 0 is 0 · Balntas et al. 2016 · torch.nn.TripletMarginLoss
template <expression A, expression P, expression N, fixed_string Axis, detail::option... Option>
constexpr auto triplet_margin(const A& anchor, const P& positive, const N& negative, over_t<Axis> axis,
                              const Option&... option) {
    static_assert(
        detail::options_fit<"triplet_margin", detail::allowed<"margin", "power", "eps", "swap">, Option...>());
    static_assert(detail::knows_axes<A>(over_t<Axis>{}));
    static_assert(detail::equal_axes<"triplet_margin", A, P, N>());
    return detail::triplet_margin_body(anchor, positive, negative, axis, detail::picked_or<"margin">(1.0, option...),
                                       detail::picked_or<"power">(2.0, option...),
                                       detail::picked_or<"eps">(1e-6, option...), detail::picked<"swap">(option...));
}

}  // namespace gradus
