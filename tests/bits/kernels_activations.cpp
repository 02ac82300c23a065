// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <boost/hana/for_each.hpp>
#include <gradus/catalogue_activations.hpp>
#include <gradus/dsl.hpp>

#include "bits/kernels.hpp"

namespace gradus::testing {
namespace {

template <class T>
void add(kernel_list& list) {
    constexpr auto x = tensor<"x[i]", T>;
    constexpr auto g = tensor<"g[i]", T>;
    boost::hana::for_each(activations, [&](const auto& row) {
        list.push_back({with_type<T>(row.name), lower(row(x), vjp(row(x), x, g))});
    });
}

}  // namespace

void add_activations(kernel_list& list) {
    add<float>(list);
    add<double>(list);
}

}  // namespace gradus::testing
