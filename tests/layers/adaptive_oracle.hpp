// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The oracle of adaptive softmax: class probabilities by their definition, head times tail, with plain
// loops and exponentials. Numbers carry a derivative with respect to one element (dual numbers), so the
// same loops give every gradient to rounding.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <gradus/layers.hpp>

namespace gradus::testing {

struct dual {
    double value = 0, slope = 0;
};
inline dual operator+(dual a, dual b) { return {a.value + b.value, a.slope + b.slope}; }
inline dual operator*(dual a, dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
inline dual operator/(dual a, dual b) { return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value}; }
inline dual exp(dual a) { return {std::exp(a.value), std::exp(a.value) * a.slope}; }
inline dual log(dual a) { return {std::log(a.value), a.slope / a.value}; }

using dual_rows = std::vector<std::vector<dual>>;

/// An element of a weight or of x by its position among all: x, then the weights in their order.
struct element_place {
    std::size_t array = 0, at = 0;
};

/// A problem: a layer's options, weights and a batch, all in float64.
struct adaptive_problem {
    adaptive_softmax_options options;
    adaptive_softmax_weights<double> weights;
    std::vector<double> x;  ///< [rows, in_features]
    std::vector<std::int64_t> target;

    std::int64_t rows() const { return static_cast<std::int64_t>(x.size()) / options.in_features; }

    /// x and the weights as flat arrays.
    std::vector<std::span<double>> arrays() {
        std::vector<std::span<double>> all = weights.parameters();
        all.insert(all.begin(), std::span(x));
        return all;
    }
};

namespace oracle {

/// Reads an array's elements, the chosen one with slope 1.
class reader {
public:
    reader(adaptive_problem& p, element_place chosen) : arrays_(p.arrays()), chosen_(chosen) {}
    dual operator()(std::size_t array, std::int64_t at) const {
        const auto i = static_cast<std::size_t>(at);
        return {arrays_[array][i], array == chosen_.array && i == chosen_.at ? 1.0 : 0.0};
    }
    std::size_t size(std::size_t array) const { return arrays_[array].size(); }

private:
    std::vector<std::span<double>> arrays_;
    element_place chosen_;
};

/// M v, for the rows of the matrix in `array` that has v.size() columns.
inline std::vector<dual> product(const reader& read, std::size_t array, const std::vector<dual>& v) {
    const auto columns = static_cast<std::int64_t>(v.size());
    std::vector<dual> y(read.size(array) / v.size());
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(y.size()); ++i)
        for (std::int64_t j = 0; j < columns; ++j)
            y[static_cast<std::size_t>(i)] =
                y[static_cast<std::size_t>(i)] + read(array, i * columns + j) * v[static_cast<std::size_t>(j)];
    return y;
}

inline std::vector<dual> softmax(std::vector<dual> x) {
    dual total;
    for (dual& e : x) total = total + (e = exp(e));
    for (dual& e : x) e = e / total;
    return x;
}

/// p of every class for one row.
inline std::vector<dual> probabilities(const adaptive_softmax_options& o, const reader& read, std::int64_t row) {
    std::vector<dual> v;
    for (std::int64_t j = 0; j < o.in_features; ++j) v.push_back(read(0, row * o.in_features + j));
    std::vector<dual> scores = product(read, 1, v);
    for (std::size_t h = 0; o.head_bias && h < scores.size(); ++h)
        scores[h] = scores[h] + read(2, static_cast<std::int64_t>(h));
    const std::vector<dual> head = softmax(scores);
    std::vector<dual> p(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(o.cutoffs[0]));
    for (std::size_t i = 0; i < o.cutoffs.size(); ++i)
        for (const dual& tail : softmax(product(read, 4 + 2 * i, product(read, 3 + 2 * i, v))))
            p.push_back(head[static_cast<std::size_t>(o.cutoffs[0]) + i] * tail);
    return p;
}

}  // namespace oracle

/// log p of every class for every row, and its derivative with respect to one element.
inline dual_rows log_probabilities(adaptive_problem& p, element_place chosen = {~std::size_t{0}, 0}) {
    const oracle::reader read(p, chosen);
    dual_rows all;
    for (std::int64_t r = 0; r < p.rows(); ++r) {
        all.push_back(oracle::probabilities(p.options, read, r));
        for (dual& one : all.back()) one = log(one);
    }
    return all;
}

/// The first element of the gradients (x's, then the weights') that differs from the derivative of
/// objective(log-probabilities), in words; empty if none does.
template <class T, class Objective>
std::string gradient_difference(adaptive_problem& p, const std::vector<std::span<T>>& gradients, double bound,
                                Objective objective) {
    for (std::size_t a = 0; a < gradients.size(); ++a)
        for (std::size_t i = 0; i < gradients[a].size(); ++i) {
            const double expected = objective(log_probabilities(p, {a, i})).slope;
            const double got = static_cast<double>(gradients[a][i]);
            if (!(std::abs(got - expected) <= bound * (1 + std::abs(expected))))
                return "array " + std::to_string(a) + ", element " + std::to_string(i) + ": " + std::to_string(got) +
                       " for " + std::to_string(expected);
        }
    return {};
}

}  // namespace gradus::testing
