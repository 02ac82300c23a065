// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/activations.hpp>
#include <gradus/dsl.hpp>

#include "bits/kernels.hpp"

namespace gradus::testing {
namespace {

template <class T>
void add(kernel_list& list) {
    constexpr auto x = tensor<"x[batch, class]", T>;
    constexpr auto g = tensor<"g[batch, class]", T>;
    constexpr auto row = tensor<"row[batch]", T>;
    constexpr auto w = tensor<"w[class]", T>;
    constexpr auto p = tensor<"p[batch, class]", T>;
    constexpr auto label = labels<"label[batch]">;
    constexpr auto noise = uniform<"noise[batch, class]">;
    constexpr auto classes = over<"class">;
    const auto kernel = [&](const char* name, const auto&... e) { list.push_back({with_type<T>(name), lower(e...)}); };
    const auto with_gradient = [&](const char* name, const auto& f, const auto& upstream) {
        kernel(name, f, vjp(f, x, upstream));
    };
    with_gradient("softmax", softmax(x, classes), g);
    with_gradient("log_softmax", log_softmax(x, classes), g);
    with_gradient("softmin", softmin(x, classes), g);
    with_gradient("softmax_along_batch", softmax(x, over<"batch">), g);
    with_gradient("logsumexp", logsumexp(x, classes), row);
    with_gradient("max", max(x, classes), row);
    with_gradient("standardised", (x - mean(x, classes)) / sqrt(mean(x * x, classes)), g);
    with_gradient("gathered", at(x, classes, label), row);
    with_gradient("rrelu_drawn", rrelu(x, noise), g);
    with_gradient("sin", sin(x), g);
    with_gradient("cos", cos(x), g);
    with_gradient("erf", erf(x), g);
    with_gradient("expm1", expm1(x), g);
    kernel("pow", pow(p, x), vjp(pow(p, x), x, g), vjp(pow(p, x), p, g));
    kernel("log", log(x), log1p(x), sqrt(x), floor(x), sign(x));
    kernel("sum", sum(x), min(x), max(x), mean(x * x));
    kernel("columns", sum(x, over<"batch">), logsumexp(x, over<"batch">), vjp(x * w, w, g));
}

}  // namespace

void add_words(kernel_list& list) {
    add<float>(list);
    add<double>(list);
}

}  // namespace gradus::testing
