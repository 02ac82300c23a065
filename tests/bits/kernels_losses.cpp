// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <boost/hana/for_each.hpp>
#include <boost/hana/unpack.hpp>

#include "bits/kernels.hpp"
#include "support/loss_data.hpp"

namespace gradus::testing {
namespace {

template <class T>
void add(kernel_list& list) {
    using v = loss_operands<T>;
    constexpr auto tensors = hana::make_tuple(v::x, v::x2, v::x3, v::t, v::p, v::q, v::var);
    hana::for_each(losses, [&](const auto& row) {
        const auto loss = row.template of<T>();
        const auto used = hana::filter(tensors, [&]<class V>(const V&) {
            return hana::bool_c<uses<std::remove_cvref_t<decltype(loss)>>(V::name.view())>;
        });
        hana::unpack(used, [&](const auto&... variable) {
            list.push_back({with_type<T>(row.name), lower(loss, vjp(loss, variable, upstream<T>)...)});
        });
    });
}

}  // namespace

void add_losses(kernel_list& list) {
    add<float>(list);
    add<double>(list);
}

}  // namespace gradus::testing
