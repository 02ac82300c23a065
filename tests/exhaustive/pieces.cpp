// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The activations of straight pieces (and hardswish, of one parabola) with their default parameters: value, and
// derivative by PyTorch's choice at kinks, which is the default (docs/kinks.md). A new one is a row.
#include "forms.hpp"

namespace gradus::exhaustive {
namespace {

/// `rounds`: whether a piece is more than x or a number, so that the result is rounded.
traits straight(const char* name, limits below, limits above, double slope_at_nan, std::vector<float> kinks,
                bool rounds = false) {
    return {.name = name,
            .below = below,
            .above = above,
            .value_bound = rounds ? 2 : correctly_rounded,
            .slope_bound = rounds ? 2 : correctly_rounded,
            .kinks = std::move(kinks),
            .slope_at_nan = slope_at_nan};
}

/// x above 0, else slope·x.
template <class N>
both<N> leaky(N x, N slope) {
    if (x > 0) return {x, N(1)};
    return {slope * x, slope};
}

std::vector<subject> rectifiers() {
    std::vector<subject> rows;
    rows.push_back(make_subject(straight("relu", {0, 0}, {infinite, 1}, 0, {0}), GRADUS_LIBRARY(relu(x)),
                                GRADUS_MATHEMATICS(if (x > 0) return {x, N(1)}; return {N(0), N(0)};),
                                GRADUS_PLAIN(x > 0 ? x : 0), GRADUS_PLAIN(x > 0 ? 1 : 0)));
    rows.push_back(make_subject(
        straight("relu6", {0, 0}, {6, 0}, 0, {0, 6}), GRADUS_LIBRARY(relu6(x)),
        GRADUS_MATHEMATICS(if (x <= 0) return {N(0), N(0)}; if (x >= 6) return {N(6), N(0)}; return {x, N(1)};),
        GRADUS_PLAIN(x > 0 ? std::fmin(x, 6.0F) : 0), GRADUS_PLAIN(x > 0 && x < 6 ? 1 : 0)));
    rows.push_back(make_subject(straight("leaky_relu", {-infinite, 0.01}, {infinite, 1}, 0.01, {0}, true),
                                GRADUS_LIBRARY(leaky_relu(x)), GRADUS_MATHEMATICS(return leaky(x, N(N(1) / 100));),
                                GRADUS_PLAIN(x > 0 ? x : 0.01F * x), GRADUS_PLAIN(x > 0 ? 1 : 0.01F)));
    rows.push_back(make_subject(straight("prelu", {-infinite, 0.25}, {infinite, 1}, 0.25, {0}, true),
                                GRADUS_LIBRARY(prelu(x, 0.25)), GRADUS_MATHEMATICS(return leaky(x, N(0.25));),
                                GRADUS_PLAIN(x > 0 ? x : 0.25F * x), GRADUS_PLAIN(x > 0 ? 1 : 0.25F)));
    rows.push_back(make_subject(
        straight("rrelu", {-infinite, 11.0 / 48}, {infinite, 1}, 11.0 / 48, {0}, true),
        GRADUS_LIBRARY(rrelu_evaluation(x)), GRADUS_MATHEMATICS(return leaky(x, N(N(11) / 48));),
        GRADUS_PLAIN(x > 0 ? x : (0.125F + 1 / 3.0F) / 2 * x), GRADUS_PLAIN(x > 0 ? 1 : (0.125F + 1 / 3.0F) / 2)));
    return rows;
}

std::vector<subject> clipped() {
    std::vector<subject> rows;
    rows.push_back(make_subject(
        straight("hardtanh", {-1, 0}, {1, 0}, 1, {-1, 1}), GRADUS_LIBRARY(hardtanh(x)),
        GRADUS_MATHEMATICS(if (x <= -1) return {N(-1), N(0)}; if (x >= 1) return {N(1), N(0)}; return {x, N(1)};),
        GRADUS_PLAIN(std::fmax(-1.0F, std::fmin(x, 1.0F))), GRADUS_PLAIN(x > -1 && x < 1 ? 1 : 0)));
    rows.push_back(make_subject(
        straight("hardsigmoid", {0, 0}, {1, 0}, 1 / 6.0, {-3, 3}, true), GRADUS_LIBRARY(hardsigmoid(x)),
        GRADUS_MATHEMATICS(if (x <= -3) return {N(0), N(0)}; if (x >= 3) return {N(1), N(0)};
                           return {(x + 3) / 6, N(N(1) / 6)};),
        GRADUS_PLAIN(std::fmax(0.0F, std::fmin(x / 6 + 0.5F, 1.0F))), GRADUS_PLAIN(x > -3 && x < 3 ? 1 / 6.0F : 0)));
    rows.push_back(make_subject(straight("hardswish", {0, 0}, {infinite, 1}, undefined, {-3, -1.5F, 0, 3}, true),
                                GRADUS_LIBRARY(hardswish(x)),
                                GRADUS_MATHEMATICS(if (x < -3) return {N(0), N(0)}; if (x >= 3) return {x, N(1)};
                                                   return {x * (x + 3) / 6, (2 * x + 3) / 6};),
                                GRADUS_PLAIN(x * std::fmax(0.0F, std::fmin(x / 6 + 0.5F, 1.0F))),
                                GRADUS_PLAIN(x < -3   ? 0
                                             : x >= 3 ? 1
                                                      : x / 3 + 0.5F)));
    return rows;
}

std::vector<subject> thresholded() {
    std::vector<subject> rows;
    rows.push_back(make_subject(straight("threshold", {-1, 0}, {infinite, 1}, 1, {1}),
                                GRADUS_LIBRARY(threshold(x, 1.0, -1.0)),
                                GRADUS_MATHEMATICS(if (x <= 1) return {N(-1), N(0)}; return {x, N(1)};),
                                GRADUS_PLAIN(x <= 1 ? -1 : x), GRADUS_PLAIN(x <= 1 ? 0 : 1)));
    rows.push_back(make_subject(
        straight("softshrink", {-infinite, 1}, {infinite, 1}, 1, {-0.5F, 0.5F}), GRADUS_LIBRARY(softshrink(x)),
        GRADUS_MATHEMATICS(if (abs(x) <= 0.5) return {N(0), N(0)}; return {x > 0 ? N(x - 0.5) : N(x + 0.5), N(1)};),
        GRADUS_PLAIN(std::fabs(x) <= 0.5F ? 0
                     : x > 0              ? x - 0.5F
                                          : x + 0.5F),
        GRADUS_PLAIN(std::fabs(x) <= 0.5F ? 0 : 1)));
    rows.push_back(make_subject(
        straight("hardshrink", {-infinite, 1}, {infinite, 1}, 1, {-0.5F, 0.5F}), GRADUS_LIBRARY(hardshrink(x)),
        GRADUS_MATHEMATICS(if (abs(x) <= 0.5) return {N(0), N(0)}; return {x, N(1)};),
        GRADUS_PLAIN(std::fabs(x) <= 0.5F ? 0 : x), GRADUS_PLAIN(std::fabs(x) <= 0.5F ? 0 : 1)));
    return rows;
}

}  // namespace

std::vector<subject> straight_activations() {
    std::vector<subject> all;
    for (const auto family : {rectifiers, clipped, thresholded})
        for (subject& row : family()) all.push_back(std::move(row));
    return all;
}

std::vector<subject> subjects() {
    std::vector<subject> all;
    for (const auto table : {primitives, smooth_activations, straight_activations})
        for (subject& row : table()) all.push_back(std::move(row));
    return all;
}

}  // namespace gradus::exhaustive
