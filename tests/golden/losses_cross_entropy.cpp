// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cross-entropy with labels or probabilities, with or without class weights and smoothing, each as a user
// types it.
#include <gradus/losses.hpp>

#include "losses.hpp"

namespace gradus::golden {
namespace {

using data = const golden_case&;

/// The shape of a case and its data in the element type T.
template <class T>
struct cross_entropy_case {
    static constexpr auto x = tensor<"x[outer, class, ...]", T>;
    static constexpr auto g = tensor<"g[outer, ...]", T>;
    static constexpr auto weight = tensor<"weight[class]", T>;
    data c;
    std::vector<T> X, G, W;

    explicit cross_entropy_case(data from) : c(from), X(c.input("x").as<T>()), G(c.upstream_of("y").as<T>()) {
        if (c.has("weight")) W = c.input("weight").as<T>();
    }

    /// Runs the loss for the target t bound to `target`, with the options that the case asks for.
    template <class Target, class Bound, class To, class... Option>
    results run(const Target& t, const Bound& target, To to, const Option&... option) const {
        const double smoothing = c.number("label_smoothing");
        const auto to_run = [&](const auto&... more) { return weighted(t, target, to, option..., more...); };
        return smoothing == 0 ? to_run() : to_run(with::label_smoothing(smoothing));
    }

private:
    template <class Target, class Bound, class To, class... Option>
    results weighted(const Target& t, const Bound& target, To to, const Option&... option) const {
        if (!c.has("weight")) return reduced(cross_entropy(x, t, over<"class">, option...), t, target, to);
        return reduced(cross_entropy(x, t, over<"class">, option..., with::weight(weight)), t, target, to, weight = W);
    }
    template <class Loss, class Target, class Bound, class To, class... More>
    results reduced(const Loss& loss, const Target& t, const Bound& target, To to, const More&... more) const {
        return in_layout(class_rows(c.input("x")), [&](const auto& layout) {
            return run_reduced<T>(
                c, loss, g, [&] { return layout.rows(G); }, to, x = layout.elements(X), t = target(layout), more...);
        });
    }
};

template <class T>
results with_labels(data c) {
    constexpr auto t = labels<"t[outer, ...]">;
    const cross_entropy_case<T> of(c);
    const auto L = c.input("t").as<std::int64_t>();
    const auto bound = [&](const auto& layout) { return layout.rows(L); };
    return of.run(t, bound, wrt(of.x), with::ignore_index(c.number("ignore_index")));
}

template <class T>
results with_probabilities(data c) {
    constexpr auto t = tensor<"t[outer, class, ...]", T>;
    const cross_entropy_case<T> of(c);
    const auto P = c.input("t").as<T>();
    const auto bound = [&](const auto& layout) { return layout.elements(P); };
    return of.run(t, bound, wrt(of.x, t));
}

}  // namespace

std::vector<mapping> cross_entropy_mappings() {
    return {map_to("cross_entropy", [](data c, auto zero) {
        using T = decltype(zero);
        results made = c.input("t").integer ? with_labels<T>(c) : with_probabilities<T>(c);
        return with_terms(std::move(made), c, terms_of_logits(c, class_rows(c.input("x"))));
    })};
}

}  // namespace gradus::golden
