// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The losses as a table that tests, documentation and the command read: a new loss is one definition in
// its family and one row here. A header of its own, since formulas do not need it.
#pragma once

#include <boost/hana/tuple.hpp>

#include <gradus/losses.hpp>

namespace gradus {

/// The operands that the rows of the table are written with.
template <class T>
struct loss_operands {
    static constexpr auto x = tensor<"x[batch, class]", T>;        ///< predictions, scores, logits
    static constexpr auto x2 = tensor<"x2[batch, class]", T>;      ///< further ones
    static constexpr auto x3 = tensor<"x3[batch, class]", T>;      ///< and further ones
    static constexpr auto t = tensor<"t[batch, class]", T>;        ///< targets, counts: not negative
    static constexpr auto p = tensor<"p[batch, class]", T>;        ///< probabilities, of sum 1 along class
    static constexpr auto q = tensor<"q[batch, class]", T>;        ///< further ones
    static constexpr auto sign = tensor<"sign[batch, class]", T>;  ///< 1 or −1
    static constexpr auto side = tensor<"side[batch]", T>;         ///< 1 or −1
    static constexpr auto var = tensor<"var[batch]", T>;           ///< variances: positive
    static constexpr auto label = labels<"label[batch]">;          ///< positions along class
    static constexpr auto list = labels<"list[batch, slot]">;      ///< positions along class, then −1
    static constexpr auto classes = over<"class">;
};

/// A loss of the table: `row.of<T>()` is its expression with these operands of element type T.
template <class Make>
struct loss_row {
    std::string_view name;
    std::string_view torch;  ///< PyTorch's name, empty if it has none
    Make make;

    template <class T>
    constexpr auto of() const {
        return make(loss_operands<T>{});
    }
};

namespace detail {
template <class Make>
constexpr loss_row<Make> loss(std::string_view name, std::string_view torch, Make make) {
    return {name, torch, make};
}
}  // namespace detail

inline constexpr auto losses = boost::hana::make_tuple(
    detail::loss("mse", "torch.nn.MSELoss", [](auto v) { return mse(v.x, v.t); }),
    detail::loss("l1", "torch.nn.L1Loss", [](auto v) { return l1(v.x, v.t); }),
    detail::loss("smooth_l1", "torch.nn.SmoothL1Loss", [](auto v) { return smooth_l1(v.x, v.t); }),
    detail::loss("huber", "torch.nn.HuberLoss", [](auto v) { return huber(v.x, v.t); }),
    detail::loss("poisson_nll", "torch.nn.PoissonNLLLoss", [](auto v) { return poisson_nll(v.x, v.t); }),
    detail::loss("gaussian_nll", "torch.nn.GaussianNLLLoss", [](auto v) { return gaussian_nll(v.x, v.t, v.var); }),
    detail::loss("nll", "torch.nn.NLLLoss", [](auto v) { return nll(v.x, v.label, v.classes); }),
    detail::loss("cross_entropy", "torch.nn.CrossEntropyLoss",
                 [](auto v) { return cross_entropy(v.x, v.label, v.classes); }),
    detail::loss("focal", "", [](auto v) { return focal(v.x, v.label, v.classes); }),
    detail::loss("bce", "torch.nn.BCELoss", [](auto v) { return bce(v.p, v.q); }),
    detail::loss("bce_with_logits", "torch.nn.BCEWithLogitsLoss", [](auto v) { return bce_with_logits(v.x, v.p); }),
    detail::loss("sigmoid_focal", "torchvision.ops.sigmoid_focal_loss", [](auto v) { return sigmoid_focal(v.x, v.p); }),
    detail::loss("kl_div", "torch.nn.KLDivLoss", [](auto v) { return kl_div(v.x, v.p); }),
    detail::loss("entropy", "torch.distributions.Categorical.entropy", [](auto v) { return entropy(v.p, v.classes); }),
    detail::loss("cross_entropy_of", "", [](auto v) { return cross_entropy_of(v.p, v.q, v.classes); }),
    detail::loss("kl_divergence", "torch.distributions.kl_divergence",
                 [](auto v) { return kl_divergence(v.p, v.q, v.classes); }),
    detail::loss("hinge_embedding", "torch.nn.HingeEmbeddingLoss", [](auto v) { return hinge_embedding(v.x, v.sign); }),
    detail::loss("soft_margin", "torch.nn.SoftMarginLoss", [](auto v) { return soft_margin(v.x, v.sign); }),
    detail::loss("multi_margin", "torch.nn.MultiMarginLoss",
                 [](auto v) { return multi_margin(v.x, v.label, v.classes); }),
    detail::loss("multilabel_margin", "torch.nn.MultiLabelMarginLoss",
                 [](auto v) { return multilabel_margin(v.x, v.list, v.classes, over<"slot">); }),
    detail::loss("multilabel_soft_margin", "torch.nn.MultiLabelSoftMarginLoss",
                 [](auto v) { return multilabel_soft_margin(v.x, v.p, v.classes); }),
    detail::loss("margin_ranking", "torch.nn.MarginRankingLoss",
                 [](auto v) { return margin_ranking(v.x, v.x2, v.sign); }),
    detail::loss("cosine_embedding", "torch.nn.CosineEmbeddingLoss",
                 [](auto v) { return cosine_embedding(v.x, v.x2, v.side, v.classes); }),
    detail::loss("triplet_margin", "torch.nn.TripletMarginLoss",
                 [](auto v) { return triplet_margin(v.x, v.x2, v.x3, v.classes); }));

}  // namespace gradus
