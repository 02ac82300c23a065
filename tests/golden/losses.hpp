// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the families of losses share: the reductions by their names in the data, and the sizes of what a row
// adds up.
#pragma once

#include "mapping.hpp"
#include "rows.hpp"

namespace gradus::golden {

/// The rows of a class loss: the class axis is dimension 1, of one sample the only one.
inline split_shape class_rows(const tensor_data& x) { return split_at(x.shape, x.rank() > 1 ? 1 : 0); }
/// Rows along the last dimension.
inline split_shape last_rows(const tensor_data& x) { return split_at(x.shape, -1); }

/// Runs a loss under the reduction that the case names. `g` is the upstream variable of the loss itself and
/// g_view() its data; of a reduced loss the upstream is one number.
template <class T, class Loss, class G, class View, class... Variable, class... Binding>
results run_reduced(const golden_case& c, const Loss& loss, const G& g, const View& g_view, wrt_t<Variable...> to,
                    const Binding&... binding) {
    constexpr auto one = scalar<"g", T>;
    const std::string how = c.text("reduction");
    if (how == "none") return run(c, loss, g, to, binding..., g = g_view());
    const auto G1 = static_cast<T>(c.upstream_of("y").data.at(0));
    if (how == "sum") return run(c, sum(loss), one, to, binding..., one = G1);
    if (how == "mean") return run(c, mean(loss), one, to, binding..., one = G1);
    throw std::invalid_argument("the reduction \"" + how + "\" has no mapping");
}

/// What a loss adds up in each row of its inputs: in the value, and in its derivative.
struct row_terms {
    row_layout rows;
    std::vector<double> value, derivative;
};

/// The usual terms: the inputs of the row, in the derivative 1 more, both times the largest weight.
row_terms terms_of_inputs(const golden_case& c, row_layout rows);
/// Those of log softmax: how far the row's logits lie apart.
row_terms terms_of_logits(const golden_case& c, const split_shape& parts);

/// The results with the terms of their rows. Gradients whose shape is that of the rows get upstream times
/// derivative; the value of a reduced loss adds up all rows.
results with_terms(results made, const golden_case& c, const row_terms& terms);

}  // namespace gradus::golden
