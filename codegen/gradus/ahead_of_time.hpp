// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels compiled when the program is built.
//
//     GRADUS_KERNEL(step, loss, dlogits);       // in losses.hpp, beside the expressions
//     gradus_add_kernels(app losses.hpp)        # in CMakeLists.txt
//     #include "losses_kernels.hpp"             // made by it: losses.hpp and a function for each kernel
//     auto [value, dX] = step()(logits = X, target = T);
//
// step() is what jit<loss, dlogits>() is, with the same bits, but needs neither LLVM nor memory that is written and
// executed.
#pragma once

#include <concepts>
#include <memory>
#include <source_location>
#include <string_view>

#include <gradus/ahead_table.hpp>
#include <gradus/jit.hpp>

/// Lists a kernel of one or more expressions for gradus_add_kernels; at namespace scope, after the expressions.
#ifdef GRADUS_COMPILES_AHEAD  // the program that gradus_add_kernels builds and runs
#include <gradus/compile_ahead.hpp>
#define GRADUS_KERNEL(name, ...) GRADUS_LIST_KERNEL(__LINE__, name, __VA_ARGS__)
#else
#define GRADUS_KERNEL(name, ...)                                 \
    static_assert(::gradus::detail::is_kernel_list<__VA_ARGS__>, \
                  "gradus: GRADUS_KERNEL takes a name and one or more expressions")
#endif

namespace gradus {

/// The kernel whose code is linked with the program. `g` must outlive it. Throws gradus::error if the code is of
/// another build of gradus or of another formula, or for no CPU like this one.
std::shared_ptr<kernel> kernel_ahead(const ahead_kernel& code, graph_view g, std::string_view name,
                                     std::string_view made_at);

namespace detail {

template <const auto&... E>
inline constexpr bool is_kernel_list = sizeof...(E) > 0 && (expression<std::remove_cvref_t<decltype(E)>> && ...);

/// What a function of the header that gradus_add_kernels writes returns.
template <const ahead_kernel& Code, const auto&... E>
jit_function<std::remove_cvref_t<decltype(E)>...> compiled_ahead(const std::source_location& where) {
    static const std::shared_ptr<kernel> slot =
        kernel_ahead(Code, program<E...>::view(), program<E...>::name(), made_at(where));
    return jit_function<std::remove_cvref_t<decltype(E)>...>(slot, where);
}

}  // namespace detail
}  // namespace gradus
