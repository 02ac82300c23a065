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
    constexpr auto w = tensor<"w[class]">;
    constexpr auto label = labels<"label[batch]">;
    constexpr auto classes = over<"class">;
    const auto kernel = [&](const char* name, const auto&... e) { list.push_back({with_type<T>(name), lower(e...)}); };
    kernel("relu", relu(x), vjp(relu(x), x, g));
    kernel("silu", silu(x), vjp(silu(x), x, g));
    kernel("softmax", softmax(x, classes), vjp(softmax(x, classes), x, g));
    kernel("columns", sum(x, over<"batch">), logsumexp(x, over<"batch">));
    kernel("scaled", x * w, vjp(x * w, x, g), vjp(x * w, w, g));
    const auto loss = mean(cross_entropy(x, label, classes));
    kernel("mean_cross_entropy", loss, grad(loss, x));
}

}  // namespace

void add_storage(kernel_list& list) {
    add<float16>(list);
    add<bfloat16>(list);
}

}  // namespace gradus::testing
