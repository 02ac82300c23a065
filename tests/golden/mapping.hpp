// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a case to kernels. A mapping is a row {function, body}: the body takes a case and an element type,
// writes the function in the library's own words, and lets `run` make the value and every gradient in one
// kernel. Variables carry the names of the data's inputs, so that gradients find their entries by name.
//
// Kernels are kept by parameters, so that equal calls share one; their numbers are run-time constants of
// the expression.
#pragma once

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/gradus.hpp>

#include "compare.hpp"
#include "elsewhere.hpp"
#include "read.hpp"

namespace gradus::golden {

/// What a case gave, by entry: "outputs.y", "grads.x".
using results = std::map<std::string, result>;

struct mapping {
    std::string_view function;
    results (*in_float32)(const golden_case&);
    results (*in_float64)(const golden_case&);
    results run(const golden_case& c, precision p) const {
        return p == precision::float32 ? in_float32(c) : in_float64(c);
    }
};

/// A row from a generic lambda without captures: [](const golden_case& c, auto zero), zero of the element type.
template <class Body>
mapping map_to(std::string_view function, Body) {
    return {function, [](const golden_case& c) { return Body{}(c, 0.0F); },
            [](const golden_case& c) { return Body{}(c, 0.0); }};
}

// The families, each in its file.
std::vector<mapping> activation_mappings();
std::vector<mapping> along_dim_mappings();
std::vector<mapping> pointwise_loss_mappings();
std::vector<mapping> class_loss_mappings();
std::vector<mapping> cross_entropy_mappings();
std::vector<mapping> row_loss_mappings();
std::vector<mapping> adaptive_mappings();

/// The mapping of a function; null if there is none.
const mapping* find_mapping(std::string_view function);

/// The variables to differentiate for.
template <class... Variable>
struct wrt_t {};
template <class... Variable>
constexpr wrt_t<Variable...> wrt(const Variable&...) {
    return {};
}

namespace detail {

/// One object for each text, made at its first use.
template <class Make>
const auto& kept(const std::string& text, const Make& make) {
    static std::mutex guard;
    static std::map<std::string, decltype(make())> all;
    const std::lock_guard lock(guard);
    auto found = all.find(text);
    if (found == all.end()) found = all.emplace(text, make()).first;
    return found->second;
}

template <class T>
std::vector<double> doubles_from(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
        return {static_cast<double>(value)};
    else
        return {value.begin(), value.end()};
}

template <class Tuple>
auto as_tuple(Tuple outcome) {
    if constexpr (requires { std::tuple_size<Tuple>::value; })
        return outcome;
    else
        return std::tuple<Tuple>(std::move(outcome));
}

}  // namespace detail

/// Runs y and its gradients for the variables, with the upstream gradient g, in one kernel.
template <class Y, class G, class... Variable, class... Binding>
results run(const golden_case& c, const Y& y, const G& g, wrt_t<Variable...>, const Binding&... binding) {
    const auto& kernel = detail::kept(c.function + c.params.dump(), [&] {
        auto made = jit(y, vjp(y, Variable{}, g)...);
        redirect(made.code());
        return made;
    });
    const auto outcome = detail::as_tuple(kernel(binding...));
    results made;
    made["outputs.y"].values = detail::doubles_from(std::get<0>(outcome));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((made["grads." + std::string(Variable::name.view())].values = detail::doubles_from(std::get<I + 1>(outcome))),
         ...);
    }
    (std::index_sequence_for<Variable...>{});
    return made;
}

}  // namespace gradus::golden
