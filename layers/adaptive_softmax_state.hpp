// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an adaptive softmax keeps from call to call, its shape and temporaries, and the steps that its
// passes are put together from. Rows stand at the places that `rows` gives them, so that the head works on
// one block and each tail on a part of it. A gradient takes the place of the scores that it is for.
#pragma once

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <gradus/error.hpp>

#include "adaptive_softmax_formulas.hpp"
#include "adaptive_softmax_shape.hpp"
#include "blas.hpp"
#include "clusters.hpp"
#include "workspace.hpp"

namespace gradus {

template <std::floating_point T, std::floating_point A>
struct adaptive_log_softmax_with_loss<T, A>::state {
    using f = adaptive_softmax_formulas<A>;
    using matrix = tensor_view<A, 2>;
    using const_matrix = tensor_view<const A, 2>;
    using vector = tensor_view<A, 1>;
    using inner_weights = adaptive_softmax_weights<A>;
    static constexpr bool widens = !std::is_same_v<T, A>;
    using label_span = std::span<const std::int64_t>;

    adaptive_softmax_shape shape;
    clustered_rows rows = {};
    workspace<A> x = {}, dx = {}, head = {}, tail = {}, hidden = {}, dhidden = {}, values = {}, ups = {}, all = {};
    inner_weights wide = {}, dwide = {};  ///< copies in the arithmetic's type where the data has another

    // ---- from the type of the data to that of the arithmetic and back

    template <class From, class To>
    static void convert(const tensor_view<From, 2>& from, const tensor_view<To, 2>& to) {
        for (std::int64_t i = 0; i < to.extents[0]; ++i)
            for (std::int64_t j = 0; j < to.extents[1]; ++j) to(i, j) = static_cast<To>(from(i, j));
    }
    static void convert(const auto& from, auto& to) {
        const auto source = from.parameters();
        const auto place = to.parameters();
        for (std::size_t i = 0; i < place.size(); ++i)
            std::transform(source[i].begin(), source[i].end(), place[i].begin(), [](auto value) {
                return static_cast<typename std::remove_cvref_t<decltype(place[i])>::value_type>(value);
            });
    }
    const inner_weights& widen(const weights& w) {
        if constexpr (widens) {
            if (wide.tails.empty()) wide = zero_weights<A>(shape);
            convert(w, wide);
            return wide;
        } else {
            return w;
        }
    }
    const_matrix widen(const tensor_view<const T, 2>& from) {
        if constexpr (widens) {
            const matrix to = all.matrix(from.extents[0], from.extents[1]);
            convert(from, to);
            return to;
        } else {
            return from;
        }
    }
    /// Where gradients are made; narrow() brings them home.
    inner_weights& place_of(weights& dw) {
        if constexpr (widens) {
            if (dwide.tails.empty()) dwide = zero_weights<A>(shape);
            return dwide;
        } else {
            return dw;
        }
    }
    void narrow(weights& dw) const {
        if constexpr (widens) convert(dwide, dw);
    }

    matrix place_of(const tensor_view<T, 2>& to) {
        if constexpr (widens)
            return all.matrix(to.extents[0], to.extents[1]);
        else
            return to;
    }
    static void narrow(const matrix& from, const tensor_view<T, 2>& to) {
        if constexpr (widens) convert(from, to);
    }

    // ---- rows of the batch and their places

    /// The rows that have the first `count` places, in their order.
    matrix gather(const tensor_view<const T, 2>& from, std::int64_t count) {
        const matrix to = x.matrix(count, shape.options.in_features);
        for (std::int64_t k = 0; k < count; ++k)
            for (std::int64_t j = 0; j < to.extents[1]; ++j) to(k, j) = from(rows.row_at(k), j);
        return to;
    }
    /// Rows go back from their places; a row without one becomes zeros.
    template <class To>
    void scatter(const const_matrix& from, const tensor_view<To, 2>& to) const {
        for (std::int64_t k = 0; k < to.extents[0]; ++k)
            for (std::int64_t j = 0; j < to.extents[1]; ++j)
                to(rows.row_at(k), j) = k < from.extents[0] ? static_cast<To>(from(k, j)) : To{};
    }
    matrix zeros_like(const const_matrix& sorted) {
        const matrix zeros = dx.matrix(sorted.extents[0], sorted.extents[1]);
        std::fill_n(zeros.data, zeros.size(), A{});
        return zeros;
    }
    vector zero_values(std::int64_t count) {
        const vector zeros = values.vector(count);
        std::fill_n(zeros.data, count, A{});
        return zeros;
    }

    // ---- scores, and what reaches the rows and weights that they are made of

