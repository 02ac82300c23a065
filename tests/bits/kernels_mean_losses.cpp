// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <boost/hana/for_each.hpp>

#include "bits/kernels.hpp"
#include "support/loss_data.hpp"

namespace gradus::testing {
namespace {

template <class T>
void add(kernel_list& list) {
    using v = loss_operands<T>;
    hana::for_each(losses, [&](const auto& row) {
        const auto loss = mean(row.template of<T>());
        const std::string name = "mean_" + with_type<T>(row.name);
        if constexpr (uses<std::remove_cvref_t<decltype(loss)>>("x"))
            list.push_back({name, lower(loss, grad(loss, v::x))});
        else
            list.push_back({name, lower(loss, grad(loss, v::p))});
    });
}

}  // namespace

void add_mean_losses(kernel_list& list) {
    add<float>(list);
    add<double>(list);
}

}  // namespace gradus::testing
