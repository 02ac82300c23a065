// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "adaptive_softmax_shape.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gradus/error.hpp>

namespace gradus {
namespace {

constexpr std::int64_t largest = std::numeric_limits<int>::max();  ///< of the extents that BLAS takes

void require_between(std::string_view name, std::int64_t value, std::int64_t low) {
    if (value < low || value > largest)
        throw error(fmt::format("argument \"{}\" is {}, but expected {} to {}", name, value, low, largest));
}

void require_cutoffs(const adaptive_softmax_options& o) {
    const std::vector<std::int64_t>& c = o.cutoffs;
    const bool increasing = std::adjacent_find(c.begin(), c.end(), std::greater_equal<>()) == c.end();
    if (!c.empty() && c.front() >= 1 && c.back() < o.n_classes && increasing) return;
    throw error(
        fmt::format("argument \"cutoffs\" is {{{}}}, but expected at least one number, strictly increasing, "
                    "from 1 to n_classes - 1 = {}",
                    fmt::join(c, ", "), o.n_classes - 1));
}

/// floor(a / b) of the exact quotient, which a rounded one may miss.
double floor_quotient(double a, double b) { return std::round((a - std::fmod(a, b)) / b); }

std::int64_t features_of(const adaptive_softmax_options& o, std::size_t cluster) {
    const double features =
        floor_quotient(static_cast<double>(o.in_features), std::pow(o.div_value, static_cast<double>(cluster + 1)));
    if (!(features >= 1 && features <= static_cast<double>(largest)))
        throw error(
            fmt::format("argument \"div_value\" is {}, which leaves cluster {} floor({} / {}^{}) = {} features, but "
                        "expected 1 to {}: choose another div_value, fewer cutoffs or more in_features",
                        o.div_value, cluster, o.in_features, o.div_value, cluster + 1, features, largest));
    return static_cast<std::int64_t>(features);
}

template <class T, std::size_t Rank>
void require(std::string_view owner, std::string_view name, const array<T, static_cast<int>(Rank)>& x,
             const std::array<std::int64_t, Rank>& expected) {
    if (x.extents() != expected)
        throw error(fmt::format("argument \"{}\" has {} with extents {{{}}}, but expected {{{}}}", owner, name,
                                fmt::join(x.extents(), ", "), fmt::join(expected, ", ")));
}

}  // namespace

std::int64_t adaptive_softmax_shape::cluster_of(std::int64_t label) const {
    return std::upper_bound(bounds.begin(), bounds.end(), label) - bounds.begin() - 1;
}

adaptive_softmax_shape shape_of(adaptive_softmax_options options) {
    require_between("in_features", options.in_features, 1);
    require_between("n_classes", options.n_classes, 2);
    require_cutoffs(options);
    if (!(options.div_value > 0 && std::isfinite(options.div_value)))
        throw error(fmt::format("argument \"div_value\" is {}, but expected a positive number", options.div_value));
    adaptive_softmax_shape shape{std::move(options), {}, {}};
    shape.bounds = shape.options.cutoffs;
    shape.bounds.push_back(shape.options.n_classes);
    for (std::size_t i = 0; i < shape.options.cutoffs.size(); ++i)
        shape.hidden.push_back(features_of(shape.options, i));
    return shape;
}

template <class T>
void require_extents(const adaptive_softmax_shape& shape, const adaptive_softmax_weights<T>& w,
                     std::string_view owner) {
    const std::int64_t in = shape.options.in_features, head = shape.head_size();
    require<T, 2>(owner, "head_weight", w.head_weight, {head, in});
    require<T, 1>(owner, "head_bias", w.head_bias, {shape.options.head_bias ? head : 0});
    if (w.tails.size() != shape.hidden.size())
        throw error(fmt::format("argument \"{}\" has {} tails, but expected one for each of {} clusters", owner,
                                w.tails.size(), shape.hidden.size()));
    for (std::int64_t i = 0; i < shape.clusters(); ++i) {
        const auto& tail = w.tails[static_cast<std::size_t>(i)];
        require<T, 2>(owner, fmt::format("tails[{}].proj", i), tail.proj, {shape.hidden_of(i), in});
        require<T, 2>(owner, fmt::format("tails[{}].out", i), tail.out, {shape.size_of(i), shape.hidden_of(i)});
    }
}

template <class T>
adaptive_softmax_weights<T> zero_weights(const adaptive_softmax_shape& shape) {
    const std::int64_t in = shape.options.in_features, head = shape.head_size();
    adaptive_softmax_weights<T> w;
    w.head_weight = array<T, 2>({head, in});
    w.head_bias = array<T, 1>({shape.options.head_bias ? head : 0});
    for (std::int64_t i = 0; i < shape.clusters(); ++i)
        w.tails.push_back({array<T, 2>({shape.hidden_of(i), in}), array<T, 2>({shape.size_of(i), shape.hidden_of(i)})});
    return w;
}

template void require_extents(const adaptive_softmax_shape&, const adaptive_softmax_weights<float>&, std::string_view);
template void require_extents(const adaptive_softmax_shape&, const adaptive_softmax_weights<double>&, std::string_view);
template adaptive_softmax_weights<float> zero_weights(const adaptive_softmax_shape&);
template adaptive_softmax_weights<double> zero_weights(const adaptive_softmax_shape&);

}  // namespace gradus