    matrix score_head(const inner_weights& w, const const_matrix& sorted) {
        const matrix scores = head.matrix(sorted.extents[0], shape.head_size());
        const bool biased = shape.options.head_bias;
        if (biased)
            for (std::int64_t k = 0; k < scores.extents[0]; ++k)
                std::copy(w.head_bias.begin(), w.head_bias.end(), &scores(k, 0));
        multiply(sorted, transpose(w.head_weight.view()), biased ? 1 : 0, scores);
        return scores;
    }
    void backward_head(const inner_weights& w, const const_matrix& dscores, const const_matrix& sorted,
                       const matrix& to, inner_weights& dw) const {
        multiply(transpose(dscores), sorted, 0, dw.head_weight.view());
        multiply(dscores, w.head_weight.view(), 1, to);
        if (shape.options.head_bias)
            jit<f::biased_dbias>()(f::logits = dscores, f::bias = w.head_bias, f::up_all = dscores,
                                   outputs(dw.head_bias));
    }
    void score_tail(const inner_weights& w, std::int64_t i, const const_matrix& sorted, const matrix& scores) {
        const auto& part = w.tails[static_cast<std::size_t>(i)];
        const matrix features = hidden.matrix(sorted.extents[0], shape.hidden_of(i));
        multiply(sorted, transpose(part.proj.view()), 0, features);
        multiply(features, transpose(part.out.view()), 0, scores);
    }
    /// Right after score_tail for the same rows, whose projections are still there.
    void backward_tail(const inner_weights& w, std::int64_t i, const const_matrix& dscores, const const_matrix& sorted,
                       const matrix& to, inner_weights& dw) {
        const auto& part = w.tails[static_cast<std::size_t>(i)];
        auto& dpart = dw.tails[static_cast<std::size_t>(i)];
        const matrix features = hidden.matrix(sorted.extents[0], shape.hidden_of(i));
        const matrix dfeatures = dhidden.matrix(sorted.extents[0], shape.hidden_of(i));
        multiply(transpose(dscores), features, 0, dpart.out.view());
        multiply(dscores, part.out.view(), 0, dfeatures);
        multiply(transpose(dfeatures), sorted, 0, dpart.proj.view());
        multiply(dfeatures, part.proj.view(), 1, to);
    }

    // ---- the loss

    /// Adds log p of the labels to `known`.
    static void add_log_p(const matrix& scores, label_span label, const vector& known) {
        jit<f::log_p>()(f::logits = scores, f::label = label, f::known = known, outputs(known));
    }
    /// The same, and the scores become their gradient.
    static void add_log_p(const matrix& scores, label_span label, const vector& known, const vector& up) {
        jit<f::log_p, f::log_p_dlogits>()(f::logits = scores, f::label = label, f::known = known, f::up = up,
                                          outputs(known, scores));
    }
    /// What reaches the output of each row that counts, at its place.
    vector upstream_of_rows(const upstream& from) {
        const vector of_rows = ups.vector(rows.counted());
        const A common = A(from.sum) + A(from.loss) / static_cast<A>(rows.counted());
        for (std::int64_t k = 0; k < rows.counted(); ++k)
            of_rows(k) =
                (from.output.empty() ? A{} : A(from.output[static_cast<std::size_t>(rows.row_at(k))])) - common;
        return of_rows;
    }
    /// Sorts the rows. Throws gradus::error if none counts and the options call that an error.
    void sort_rows() {
        sort_by_cluster(shape, rows);
        if (shape.options.empty != on_empty::error || rows.counted() > 0) return;
        throw error(rows.labels.empty() ? "a mean over a batch without rows: pass rows, or choose on_empty::zero"
                                        : "a mean over a batch whose labels are all ignored: pass one that counts, or "
                                          "choose on_empty::zero");
    }
    /// Sends log p to the rows of the batch and adds it up there, so that the sum does not depend on clusters.
    detail::adaptive_softmax_sums<T> finish(const vector& known, std::int64_t batch, T* output) {
        const matrix in_order = ups.matrix(batch, 1);
        scatter(view(known.data, {known.extents[0], 1}), in_order);
        convert(in_order, view(output, {batch, 1}));
        const T of_none = shape.options.empty == on_empty::zero ? T(0) : std::numeric_limits<T>::quiet_NaN();
        if (rows.counted() == 0) return {of_none, 0, 0};
        const A sum = -jit<f::total>()(f::output = view(in_order.data, {batch}));
        const auto weight = static_cast<A>(rows.counted());
        return {static_cast<T>(sum / weight), static_cast<T>(sum), static_cast<T>(weight)};
    }

    // ---- all classes

    /// log p of the head's scores, in their place.
    matrix head_log_p(const inner_weights& w, const const_matrix& sorted) {
        const matrix scores = score_head(w, sorted);
        jit<f::head>()(f::logits = scores, outputs(scores));
        return scores;
    }
    /// log p of the classes of a cluster, given log p of the head.
    void tail_log_p(const inner_weights& w, std::int64_t i, const const_matrix& sorted, const matrix& of_head,
                    const matrix& to) {
        score_tail(w, i, sorted, to);
        jit<f::tail>()(f::logits = to, f::known = column_of(of_head, i), outputs(to));
    }
    /// The column of a cluster among the head's.
    vector column_of(const matrix& of_head, std::int64_t i) const {
        return {of_head.data + shape.shortlist() + i, {of_head.extents[0]}, {of_head.strides[0]}};
    }

    // ---- checks

    template <class Element>
    static void require_rows(std::string_view name, const tensor_view<Element, 2>& x, std::int64_t rows,
                             std::int64_t columns) {
        if (x.extents[0] != rows || x.extents[1] != columns)
            throw error(fmt::format("argument \"{}\" has extents {{{}, {}}}, but expected {{{}, {}}}", name,
                                    x.extents[0], x.extents[1], rows, columns));
    }
    void check_gradients(const weights& w, const tensor_view<const T, 2>& x, const tensor_view<T, 2>& to,
                         const weights& dw) const {
        require_rows("dx", to, x.extents[0], x.extents[1]);
        require_extents(shape, dw, "dweights");
        if (&w == &dw) throw error("argument \"dweights\" is \"weights\" itself: gradients need a place of their own");
    }
};

}  // namespace gradus
