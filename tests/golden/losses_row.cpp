// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses whose last dimension, or first, has a meaning of its own: kl_div (a batch to average over),
// gaussian_nll (a variance for each row), and distances between vectors of features.
#include <gradus/losses.hpp>

#include "losses.hpp"

namespace gradus::golden {
namespace {

using data = const golden_case&;

/// [batch, rest], for batchmean.
template <class T, class... Option>
results kl_div_case(data c, const Option&... option) {
    constexpr auto x = tensor<"x[batch, rest]", T>;
    constexpr auto t = tensor<"t[batch, rest]", T>;
    constexpr auto g = tensor<"g[batch, rest]", T>;
    constexpr auto one = scalar<"g", T>;
    const auto X = c.input("x").as<T>(), T_ = c.input("t").as<T>(), G = c.upstream_of("y").as<T>();
    const split_shape parts = split_at(c.input("x").shape, 0);
    const contiguous_rows whole{{parts.extent, parts.inner, 1}};
    const auto loss = kl_div(x, t, option...);
    const auto to = wrt(x, t);
    if (c.text("reduction") == "batchmean")
        return with_terms(run(c, batchmean(loss, over<"batch">), one, to, x = whole.elements(X), t = whole.elements(T_),
                              one = G.at(0)),
                          c, terms_of_inputs(c, {}));
    return with_terms(
        run_reduced<T>(
            c, loss, g, [&] { return whole.elements(G); }, to, x = whole.elements(X), t = whole.elements(T_)),
        c, terms_of_inputs(c, {}));
}

mapping kl_div_row() {
    return map_to("kl_div", [](data c, auto zero) {
        using T = decltype(zero);
        return c.flag("log_target") ? kl_div_case<T>(c, with::log_target) : kl_div_case<T>(c);
    });
}

/// The gradient of a variance v adds up (1/v − d²/v²)/2 over the elements that share it.
results with_terms_of_variance(results made, data c, const split_shape& parts) {
    const std::vector<double>&x = c.input("x").data, &t = c.input("t").data, &var = c.input("var").data;
    const tensor_data g = c.upstream_of("y");
    result& gradient = made.at("grads.var");
    const std::string how = c.text("reduction");
    const double part = how == "mean" ? 1 / static_cast<double>(std::max<std::size_t>(x.size(), 1)) : 1;
    gradient.rows = {};
    gradient.terms.assign(var.size(), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t at = var.size() == x.size() ? i : i / static_cast<std::size_t>(parts.extent);
        const double v = std::max(var[at], c.number("eps")), d = x[i] - t[i];
        gradient.terms[at] += std::abs(g.data[how == "none" ? i : 0]) * part * (1 / v + d * d / (v * v)) / 2;
    }
    return made;
}

/// A variance for each element, or one for each row along the last dimension: [..., 1], or that dimension missing.
template <class T, fixed_string Var, class... Option>
results gaussian_case(data c, const split_shape& parts, const auto& var_view, const Option&... option) {
    constexpr auto x = tensor<"x[row, last]", T>;
    constexpr auto t = tensor<"t[row, last]", T>;
    constexpr auto g = tensor<"g[row, last]", T>;
    constexpr auto var = tensor<Var, T>;
    const auto X = c.input("x").as<T>(), T_ = c.input("t").as<T>(), G = c.upstream_of("y").as<T>();
    const contiguous_rows whole{parts};
    results made = run_reduced<T>(
        c, gaussian_nll(x, t, var, with::eps(c.number("eps")), option...), g, [&] { return whole.elements(G); },
        wrt(x, t, var), x = whole.elements(X), t = whole.elements(T_), var = var_view);
    return with_terms_of_variance(with_terms(std::move(made), c, terms_of_inputs(c, {})), c, parts);
}
template <class T, class... Option>
results gaussian_case(data c, const Option&... option) {
    const auto V = c.input("var").as<T>();
    const split_shape parts = last_rows(c.input("x"));
    const contiguous_rows whole{parts};
    if (c.input("var").size() == c.input("x").size())
        return gaussian_case<T, "var[row, last]">(c, parts, whole.elements(V), option...);
    return gaussian_case<T, "var[row]">(c, parts, whole.rows(V), option...);
}

mapping gaussian_row() {
    return map_to("gaussian_nll", [](data c, auto zero) {
        using T = decltype(zero);
        return c.flag("full") ? gaussian_case<T>(c, with::full) : gaussian_case<T>(c);
    });
}

/// 1 − cos, and its gradient x₂/(|x₁||x₂|) − cos x₁/|x₁|² for x₁: two terms of the size 1/|x₁|, and the error
/// that cos brings into the second.
results with_terms_of_cosine(results made, data c, const split_shape& parts) {
    const auto lengths_of = [&](const std::vector<double>& x) {
        std::vector<double> lengths(static_cast<std::size_t>(parts.outer), 1e-12);
        for (std::size_t i = 0; i < x.size(); ++i) lengths[layout_of(parts).row_of(i)] += x[i] * x[i];
        for (double& length : lengths) length = std::sqrt(length);
        return lengths;
    };
    for (const char* name : {"x1", "x2"}) {
        row_terms terms{layout_of(parts), {}, {}};
        for (const double length : lengths_of(c.input(name).data)) {
            terms.value.push_back(2);
            terms.derivative.push_back(3 / length);
        }
        results one{{"outputs.y", made.at("outputs.y")}};
        const std::string entry = std::string("grads.") + name;
        one[entry] = made.at(entry);
        for (auto& [key, judged] : with_terms(std::move(one), c, terms)) made[key] = judged;
    }
    return made;
}

mapping cosine_embedding_row() {
    return map_to("cosine_embedding", [](data c, auto zero) {
        using T = decltype(zero);
        constexpr auto x1 = tensor<"x1[row, feature]", T>;
        constexpr auto x2 = tensor<"x2[row, feature]", T>;
        constexpr auto t = tensor<"t[row]", T>;
        constexpr auto g = tensor<"g[row]", T>;
        const contiguous_rows rows{last_rows(c.input("x1"))};
        const auto X1 = c.input("x1").as<T>(), X2 = c.input("x2").as<T>(), T_ = c.input("t").as<T>(),
                   G = c.upstream_of("y").as<T>();
        const auto loss = cosine_embedding(x1, x2, t, over<"feature">, c.number("margin"));
        results made = run_reduced<T>(
            c, loss, g, [&] { return view(G); }, wrt(x1, x2), x1 = rows.elements(X1), x2 = rows.elements(X2), t = T_);
        return with_terms_of_cosine(std::move(made), c, rows.parts);
    });
}

/// Two distances and the margin, each distance the sum of its features; two unit vectors in a gradient.
row_terms terms_of_distances(data c, const split_shape& parts) {
    row_terms terms{layout_of(parts), std::vector<double>(static_cast<std::size_t>(parts.outer), 0.0), {}};
    const std::vector<double>&a = c.input("a").data, &p = c.input("p").data, &n = c.input("n").data;
    for (std::size_t i = 0; i < a.size(); ++i)
        terms.value[terms.rows.row_of(i)] += std::abs(a[i] - p[i]) + std::abs(a[i] - n[i]);
    for (double& value : terms.value) value += std::abs(c.number("margin"));
    terms.derivative.assign(terms.value.size(), 2.0);
    return terms;
}

template <class T, class... Option>
results triplet_case(data c, const Option&... option) {
    constexpr auto a = tensor<"a[row, feature]", T>;
    constexpr auto p = tensor<"p[row, feature]", T>;
    constexpr auto n = tensor<"n[row, feature]", T>;
    constexpr auto g = tensor<"g[row]", T>;
    const contiguous_rows rows{last_rows(c.input("a"))};
    const auto A = c.input("a").as<T>(), P = c.input("p").as<T>(), N = c.input("n").as<T>(),
               G = c.upstream_of("y").as<T>();
    const auto loss = triplet_margin(a, p, n, over<"feature">, with::margin(c.number("margin")),
                                     with::power(c.number("p")), with::eps(c.number("eps")), option...);
    results made = run_reduced<T>(
        c, loss, g, [&] { return view(G); }, wrt(a, p, n), a = rows.elements(A), p = rows.elements(P),
        n = rows.elements(N));
    return with_terms(std::move(made), c, terms_of_distances(c, rows.parts));
}

mapping triplet_margin_row() {
    return map_to("triplet_margin", [](data c, auto zero) {
        using T = decltype(zero);
        return c.flag("swap") ? triplet_case<T>(c, with::swap) : triplet_case<T>(c);
    });
}

}  // namespace

std::vector<mapping> row_loss_mappings() {
    return {kl_div_row(), gaussian_row(), cosine_embedding_row(), triplet_margin_row()};
}

}  // namespace gradus::golden
