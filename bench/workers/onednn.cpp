// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// oneDNN: its pointwise primitives forward and backward, and a softmax cross-entropy as its users build it: the softmax
// primitive, then the label's share and the scale in a loop of their own.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "worker.hpp"

namespace gradus::bench {
namespace {

using kind = dnnl::algorithm;
using tag = dnnl::memory::format_tag;

struct eltwise {
    kind algorithm;
    float alpha = 0, beta = 0;
};
const std::map<std::string_view, eltwise> functions{
    {"relu", {kind::eltwise_relu}},          {"leaky_relu", {kind::eltwise_relu, 0.01F}},
    {"elu", {kind::eltwise_elu, 1}},         {"exp", {kind::eltwise_exp}},
    {"tanh", {kind::eltwise_tanh}},          {"sigmoid", {kind::eltwise_logistic}},
    {"softplus", {kind::eltwise_soft_relu}}, {"silu", {kind::eltwise_swish, 1}},
    {"mish", {kind::eltwise_mish}},          {"hardswish", {kind::eltwise_hardswish}},
    {"gelu", {kind::eltwise_gelu_erf}},      {"gelu_tanh", {kind::eltwise_gelu_tanh}}};

struct machine {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
};

std::function<double(std::int64_t)> pointwise(const problem& what, const arena& memory) {
    const auto found = functions.find(what.name);
    if (found == functions.end()) throw std::invalid_argument("no " + what.name);
    const auto& [algorithm, alpha, beta] = found->second;
    const auto on = std::make_shared<machine>();
    const dnnl::memory::desc shape({what.size()}, dnnl::memory::data_type::f32, tag::a);
    const dnnl::eltwise_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, algorithm, shape, alpha, beta}, on->engine);
    const dnnl::eltwise_backward::primitive_desc backward({algorithm, shape, shape, alpha, beta}, on->engine, forward);
    const place p = place_of(what);
    const auto at = [&](slot s) { return dnnl::memory(shape, on->engine, memory.at(s)); };
    const bool both = what.kind == "forward_backward";
    return [on, both, f = dnnl::eltwise_forward(forward), b = dnnl::eltwise_backward(backward), x = at(p.x),
            g = at(p.second), y = at(p.y), d = at(p.gradient)](std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            // First what reads x, since y may be the same memory.
            if (both) b.execute(on->stream, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_DIFF_SRC, d}});
            f.execute(on->stream, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
            on->stream.wait();
        }
        return 0.0;
    };
}

/// From shares to the gradient of the mean; returns the mean of the losses.
double finish(float* d, const std::int64_t* label, const problem& what) {
    const std::int64_t classes = what.extents[1], batches = rows(what);
    const auto scale = 1.0F / static_cast<float>(batches);
    double sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (std::int64_t row = 0; row < batches; ++row) {
        float* const shares = d + row * classes;
        float& chosen = shares[label[row]];
        sum -= std::log(static_cast<double>(std::max(chosen, std::numeric_limits<float>::min())));
        chosen -= 1;
        for (std::int64_t i = 0; i < classes; ++i) shares[i] *= scale;
    }
    return sum / static_cast<double>(batches);
}

std::function<double(std::int64_t)> cross_entropy(const problem& what, const arena& memory) {
    if (what.extents.size() != 2) throw std::invalid_argument("no cross_entropy of planes");
    const auto on = std::make_shared<machine>();
    const dnnl::memory::desc shape({what.extents[0], what.extents[1]}, dnnl::memory::data_type::f32, tag::ab);
    const dnnl::softmax_forward::primitive_desc forward({dnnl::prop_kind::forward_inference, shape, 1}, on->engine);
    const place p = place_of(what);
    float* const gradient = memory.at(p.gradient);
    return [on, what, gradient, labels = memory.labels(), f = dnnl::softmax_forward(forward),
            x = dnnl::memory(shape, on->engine, memory.at(p.x)),
            d = dnnl::memory(shape, on->engine, gradient)](std::int64_t count) {
        double value = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            f.execute(on->stream, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, d}});
            on->stream.wait();
            value = finish(gradient, labels, what);
        }
        return value;
    };
}

task onednn_task(const problem& what, const arena& memory, int threads) {
    omp_set_num_threads(threads);
    if (what.kind == "label_loss") return make_task(what, memory, cross_entropy(what, memory));
    if (what.kind == "forward" || what.kind == "forward_backward")
        return make_task(what, memory, pointwise(what, memory));
    throw std::invalid_argument("no " + what.kind);
}

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    using namespace gradus::bench;
    const dnnl_version_t& version = *dnnl_version();
    return serve(
        count, arguments,
        std::to_string(version.major) + '.' + std::to_string(version.minor) + '.' + std::to_string(version.patch),
        onednn_task);
}
