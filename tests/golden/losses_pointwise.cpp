// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses of one value for each element: the tensors as one axis, weights repeated to the shape of x.
#include <gradus/losses.hpp>

#include "losses.hpp"

namespace gradus::golden {
namespace {

/// Declares what a loss of x and t needs, in the element type T: variables, their data, the upstream.
template <class T>
struct two_tensors {
    static constexpr auto x = tensor<"x[i]", T>;
    static constexpr auto t = tensor<"t[i]", T>;
    static constexpr auto g = tensor<"g[i]", T>;
    const golden_case& c;
    std::vector<T> X, T_, G;

    explicit two_tensors(const golden_case& from)
        : c(from), X(c.input("x").as<T>()), T_(c.input("t").as<T>()), G(c.upstream_of("y").as<T>()) {}

    /// The gradients for x and t, or for x alone.
    template <class Loss, class... Binding>
    results run(const Loss& loss, const Binding&... more) const {
        return finished(run_reduced<T>(
            c, loss, g, [&] { return view(G); }, wrt(x, t), x = X, t = T_, more...));
    }
    template <class Loss>
    results run_for_x(const Loss& loss) const {
        return finished(run_reduced<T>(
            c, loss, g, [&] { return view(G); }, wrt(x), x = X, t = T_));
    }

private:
    results finished(results made) const { return with_terms(std::move(made), c, terms_of_inputs(c, {})); }
};

using data = const golden_case&;

/// A row for f(case, x, t), differentiated for both.
template <class F>
mapping row(std::string_view name, F) {
    return map_to(name, [](data c, auto zero) {
        const two_tensors<decltype(zero)> of(c);
        return of.run(F{}(c, of.x, of.t));
    });
}
/// The same, differentiated for x: targets that are signs.
template <class F>
mapping row_for_x(std::string_view name, F) {
    return map_to(name, [](data c, auto zero) {
        const two_tensors<decltype(zero)> of(c);
        return of.run_for_x(F{}(c, of.x, of.t));
    });
}

mapping bce_row() {
    return map_to("bce", [](data c, auto zero) {
        using T = decltype(zero);
        constexpr auto weight = tensor<"weight[i]", T>;
        const two_tensors<T> of(c);
        if (!c.has("weight")) return of.run(bce(of.x, of.t));
        const auto W = broadcast(c.input("weight"), c.input("x").shape).as<T>();
        return of.run(bce(of.x, of.t, with::weight(weight)), weight = W);
    });
}

template <class T>
results bce_with_logits_case(data c) {
    constexpr auto weight = tensor<"weight[i]", T>;
    constexpr auto positive = tensor<"pos_weight[i]", T>;
    const two_tensors<T> of(c);
    const auto wide = [&](const char* name) { return broadcast(c.input(name), c.input("x").shape).as<T>(); };
    if (!c.has("weight") && !c.has("pos_weight")) return of.run(bce_with_logits(of.x, of.t));
    if (!c.has("pos_weight")) {
        const auto W = wide("weight");
        return of.run(bce_with_logits(of.x, of.t, with::weight(weight)), weight = W);
    }
    const auto P = wide("pos_weight");
    if (!c.has("weight")) return of.run(bce_with_logits(of.x, of.t, with::pos_weight(positive)), positive = P);
    const auto W = wide("weight");
    return of.run(bce_with_logits(of.x, of.t, with::weight(weight), with::pos_weight(positive)), weight = W,
                  positive = P);
}

template <class T>
results poisson_case(data c) {
    const two_tensors<T> of(c);
    const double eps = c.number("eps");
    if (c.flag("log_input"))
        return c.flag("full") ? of.run(poisson_nll(of.x, of.t, with::full)) : of.run(poisson_nll(of.x, of.t));
    return c.flag("full") ? of.run(poisson_nll(of.x, of.t, with::rate, with::full, with::eps(eps)))
                          : of.run(poisson_nll(of.x, of.t, with::rate, with::eps(eps)));
}

mapping margin_ranking_row() {
    return map_to("margin_ranking", [](data c, auto zero) {
        using T = decltype(zero);
        constexpr auto x1 = tensor<"x1[i]", T>;
        constexpr auto x2 = tensor<"x2[i]", T>;
        constexpr auto t = tensor<"t[i]", T>;
        constexpr auto g = tensor<"g[i]", T>;
        const auto X1 = c.input("x1").as<T>(), X2 = c.input("x2").as<T>(), G = c.upstream_of("y").as<T>();
        const auto T_ = broadcast(c.input("t"), c.input("x1").shape).template as<T>();
        results made = run_reduced<T>(
            c, margin_ranking(x1, x2, t, c.number("margin")), g, [&] { return view(G); }, wrt(x1, x2), x1 = X1, x2 = X2,
            t = T_);
        return with_terms(std::move(made), c, terms_of_inputs(c, {}));
    });
}

}  // namespace

std::vector<mapping> pointwise_loss_mappings() {
    return {
        row("mse", [](data, auto x, auto t) { return mse(x, t); }),
        row("l1", [](data, auto x, auto t) { return l1(x, t); }),
        row("smooth_l1", [](data c, auto x, auto t) { return smooth_l1(x, t, c.number("beta")); }),
        row("huber", [](data c, auto x, auto t) { return huber(x, t, c.number("delta")); }),
        bce_row(),
        map_to("bce_with_logits", [](data c, auto zero) { return bce_with_logits_case<decltype(zero)>(c); }),
        map_to("poisson_nll", [](data c, auto zero) { return poisson_case<decltype(zero)>(c); }),
        row_for_x("hinge_embedding", [](data c, auto x, auto t) { return hinge_embedding(x, t, c.number("margin")); }),
        row_for_x("soft_margin", [](data, auto x, auto t) { return soft_margin(x, t); }),
        margin_ranking_row(),
    };
}

}  // namespace gradus::golden
