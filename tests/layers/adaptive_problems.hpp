// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Batches for the tests of adaptive softmax. Their numbers are float32, so that both element types work
// on the same problem.
#pragma once

#include "layers/adaptive_oracle.hpp"
#include "support/compare.hpp"
#include "support/message_of.hpp"

namespace gradus::testing {

/// A layer with weights in ±1 and `rows` rows in ±2, whose targets walk through the classes.
inline adaptive_problem make_problem(adaptive_softmax_options options, std::int64_t rows) {
    adaptive_problem p{std::move(options), {}, {}, {}};
    p.weights = adaptive_log_softmax_with_loss<double>(p.options).make_gradients();
    p.x.resize(static_cast<std::size_t>(rows * p.options.in_features));
    std::uint64_t seed = 1;
    for (const std::span<double> part : p.arrays()) {
        const std::vector<float> values = numbers<float>(part.size(), seed == 1 ? -2 : -1, seed == 1 ? 2 : 1, seed);
        ++seed;
        std::copy(values.begin(), values.end(), part.begin());
    }
    for (std::int64_t r = 0; r < rows; ++r) p.target.push_back((r * 7 + 3) % p.options.n_classes);
    return p;
}

/// With and without bias; one cluster and several; a cluster of one class; a shortlist of one class.
inline std::vector<adaptive_softmax_options> several_options() {
    return {
        {.in_features = 7, .n_classes = 33, .cutoffs = {5, 17}, .div_value = 2},
        {.in_features = 8, .n_classes = 21, .cutoffs = {4, 9, 15}, .div_value = 2, .head_bias = true},
        {.in_features = 5, .n_classes = 6, .cutoffs = {2}, .div_value = 1, .head_bias = true},
        {.in_features = 9, .n_classes = 12, .cutoffs = {3, 7}, .div_value = 1.5},
        {.in_features = 4, .n_classes = 10, .cutoffs = {4, 9}, .div_value = 2, .head_bias = true},
        {.in_features = 16, .n_classes = 3, .cutoffs = {1}},
    };
}

/// Two clusters, without bias.
inline adaptive_softmax_options small() {
    return {.in_features = 6, .n_classes = 10, .cutoffs = {3, 7}, .div_value = 2};
}

/// A problem in the element type of a layer, and the layer.
template <class T, class Arithmetic = T>
struct adaptive_run {
    adaptive_log_softmax_with_loss<T, Arithmetic> layer;
    adaptive_softmax_weights<T> weights, dweights;
    std::vector<T> x, dx;
    std::int64_t rows, features;

    explicit adaptive_run(adaptive_problem& p)
        : layer(p.options),
          weights(layer.make_gradients()),
          dweights(layer.make_gradients()),
          x(p.x.size()),
          dx(p.x.size()),
          rows(p.rows()),
          features(p.options.in_features) {
        const auto cast = [](double value) { return static_cast<T>(value); };
        std::transform(p.x.begin(), p.x.end(), x.begin(), cast);
        const auto from = p.weights.parameters();
        const auto to = weights.parameters();
        for (std::size_t i = 0; i < to.size(); ++i) std::transform(from[i].begin(), from[i].end(), to[i].begin(), cast);
    }
    auto batch() { return view(x, {rows, features}); }
    auto dbatch() { return view(dx, {rows, features}); }
    /// What was written for x and for the weights, in the order of adaptive_problem::arrays.
    std::vector<std::span<T>> gradients() {
        std::vector<std::span<T>> all = dweights.parameters();
        all.insert(all.begin(), std::span(dx));
        return all;
    }
};

/// Several arrays as one.
template <class T>
std::vector<T> flat(const std::vector<std::span<T>>& parts) {
    std::vector<T> all;
    for (const std::span<T> part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace gradus::testing
