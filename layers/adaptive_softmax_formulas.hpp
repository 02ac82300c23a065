// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels of an adaptive softmax: what happens to scores once matrix products have made them.
#pragma once

#include <gradus/activations.hpp>
#include <gradus/jit.hpp>
#include <gradus/losses.hpp>

namespace gradus {

template <class T>
struct adaptive_softmax_formulas {
    static constexpr auto logits = tensor<"logits[row, class]", T>;
    static constexpr auto label = labels<"label[row]">;
    static constexpr auto known = tensor<"known[row]", T>;  ///< the logarithm of the factors of p known so far

    // log p of a label, and of all classes of a tail
    static constexpr auto log_p = known - cross_entropy(logits, label, over<"class">);
    static constexpr auto head = log_softmax(logits, over<"class">);
    static constexpr auto tail = known + log_softmax(logits, over<"class">);
    static constexpr auto biased = logits + tensor<"bias[class]", T>;

    // their gradients
    static constexpr auto up = tensor<"up[row]", T>;
    static constexpr auto up_all = tensor<"up_all[row, class]", T>;
    static constexpr auto bias = tensor<"bias[class]", T>;
    static constexpr auto log_p_dlogits = vjp(log_p, logits, up);
    static constexpr auto head_dlogits = vjp(head, logits, up_all);
    static constexpr auto tail_dlogits = vjp(tail, logits, up_all);
    static constexpr auto tail_dknown = vjp(tail, known, up_all);
    static constexpr auto biased_dbias = vjp(biased, bias, up_all);

    // the reduction of a batch
    static constexpr auto output = tensor<"output[row]", T>;
    static constexpr auto total = sum(output);

    // weights to begin with
    static constexpr auto noise = uniform<"noise[element]">;
    static constexpr auto bound = scalar<"bound", T>;
    static constexpr auto initial = bound * (2 * noise - 1);
};

}  // namespace gradus
