// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of an expression, as a compile-time string: to_text(e), to_latex(e).
#pragma once

#include <gradus/lower.hpp>
#include <gradus/print.hpp>

namespace gradus {

/// The formula of e after all rewrites, as C++ of this library: "where(x > 0, 1, 0)".
template <expression E>
constexpr text to_text(const E& e) {
    const graph g = lower(e);
    return to_text(g, g.outputs[0].value);
}
/// The formula of e after all rewrites, as LaTeX.
template <expression E>
constexpr text to_latex(const E& e) {
    const graph g = lower(e);
    return to_latex(g, g.outputs[0].value);
}

}  // namespace gradus
