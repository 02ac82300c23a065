// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses that carry a weight, and the reductions of losses. The mean of a loss divides by its total
// weight: for most losses the number of elements, for cross-entropy with labels Σ w_target over the rows
// that are not ignored. Such a loss is an ordinary expression whose type also holds its weight; reduce it
// before you combine it with others, since 2 * loss is an expression like any other.
#pragma once

#include <gradus/composite.hpp>

namespace gradus {

/// What the mean of a loss is when its total weight is zero.
enum class when_empty { nan, zero, error };
namespace on_empty {
/// A policy as a type, which is also the value.
template <when_empty Which>
struct policy {
    static constexpr when_empty value = Which;
    constexpr operator when_empty() const { return Which; }
};
/// 0 / 0.
inline constexpr policy<when_empty::nan> nan{};
/// 0, with gradients 0.
inline constexpr policy<when_empty::zero> zero{};
/// An error of the call.
inline constexpr policy<when_empty::error> error{};
}  // namespace on_empty

namespace detail {

struct weighted_tag {
    static constexpr sym build(builder&, sym value, sym) { return value; }
    static constexpr axis_names axes(const axis_names& value, const axis_names&) { return value; }
};
/// A loss with its weight: one value and one weight for each row.
template <expression V, expression W>
constexpr auto weighted(const V& value, const W& weight) {
    return make_expression<weighted_tag>(value, weight);
}

template <class E>
concept weighted_loss = expression<E> && std::same_as<typename std::remove_cvref_t<E>::tag, weighted_tag>;
template <class T>
concept empty_policy = std::same_as<T, on_empty::policy<T::value>>;

/// The number of elements, as an expression.
struct count_tag {
    static constexpr sym build(builder&, sym e) { return extent_of(e, over_axes{e.axes()}); }
    template <fixed_string... Names>
    static constexpr sym build(builder&, sym e, over_t<Names...> over) {
        return extent_of(e, over);
    }
    static constexpr axis_names axes(const auto&...) { return {}; }
};

template <expression E, class... Over>
constexpr auto total_of(const E& loss, Over... over) {
    if constexpr (weighted_loss<E>)
        return sum(loss.children.head, over...);
    else
        return sum(loss, over...);
}
template <expression E, class... Over>
constexpr auto weight_of(const E& loss, Over... over) {
    if constexpr (weighted_loss<E>)
        return sum(loss.children.tail.head, over...);
    else
        return make_expression<count_tag>(loss, over...);
}

inline constexpr auto mean_or_zero =
    make_op<"mean_or_zero">([](auto total, auto weight) { return where(weight == 0.0, 0.0, total / weight); });
inline constexpr auto mean_or_error =
    make_op<"mean_or_error">([](auto total, auto weight) { return require(total / weight, weight != 0.0); });

template <empty_policy Policy, expression T, expression W>
constexpr auto mean_of(const T& total, const W& weight) {
    if constexpr (Policy::value == when_empty::zero)
        return mean_or_zero(total, weight);
    else if constexpr (Policy::value == when_empty::error)
        return mean_or_error(total, weight);
    else
        return total / weight;
}

}  // namespace detail

/// Σ loss / Σ weight, all over the named axes or over every axis · the third argument says what a total
/// weight of zero gives; without it NaN (0 / 0) · NaN in a weight is NaN in the mean
template <expression E, detail::empty_policy Policy>
constexpr auto mean(const E& loss, Policy) {
    return detail::mean_of<Policy>(detail::total_of(loss), detail::weight_of(loss));
}
template <expression E, fixed_string... Names, detail::empty_policy Policy>
constexpr auto mean(const E& loss, over_t<Names...> over, Policy) {
    return detail::mean_of<Policy>(detail::total_of(loss, over), detail::weight_of(loss, over));
}
template <detail::weighted_loss E>
constexpr auto mean(const E& loss) {
    return mean(loss, on_empty::nan);
}
template <detail::weighted_loss E, fixed_string... Names>
constexpr auto mean(const E& loss, over_t<Names...> over) {
    return mean(loss, over, on_empty::nan);
}

/// The numerator and the denominator of a mean, two expressions: added over micro-batches, their ratio
/// is the mean over all of them.
template <expression S, expression W>
struct sum_with_weight {
    S sum;
    W weight;
};
template <expression E>
constexpr auto sum_and_weight(const E& loss) {
    const auto total = detail::total_of(loss);
    const auto weight = detail::weight_of(loss);
    return sum_with_weight<decltype(detail::total_of(loss)), decltype(detail::weight_of(loss))>{total, weight};
}

/// Σ loss / the extent of the named axes: the mean over a batch of the sum over everything else.
template <expression E, fixed_string... Names>
constexpr auto batchmean(const E& loss, over_t<Names...> over) {
    static_assert(detail::knows_axes<E>(over_t<Names...>{}));
    return detail::total_of(loss) / make_expression<detail::count_tag>(loss, over);
}

}  // namespace gradus
