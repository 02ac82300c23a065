// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smooth activations of the catalogue with their default parameters: value and derivative. Those that are
// primitives have their rows in primitives.cpp. A new one is a row.
#include "forms.hpp"

namespace gradus::exhaustive {
namespace {

traits smooth(const char* name, limits below, limits above) { return {.name = name, .below = below, .above = above}; }
/// SELU's λ and α.
constexpr double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
/// What tends to max(x, 0).
traits like_relu(const char* name) { return smooth(name, {0, 0}, {infinite, 1}); }

/// x s(x) and its derivative s(x) + x s'(x), from both of s.
template <class N>
both<N> times_x(N x, both<N> s) {
    return {x * s.value, s.slope * x + s.value};
}

/// tanh(log(1 + e^x)) = (w² + 2w)/(w² + 2w + 2) and 4w(1 + w)/(w² + 2w + 2)², w = e^x; above 0 the same by e^-x.
template <class N>
both<N> tanh_of_softplus(N x) {
    const N z = exp(-abs(x));
    if (x > 0) {
        const N total = 1 + 2 * z * (1 + z);
        return {(1 + 2 * z) / total, 4 * z * z * (1 + z) / (total * total)};
    }
    const N total = z * (z + 2) + 2;
    return {z * (z + 2) / total, 4 * z * (1 + z) / (total * total)};
}

/// σ(2y) with y = √(2/π)(x + 0.044715 x³), and its derivative; √(2/π) = 2/√(2π).
template <class N>
both<N> sigmoid_of_cubic(N x) {
    const N cubic = N(44715) / N(1000000), factor = 4 * constants<N>::inv_root_two_pi();
    const both<N> s = sigmoid_of(N(factor * x * (1 + cubic * x * x)));
    return {s.value, s.slope * factor * (1 + 3 * cubic * x * x)};
}

namespace plain_forms {
float cubic(float x) { return 0.7978845608F * (x + 0.044715F * x * x * x); }
float gelu_tanh_slope(float x) {
    const float t = std::tanh(cubic(x));
    return 0.5F * (1 + t) + 0.5F * x * (1 - t * t) * 0.7978845608F * (1 + 3 * 0.044715F * x * x);
}
float mish_slope(float x) {
    const float t = std::tanh(plain::softplus(x));
    return t + x * (1 - t * t) * plain::sigmoid(x);
}
}  // namespace plain_forms

}  // namespace

std::vector<subject> smooth_activations() {
    std::vector<subject> rows;
    rows.push_back(make_subject(like_relu("gelu"), GRADUS_LIBRARY(gelu(x)),
                                GRADUS_MATHEMATICS(return times_x(x, distribution_of(x));),
                                GRADUS_PLAIN(x / 2 * (1 + std::erf(x / std::numbers::sqrt2_v<float>))),
                                GRADUS_PLAIN(plain::distribution(x) + x * plain::density(x))));
    rows.push_back(make_subject(like_relu("gelu_tanh"), GRADUS_LIBRARY(gelu_tanh(x)),
                                GRADUS_MATHEMATICS(return times_x(x, sigmoid_of_cubic(x));),
                                GRADUS_PLAIN(0.5F * x * (1 + std::tanh(plain_forms::cubic(x)))),
                                GRADUS_PLAIN(plain_forms::gelu_tanh_slope(x))));
    rows.push_back(make_subject(
        like_relu("silu"), GRADUS_LIBRARY(silu(x)), GRADUS_MATHEMATICS(return times_x(x, sigmoid_of(x));),
        GRADUS_PLAIN(x * plain::sigmoid(x)), GRADUS_PLAIN(plain::sigmoid(x) + x * plain::sigmoid_slope(x))));
    rows.push_back(make_subject(
        like_relu("mish"), GRADUS_LIBRARY(mish(x)), GRADUS_MATHEMATICS(return times_x(x, tanh_of_softplus(x));),
        GRADUS_PLAIN(x * std::tanh(plain::softplus(x))), GRADUS_PLAIN(plain_forms::mish_slope(x))));
    rows.push_back(make_subject(smooth("logsigmoid", {-infinite, 1}, {0, 0}), GRADUS_LIBRARY(logsigmoid(x)),
                                GRADUS_MATHEMATICS(const both<N> s = softplus_of(N(-x)); return {-s.value, s.slope};),
                                GRADUS_PLAIN(std::log(plain::sigmoid(x))), GRADUS_PLAIN(1 - plain::sigmoid(x))));
    traits cut = like_relu("softplus(1, 20)");
    cut.kinks = {20};
    cut.slope_at_nan = undefined;
    rows.push_back(make_subject(cut, GRADUS_LIBRARY(softplus(x, 1.0, 20.0)),
                                GRADUS_MATHEMATICS(if (x > 20) return {x, N(1)}; return softplus_of(x);),
                                GRADUS_PLAIN(x > 20 ? x : plain::softplus(x)),
                                GRADUS_PLAIN(x > 20 ? 1 : plain::sigmoid(x))));
    rows.push_back(make_subject(smooth("elu", {-1, 0}, {infinite, 1}), GRADUS_LIBRARY(elu(x)),
                                GRADUS_MATHEMATICS(if (x > 0) return {x, N(1)}; return {expm1(x), exp(x)};),
                                GRADUS_PLAIN(x > 0 ? x : std::exp(x) - 1), GRADUS_PLAIN(x > 0 ? 1 : std::exp(x))));
    rows.push_back(make_subject(smooth("celu", {-1, 0}, {infinite, 1}), GRADUS_LIBRARY(celu(x)),
                                GRADUS_MATHEMATICS(if (x > 0) return {x, N(1)}; return {expm1(x), exp(x)};),
                                GRADUS_PLAIN(x > 0 ? x : std::exp(x) - 1), GRADUS_PLAIN(x > 0 ? 1 : std::exp(x))));
    rows.push_back(make_subject(
        smooth("selu", {-scale * alpha, 0}, {infinite, scale}), GRADUS_LIBRARY(selu(x)),
        GRADUS_MATHEMATICS(if (x > 0) return {N(scale) * x, N(scale)};
                           return {N(scale) * N(alpha) * expm1(x), N(scale) * N(alpha) * exp(x)};),
        GRADUS_PLAIN(static_cast<float>(scale) * (x > 0 ? x : static_cast<float>(alpha) * (std::exp(x) - 1))),
        GRADUS_PLAIN(static_cast<float>(scale) * (x > 0 ? 1 : static_cast<float>(alpha) * std::exp(x)))));
    return rows;
}

}  // namespace gradus::exhaustive
