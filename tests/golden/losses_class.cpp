// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses of classes with labels: [outer, class] or [outer, class, inner], as the shape has it. Cross-entropy
// has a file of its own.
#include <gradus/losses.hpp>

#include "losses.hpp"

namespace gradus::golden {
namespace {

using data = const golden_case&;

/// Runs f(x, t, option...) with x[outer, class, ...], labels t[outer, ...] and, where the case has them, class
/// weights.
template <class T, class F>
results with_labels(data c, const split_shape& parts, const F& f) {
    constexpr auto x = tensor<"x[outer, class, ...]", T>;
    constexpr auto t = labels<"t[outer, ...]">;
    constexpr auto g = tensor<"g[outer, ...]", T>;
    constexpr auto weight = tensor<"weight[class]", T>;
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
    const auto L = c.input("t").as<std::int64_t>();
    results made = in_layout(parts, [&](const auto& layout) {
        const auto to_run = [&](const auto& loss, const auto&... more) {
            return run_reduced<T>(
                c, loss, g, [&] { return layout.rows(G); }, wrt(x), x = layout.elements(X), t = layout.rows(L),
                more...);
        };
        if (!c.has("weight")) return to_run(f(x, t));
        const auto W = c.input("weight").as<T>();
        return to_run(f(x, t, with::weight(weight)), weight = W);
    });
    return with_terms(std::move(made), c, terms_of_inputs(c, layout_of(parts)));
}

mapping nll_row() {
    return map_to("nll", [](data c, auto zero) {
        const double ignored = c.number("ignore_index");
        return with_labels<decltype(zero)>(c, class_rows(c.input("x")), [&](auto x, auto t, auto... option) {
            return nll(x, t, over<"class">, with::ignore_index(ignored), option...);
        });
    });
}

mapping multi_margin_row() {
    return map_to("multi_margin", [](data c, auto zero) {
        return with_labels<decltype(zero)>(c, last_rows(c.input("x")), [&](auto x, auto t, auto... option) {
            return multi_margin(x, t, over<"class">, with::margin(c.number("margin")), with::power(c.number("p")),
                                option...);
        });
    });
}

mapping multilabel_margin_row() {
    return map_to("multilabel_margin", [](data c, auto zero) {
        using T = decltype(zero);
        constexpr auto x = tensor<"x[row, class]", T>;
        constexpr auto t = labels<"t[row, slot]">;
        constexpr auto g = tensor<"g[row]", T>;
        const split_shape parts = last_rows(c.input("x"));
        const contiguous_rows rows{parts};
        const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
        const auto L = c.input("t").as<std::int64_t>();
        results made = run_reduced<T>(
            c, multilabel_margin(x, t, over<"class">, over<"slot">), g, [&] { return view(G); }, wrt(x),
            x = rows.elements(X), t = rows.elements(L));
        return with_terms(std::move(made), c, terms_of_inputs(c, layout_of(parts)));
    });
}

mapping multilabel_soft_margin_row() {
    return map_to("multilabel_soft_margin", [](data c, auto zero) {
        using T = decltype(zero);
        constexpr auto x = tensor<"x[row, class]", T>;
        constexpr auto t = tensor<"t[row, class]", T>;
        constexpr auto g = tensor<"g[row]", T>;
        constexpr auto weight = tensor<"weight[class]", T>;
        const contiguous_rows rows{last_rows(c.input("x"))};
        const auto X = c.input("x").as<T>(), T_ = c.input("t").as<T>(), G = c.upstream_of("y").as<T>();
        const auto to_run = [&](const auto& loss, const auto&... more) {
            return run_reduced<T>(
                c, loss, g, [&] { return view(G); }, wrt(x, t), x = rows.elements(X), t = rows.elements(T_), more...);
        };
        const row_terms terms = terms_of_inputs(c, layout_of(rows.parts));
        if (!c.has("weight")) return with_terms(to_run(multilabel_soft_margin(x, t, over<"class">)), c, terms);
        const auto W = broadcast(c.input("weight"), {rows.parts.extent}).template as<T>();
        return with_terms(to_run(multilabel_soft_margin(x, t, over<"class">, with::weight(weight)), weight = W), c,
                          terms);
    });
}

}  // namespace

std::vector<mapping> class_loss_mappings() {
    return {nll_row(), multi_margin_row(), multilabel_margin_row(), multilabel_soft_margin_row()};
}

}  // namespace gradus::golden
