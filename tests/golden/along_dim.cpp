// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions along one dimension. The values of a row are the scale of each other; gradients add up the upstream.
#include <gradus/activations.hpp>

#include "mapping.hpp"
#include "rows.hpp"

namespace gradus::golden {
namespace {

template <class T, class F, class... More>
results along(const golden_case& c, const F& f, const More&... more) {
    constexpr auto x = tensor<"x[outer, class, ...]", T>;
    constexpr auto g = tensor<"g[outer, class, ...]", T>;
    const split_shape parts = split_at(c.input("x").shape, c.integer("dim"));
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
    results made = in_layout(parts, [&](const auto& layout) {
        return run(c, f(x), g, wrt(x), x = layout.elements(X), g = layout.elements(G), more...);
    });
    for (auto& [entry, one] : made) {
        one.rows = layout_of(parts);
        one.summed = parts.extent;
    }
    return made;
}

/// exp(βx) / Σ exp(βx): the gradient β y (g − Σ g y) subtracts two numbers of the size of the upstream.
template <class T, class F, class... More>
results softmax_like(const golden_case& c, const F& f, double beta, const More&... more) {
    results made = along<T>(c, f, more...);
    result& gradient = made.at("grads.x");
    gradient.terms = row_magnitudes(c.upstream_of("y").data, gradient.rows);
    const auto values = row_magnitudes(c.outputs.at("y").data, gradient.rows);
    for (std::size_t row = 0; row < values.size(); ++row) gradient.terms[row] *= 2 * beta * values[row];
    return made;
}

/// The inverse temperature as a scalar of the call.
mapping softmax_row() {
    return map_to("softmax", [](const golden_case& c, auto zero) {
        constexpr auto beta = scalar<"beta", decltype(zero)>;
        const double value = c.number("beta");
        return softmax_like<decltype(zero)>(
            c, [&](const auto& x) { return softmax(x, over<"class">, beta); }, value, beta = value);
    });
}
mapping softmin_row() {
    return map_to("softmin", [](const golden_case& c, auto zero) {
        return softmax_like<decltype(zero)>(
            c, [](const auto& x) { return softmin(x, over<"class">); }, 1);
    });
}
mapping log_softmax_row() {
    return map_to("log_softmax", [](const golden_case& c, auto zero) {
        results made = along<decltype(zero)>(c, [](const auto& x) { return log_softmax(x, over<"class">); });
        result& gradient = made.at("grads.x");
        gradient.terms = row_magnitudes(c.upstream_of("y").data, gradient.rows);
        return made;
    });
}

/// a σ(b), where σ(b) is right to 1e-7 of the smallest normal number at best: beyond, float32 has fewer digits.
results with_terms_of_gate(results made, const golden_case& c, const split_shape& halves) {
    constexpr double smallest = std::numeric_limits<float>::min();
    const auto inner = static_cast<std::size_t>(halves.inner);
    const std::vector<double>& x = c.input("x").data;
    const tensor_data g = c.upstream_of("y");
    made.at("grads.x").rows = layout_of(halves);
    for (std::size_t row = 0; row < g.size(); ++row) {
        const double a = larger(0, x[row / inner * 2 * inner + row % inner]);
        made.at("outputs.y").terms.push_back(a * smallest);
        made.at("grads.x").terms.push_back(larger(0, g.data[row]) * a * smallest);
    }
    return made;
}

/// Each half of the dimension is an element of the axis "half"; what stands beside it is one axis.
mapping glu_row() {
    return map_to("glu", [](const golden_case& c, auto zero) {
        using T = decltype(zero);
        constexpr auto x = tensor<"x[outer, half, unit]", T>;
        constexpr auto g = tensor<"g[outer, unit]", T>;
        const split_shape parts = split_at(c.input("x").shape, c.integer("dim"));
        if (parts.extent % 2 != 0) throw std::invalid_argument("glu cuts an even number in half");
        const strided_rows halves{{parts.outer, 2, parts.extent / 2 * parts.inner}};
        const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
        results made = run(c, glu(x, over<"half">), g, wrt(x), x = halves.elements(X), g = halves.rows(G));
        return with_terms_of_gate(std::move(made), c, halves.parts);
    });
}

}  // namespace

std::vector<mapping> along_dim_mappings() { return {softmax_row(), softmin_row(), log_softmax_row(), glu_row()}; }

}  // namespace gradus::golden
