// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The activations as a table that tests, documentation and the command read: a new one is one definition in its
// family and one row here. A header of its own, since formulas do not need it.
#pragma once

#include <array>

#include <boost/hana/tuple.hpp>

#include <gradus/activations.hpp>

namespace gradus {

/// A parameter by PyTorch's name, with the value that a call without it takes (an example for those that have none).
struct parameter {
    std::string_view name;
    double value = 0;
};

/// A pointwise activation: `op(x, parameters...)`.
template <class Op, std::size_t Count>
struct activation {
    std::string_view name;
    std::string_view torch;  ///< PyTorch's name
    Op op;
    std::array<parameter, Count> parameters{};

    /// The activation of x with one operand for each parameter.
    template <class X, class... P>
    requires(sizeof...(P) == Count) constexpr auto operator()(const X& x, const P&... p) const { return op(x, p...); }
    /// The activation of x with the parameters of the table, or those in `values`.
    template <class X>
    constexpr auto with(const X& x, const std::array<double, Count>& values) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return op(x, values[I]...); }
        (std::make_index_sequence<Count>{});
    }
    template <class X>
    requires(Count > 0) constexpr auto operator()(const X& x) const {
        std::array<double, Count> values{};
        for (std::size_t i = 0; i < Count; ++i) values[i] = parameters[i].value;
        return with(x, values);
    }
};

namespace detail {
template <class Op, class... P>
constexpr activation<Op, sizeof...(P)> row(std::string_view name, std::string_view torch, Op op, P... p) {
    return {name, torch, op, {p...}};
}
// Words of the language as function objects.
inline constexpr auto tanh_word = [](const auto& x) { return tanh(x); };
inline constexpr auto sigmoid_word = [](const auto& x) { return sigmoid(x); };
inline constexpr auto softsign_word = [](const auto& x) { return softsign(x); };
inline constexpr auto tanhshrink_word = [](const auto& x) { return tanhshrink(x); };
inline constexpr auto softplus_word = [](const auto& x, const auto&... p) { return softplus(x, p...); };
}  // namespace detail

/// The pointwise activations.
inline constexpr auto activations = boost::hana::make_tuple(
    detail::row("relu", "torch.nn.ReLU", relu), detail::row("relu6", "torch.nn.ReLU6", relu6),
    detail::row("leaky_relu", "torch.nn.LeakyReLU", leaky_relu, parameter{"negative_slope", 0.01}),
    detail::row("prelu", "torch.nn.PReLU", prelu, parameter{"a", 0.25}),
    detail::row("rrelu", "torch.nn.RReLU", rrelu_evaluation, parameter{"lower", 1.0 / 8}, parameter{"upper", 1.0 / 3}),
    detail::row("elu", "torch.nn.ELU", elu, parameter{"alpha", 1}),
    detail::row("celu", "torch.nn.CELU", celu, parameter{"alpha", 1}), detail::row("selu", "torch.nn.SELU", selu),
    detail::row("softplus", "torch.nn.Softplus", detail::softplus_word, parameter{"beta", 1},
                parameter{"threshold", 20}),
    detail::row("gelu", "torch.nn.GELU", gelu),
    detail::row("gelu_tanh", "torch.nn.GELU(approximate=\"tanh\")", gelu_tanh),
    detail::row("sigmoid", "torch.nn.Sigmoid", detail::sigmoid_word),
    detail::row("tanh", "torch.nn.Tanh", detail::tanh_word),
    detail::row("softsign", "torch.nn.Softsign", detail::softsign_word),
    detail::row("hardtanh", "torch.nn.Hardtanh", hardtanh, parameter{"min_val", -1}, parameter{"max_val", 1}),
    detail::row("threshold", "torch.nn.Threshold", threshold, parameter{"threshold", 1}, parameter{"value", -1}),
    detail::row("tanhshrink", "torch.nn.Tanhshrink", detail::tanhshrink_word),
    detail::row("softshrink", "torch.nn.Softshrink", softshrink, parameter{"lambda", 0.5}),
    detail::row("hardshrink", "torch.nn.Hardshrink", hardshrink, parameter{"lambda", 0.5}),
    detail::row("logsigmoid", "torch.nn.LogSigmoid", logsigmoid), detail::row("silu", "torch.nn.SiLU", silu),
    detail::row("mish", "torch.nn.Mish", mish), detail::row("hardsigmoid", "torch.nn.Hardsigmoid", hardsigmoid),
    detail::row("hardswish", "torch.nn.Hardswish", hardswish));

}  // namespace gradus
