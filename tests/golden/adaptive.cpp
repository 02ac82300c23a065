// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adaptive log-softmax: not one kernel but a layer of several, so that it fills its results itself. The scale
// of a gradient is that of the whole tensor, since each element adds up rows or classes; twice that for a
// projection, whose gradient passes through two matrix products. That of log-probabilities is the row's.
#include <gradus/adaptive_log_softmax_with_loss.hpp>

#include "mapping.hpp"
#include "rows.hpp"

namespace gradus::golden {
namespace {

using data = const golden_case&;

/// A case with the layer of its parameters, in the element type T.
template <class T>
struct adaptive_case {
    using layer_type = adaptive_log_softmax_with_loss<T>;
    using weights_type = typename layer_type::weights;

    data c;
    layer_type layer;
    weights_type weights, gradients;
    std::vector<T> X, dX;
    std::int64_t rows, features;

    explicit adaptive_case(data from)
        : c(from),
          layer(options_of(c)),
          weights(layer.make_gradients()),
          gradients(layer.make_gradients()),
          X(c.input("x").as<T>()),
          dX(X.size()),
          rows(last_rows_of(c)),
          features(c.integer("in_features")) {
        fill(weights.head_weight, "head_weight");
        if (c.flag("head_bias")) fill(weights.head_bias, "head_bias");
        for (std::size_t i = 0; i < weights.tails.size(); ++i) {
            fill(weights.tails[i].proj, tail_name(i, "proj"));
            fill(weights.tails[i].out, tail_name(i, "out"));
        }
    }

    /// output, loss and the gradients of both upstream.
    results with_target() {
        const auto labels = c.input("t").as<std::int64_t>();
        const auto up = c.upstream_of("output").as<T>();
        typename layer_type::upstream upstream{up, static_cast<T>(c.upstream_of("loss").data.at(0))};
        auto dx = view(dX, {rows, features});
        const auto got = layer.backward(weights, view(X, {rows, features}), labels, upstream, outputs(dx, gradients));
        results made = all_gradients();
        made["outputs.output"].values = detail::doubles_from(got.output);
        made["outputs.loss"].values = detail::doubles_from(got.loss);
        made.at("outputs.output").rows = one_row(static_cast<std::size_t>(rows));
        return made;
    }

    /// log p of all classes, the most probable class, and the gradients of the former.
    results without_target() {
        const auto up = c.upstream_of("log_prob").as<T>();
        const auto x = view(X, {rows, features});
        auto dx = view(dX, {rows, features});
        const auto all = layer.log_prob(weights, x);
        const auto best = layer.predict(weights, x);
        layer.log_prob_backward(weights, x, view(up, {rows, c.integer("n_classes")}), outputs(dx, gradients));
        results made = all_gradients();
        made["outputs.log_prob"].values = detail::doubles_from(all);
        made["outputs.predict"].values = detail::doubles_from(best);
        made.at("outputs.log_prob").rows = {c.integer("n_classes"), 1};
        return made;
    }

private:
    static adaptive_softmax_options options_of(data c) {
        adaptive_softmax_options made;
        made.in_features = c.integer("in_features");
        made.n_classes = c.integer("n_classes");
        made.cutoffs = c.params.at("cutoffs").get<std::vector<std::int64_t>>();
        made.div_value = c.number("div_value");
        made.head_bias = c.flag("head_bias");
        return made;
    }
    static std::int64_t last_rows_of(data c) { return split_at(c.input("x").shape, -1).outer; }
    static std::string tail_name(std::size_t i, const char* part) { return "tail" + std::to_string(i) + "_" + part; }

    template <int Rank>
    void fill(array<T, Rank>& to, const std::string& name) const {
        const auto from = c.input(name).as<T>();
        if (from.size() != to.size()) throw std::invalid_argument("the input " + name + " does not fit the parameters");
        std::copy(from.begin(), from.end(), to.begin());
    }

    results all_gradients() const {
        results made;
        made["grads.x"].values = detail::doubles_from(dX);
        made["grads.head_weight"].values = detail::doubles_from(gradients.head_weight);
        made["grads.head_bias"].values = detail::doubles_from(gradients.head_bias);
        for (std::size_t i = 0; i < gradients.tails.size(); ++i) {
            made["grads." + tail_name(i, "proj")].values = detail::doubles_from(gradients.tails[i].proj);
            made["grads." + tail_name(i, "out")].values = detail::doubles_from(gradients.tails[i].out);
        }
        for (auto& [entry, one] : made) {
            one.rows = one_row(one.values.size());
            if (entry.ends_with("proj")) one.terms = {2 * magnitude(one.values)};
        }
        return made;
    }
};

}  // namespace

std::vector<mapping> adaptive_mappings() {
    return {map_to("adaptive_log_softmax_with_loss", [](data c, auto zero) {
        adaptive_case<decltype(zero)> of(c);
        return c.has("t") ? of.with_target() : of.without_target();
    })};
}

}  // namespace gradus::golden
