// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise functions: the tensor as one axis, whatever its shape; each element is a row of its own. PReLU
// with a slope for each channel: [batch, channel, rest], as PyTorch's channel is dimension 1.
#include <gradus/activations.hpp>

#include "mapping.hpp"
#include "rows.hpp"

namespace gradus::golden {
namespace {

/// y = f(x) and its gradient for x.
template <class T, class F>
results pointwise(const golden_case& c, const F& f) {
    constexpr auto x = tensor<"x[i]", T>;
    constexpr auto g = tensor<"g[i]", T>;
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
    return run(c, f(x), g, wrt(x), x = X, g = G);
}

/// A row for f(x).
template <class F>
mapping plain(std::string_view name, F) {
    return map_to(name, [](const golden_case& c, auto zero) {
        return pointwise<decltype(zero)>(c, [](const auto& x) { return F{}(x); });
    });
}
/// A row for f(case, x), which takes the numbers of the case.
template <class F>
mapping with_numbers(std::string_view name, F) {
    return map_to(name, [](const golden_case& c, auto zero) {
        return pointwise<decltype(zero)>(c, [&](const auto& x) { return F{}(c, x); });
    });
}

/// A row for x s(x). The gradient g (s(x) + x s'(x)) adds up two terms of the size of g s(x) = g y / x, and
/// vanishes between.
template <class F>
mapping gated(std::string_view name, F) {
    return map_to(name, [](const golden_case& c, auto zero) {
        results made = pointwise<decltype(zero)>(c, [](const auto& x) { return F{}(x); });
        const std::vector<double>&x = c.input("x").data, &y = c.outputs.at("y").data;
        const tensor_data g = c.upstream_of("y");
        std::vector<double>& terms = made.at("grads.x").terms;
        for (std::size_t i = 0; i < x.size(); ++i) terms.push_back(x[i] == 0 ? 0 : 2 * g.data[i] * y[i] / x[i]);
        return made;
    });
}

/// The formula x/2 + x tanh(u)/2 adds up two terms of the size of x; its gradient, two of the size of g.
mapping gelu_tanh_row() {
    return map_to("gelu_tanh", [](const golden_case& c, auto zero) {
        results made = pointwise<decltype(zero)>(c, [](const auto& x) { return gelu_tanh(x); });
        made.at("outputs.y").terms = row_magnitudes(c.input("x").data, {});
        made.at("grads.x").terms = row_magnitudes(c.upstream_of("y").data, {});
        return made;
    });
}

/// The gradient for a slope adds up g x over all elements that share it.
results with_summed_slope(results made, const golden_case& c, row_layout channels, std::int64_t summed) {
    result& slope = made.at("grads.a");
    slope.summed = summed;
    const tensor_data& x = c.input("x");
    const tensor_data g = c.upstream_of("y");
    std::vector<double> products;
    for (std::size_t i = 0; i < x.size(); ++i) products.push_back(x.data[i] < 0 ? x.data[i] * g.data[i] : 0);
    slope.terms.assign(static_cast<std::size_t>(channels.extent), 0.0);
    for (std::size_t i = 0; i < products.size(); ++i) {
        const auto channel = static_cast<std::int64_t>(i) / channels.inner % channels.extent;
        slope.terms[static_cast<std::size_t>(channel)] += larger(0, products[i]);
    }
    return made;
}

template <class T>
results prelu_single(const golden_case& c) {
    constexpr auto x = tensor<"x[i]", T>;
    constexpr auto g = tensor<"g[i]", T>;
    constexpr auto a = scalar<"a", T>;
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>();
    const auto size = static_cast<std::int64_t>(X.size());
    return with_summed_slope(run(c, prelu(x, a), g, wrt(x, a), x = X, g = G, a = static_cast<T>(c.input("a").data[0])),
                             c, {1, size == 0 ? 1 : size}, size);
}

template <class T>
results prelu_channels(const golden_case& c) {
    constexpr auto x = tensor<"x[batch, channel, rest]", T>;
    constexpr auto g = tensor<"g[batch, channel, rest]", T>;
    constexpr auto a = tensor<"a[channel]", T>;
    const split_shape parts = split_at(c.input("x").shape, 1);
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>(), A = c.input("a").as<T>();
    const strided_rows whole{parts};
    return with_summed_slope(run(c, prelu(x, a), g, wrt(x, a), x = whole.elements(X), g = whole.elements(G), a = A), c,
                             layout_of(parts), parts.outer * parts.inner);
}

/// In training the data give the slope that was drawn for each element; rrelu with those is leaky_relu with a
/// slope for each element. The library's own stream of slopes is tested where rrelu is.
template <class T>
results rrelu_training(const golden_case& c) {
    constexpr auto x = tensor<"x[i]", T>;
    constexpr auto g = tensor<"g[i]", T>;
    constexpr auto a = tensor<"a[i]", T>;
    const auto X = c.input("x").as<T>(), G = c.upstream_of("y").as<T>(), A = c.input("a").as<T>();
    return run(c, leaky_relu(x, a), g, wrt(x), x = X, g = G, a = A);
}

/// x ∓ λ: its value is a difference.
mapping softshrink_row() {
    return map_to("softshrink", [](const golden_case& c, auto zero) {
        const double lambda = c.number("lambda");
        results made = pointwise<decltype(zero)>(c, [&](const auto& x) { return softshrink(x, lambda); });
        made.at("outputs.y").terms = row_magnitudes(c.input("x").data, {});
        return made;
    });
}

mapping prelu_row() {
    return map_to("prelu", [](const golden_case& c, auto zero) {
        using T = decltype(zero);
        return c.input("a").size() == 1 ? prelu_single<T>(c) : prelu_channels<T>(c);
    });
}
mapping rrelu_row() {
    return map_to("rrelu", [](const golden_case& c, auto zero) {
        using T = decltype(zero);
        if (c.flag("training")) return rrelu_training<T>(c);
        return pointwise<T>(c,
                            [&](const auto& x) { return rrelu_evaluation(x, c.number("lower"), c.number("upper")); });
    });
}

}  // namespace

std::vector<mapping> activation_mappings() {
    using data = const golden_case&;
    return {
        plain("relu", [](auto x) { return relu(x); }),
        plain("relu6", [](auto x) { return relu6(x); }),
        with_numbers("leaky_relu", [](data c, auto x) { return leaky_relu(x, c.number("negative_slope")); }),
        prelu_row(),
        rrelu_row(),
        with_numbers("softplus", [](data c, auto x) { return softplus(x, c.number("beta"), c.number("threshold")); }),
        with_numbers("elu", [](data c, auto x) { return elu(x, c.number("alpha")); }),
        with_numbers("celu", [](data c, auto x) { return celu(x, c.number("alpha")); }),
        plain("selu", [](auto x) { return selu(x); }),
        gated("gelu", [](auto x) { return gelu(x); }),
        gelu_tanh_row(),
        plain("sigmoid", [](auto x) { return sigmoid(x); }),
        plain("tanh", [](auto x) { return tanh(x); }),
        plain("softsign", [](auto x) { return softsign(x); }),
        with_numbers("hardtanh", [](data c, auto x) { return hardtanh(x, c.number("min_val"), c.number("max_val")); }),
        with_numbers("threshold",
                     [](data c, auto x) { return threshold(x, c.number("threshold"), c.number("value")); }),
        plain("tanhshrink", [](auto x) { return tanhshrink(x); }),
        softshrink_row(),
        with_numbers("hardshrink", [](data c, auto x) { return hardshrink(x, c.number("lambda")); }),
        plain("logsigmoid", [](auto x) { return logsigmoid(x); }),
        gated("silu", [](auto x) { return silu(x); }),
        gated("mish", [](auto x) { return mish(x); }),
        plain("hardsigmoid", [](auto x) { return hardsigmoid(x); }),
        gated("hardswish", [](auto x) { return hardswish(x); }),
    };
}

}  // namespace gradus::golden
