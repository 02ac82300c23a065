// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What becomes of one row of table.hpp: plain float32, the exact value, and the kernel, for value and gradient.
#pragma once

#include <gradus/gradus.hpp>

#include "as_typed/table.hpp"
#include "support/compare.hpp"
#include "support/plain_float32.hpp"

namespace gradus::testing {

/// One number three ways.
struct three_ways {
    float plain;  ///< the formula, or its derivative, in float32 as it stands
    long double exact;
    float typed;  ///< the kernel of the typed formula
    float named;  ///< the kernel of the named function
    bool plain_fails() const {
        const auto right = static_cast<double>(exact), got = static_cast<double>(plain);
        if (!std::isfinite(right) || !std::isfinite(got)) return !(got == right);
        return std::abs(got - right) > 1e-4 * std::abs(right);
    }
    double ulps() const {
        const auto right = static_cast<double>(exact);
        if (!std::isfinite(right) || right == 0) return typed == static_cast<float>(right) ? 0 : 1e9;
        return std::abs(static_cast<double>(typed) - right) / ulp_of<float>(right);
    }
};

struct outcome {
    std::vector<three_ways> value, gradient;  ///< one for each element of the input; value: one for a loss
    bool same_graph = false;
};

inline bool is_pointwise(graph_view g) {
    for (const node& n : g.nodes)
        if (about(n.code).shape != form::pointwise && about(n.code).shape != form::leaf) return false;
    return true;
}

namespace detail {
template <class Result>
std::vector<float> numbers_of(const Result& result) {
    if constexpr (std::is_arithmetic_v<Result>)
        return {result};
    else
        return {result.data(), result.data() + result.size()};
}
template <expression E>
consteval bool declares(std::string_view name) {
    declared_inputs known;
    E::declare(known);
    return known.find(name) != nullptr;
}
/// Calls with the arguments that the expression declares.
template <class Function, expression E>
auto called(const Function& f, const E&, const std::vector<float>& in) {
    if constexpr (declares<E>("c"))
        return f(x = in, c = 0);
    else if constexpr (declares<E>("q"))
        return f(x = in, q = q_value);
    else
        return f(x = in);
}
inline std::vector<three_ways> joined(const std::vector<float>& plain, const reals& exact,
                                      const std::vector<float>& typed, const std::vector<float>& named) {
    std::vector<three_ways> all;
    for (std::size_t i = 0; i < exact.size(); ++i)
        all.push_back({plain[plain.size() == 1 ? 0 : i], exact[i], typed[i], named[i]});
    return all;
}
inline std::vector<std::vector<float>> arguments_of(graph_view g, const std::vector<float>& in) {
    std::vector<std::vector<float>> values;
    for (const input& one : g.inputs) {
        const std::string_view name = g.text_of(one.name);
        values.push_back(name == "x" ? in : std::vector<float>{name == "q" ? q_value : 0});
    }
    return values;
}
}  // namespace detail

/// The derivative that a row's `gradient` means: with the upstream gradient `every` for each element but the first.
template <expression E>
auto derivative_of(const E& e, double every) {
    if constexpr (E::axes().count == 0)
        return grad(e, x);
    else
        return vjp(e, x, where(index<"class"> == 0, 1, every));
}

template <class Typed, class Named>
outcome run(const typed_formula<Typed, Named>& row) {
    const bool pointwise = is_pointwise(lower(row.typed)) && is_pointwise(lower_plain(row.typed));
    const double every = pointwise ? 1 : 0;
    const auto typed_slope = derivative_of(row.typed, every);
    const auto named_slope = derivative_of(row.named, every);
    const graph plain = lower_plain(row.typed, typed_slope);
    const plain_float32 naive(plain, detail::arguments_of(plain, row.inputs), row.inputs.size());
    const auto [typed, typed_gradient] = detail::called(jit(row.typed, typed_slope), row.typed, row.inputs);
    const auto [named, named_gradient] = detail::called(jit(row.named, named_slope), row.named, row.inputs);
    reals in(row.inputs.begin(), row.inputs.end());
    outcome result;
    result.value = detail::joined(naive.output(0), row.value(in), detail::numbers_of(typed), detail::numbers_of(named));
    result.gradient = detail::joined(naive.output(1), row.gradient(in), detail::numbers_of(typed_gradient),
                                     detail::numbers_of(named_gradient));
    result.same_graph = lower(row.typed).hash == lower(row.named).hash;
    return result;
}

}  // namespace gradus::testing
