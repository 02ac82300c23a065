// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adaptive softmax: a classifier over many classes, numbered from the most frequent on. The first ones,
// the shortlist, have scores of their own in the head; the others lie in clusters, each with one score in
// the head and a tail, a softmax of its own over a projection to fewer features:
//
//     p(c) = head(c)                      for c < cutoffs[0]
//     p(c) = head(cluster i) · tail i(c)  for cutoffs[i] <= c < cutoffs[i + 1], the last one ending at n_classes
//
//     adaptive_log_softmax_with_loss<float> layer({.in_features = 64, .n_classes = 10000, .cutoffs = {100, 1000}});
//     auto weights = layer.make_weights(seed), dweights = layer.make_gradients();
//     auto [output, loss, sum, weight] = layer.forward(weights, x, target);
//     layer.backward(weights, x, target, {.loss = 1}, outputs(dx, dweights));   // the same results, and gradients
//     auto labels = layer.predict(weights, x);
//
// The caller owns weights and gradients. The object owns its temporaries, kept from call to call, and
// nothing else: no call depends on an earlier one. One thread may use an object at a time.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/jit.hpp>
#include <gradus/weighted.hpp>

namespace gradus {

/// What an adaptive softmax is made of. Cluster i has floor(in_features / div_value^(i+1)) features.
struct adaptive_softmax_options {
    std::int64_t in_features = 0;
    std::int64_t n_classes = 0;
    std::vector<std::int64_t> cutoffs = {};  ///< where each cluster begins: strictly increasing, 1 to n_classes - 1
    double div_value = 4;
    bool head_bias = false;
    std::optional<std::int64_t> ignore_index = {};  ///< rows with this label do not count; any integer
    when_empty empty = on_empty::nan;               ///< the loss when no row counts
};

/// The weights of an adaptive softmax, or their gradients, by PyTorch's names and shapes.
template <class T>
struct adaptive_softmax_weights {
    struct tail {
        array<T, 2> proj;  ///< [features of the cluster, in_features]
        array<T, 2> out;   ///< [classes of the cluster, features of the cluster]
    };
    array<T, 2> head_weight;  ///< [cutoffs[0] + clusters, in_features]
    array<T, 1> head_bias;    ///< [cutoffs[0] + clusters]; no elements without head_bias
    std::vector<tail> tails;  ///< one for each cluster

    /// All elements, one array after the other, as an optimiser walks them.
    std::vector<std::span<T>> parameters() { return spans<T>(*this); }
    std::vector<std::span<const T>> parameters() const { return spans<const T>(*this); }

private:
    template <class Element>
    static std::vector<std::span<Element>> spans(auto& w) {
        std::vector<std::span<Element>> all{std::span(w.head_weight), std::span(w.head_bias)};
        for (auto& t : w.tails) all.insert(all.end(), {std::span(t.proj), std::span(t.out)});
        return all;
    }
};

/// log p of each row's target and its reductions: the loss of a row is -output (0 for a row that is ignored),
/// and loss = sum / weight.
template <class T, int Rank>
struct adaptive_softmax_result {
    array<T, Rank> output;  ///< one value for each row; 0 for a row that is ignored
    T loss;                 ///< the mean of the losses of the rows that count
    T sum;                  ///< the sum of the losses
    T weight;               ///< the number of rows that count; with `sum`, exact means over several calls
};

/// The upstream gradients of a result: of each row's output (empty: zeros), of loss and of sum.
template <class T>
struct adaptive_softmax_upstream {
    std::span<const T> output = {};
    T loss = 0;
    T sum = 0;
};

namespace detail {

template <class T>
struct adaptive_softmax_sums {
    T loss = 0, sum = 0, weight = 0;
};

/// A single sample is a batch of one row.
template <class T>
tensor_view<T, 2> rows_of(const tensor_view<T, 2>& x) {
    return x;
}
template <class T>
tensor_view<T, 2> rows_of(const tensor_view<T, 1>& x) {
    return {x.data, {1, x.extents[0]}, {x.extents[0], x.strides[0]}};
}
inline std::array<std::int64_t, 0> batch_of(const std::array<std::int64_t, 1>&) { return {}; }
inline std::array<std::int64_t, 1> batch_of(const std::array<std::int64_t, 2>& extents) { return {extents[0]}; }

}  // namespace detail

/// −log p(target) of an adaptive softmax, its mean, and log p of all classes · x[batch, feature] or one
/// sample x[feature], in any arrangement; labels of any integer type · parameters: adaptive_softmax_options ·
/// errors: options out of range; extents that disagree; a label outside 0 to n_classes − 1, by row and value;
/// all before anything is written · an empty batch, or one whose rows are all ignored, has sum 0 and the loss
/// that `empty` says · smooth · Grave et al., arXiv 1609.04309 · torch.nn.AdaptiveLogSoftmaxWithLoss, which
/// lacks ignore_index and sum
///
/// adaptive_log_softmax_with_loss<float, double> takes and gives float32 and does everything between in
/// float64: results are float64's rounded once. It costs copies of the weights and twice the arithmetic.
template <std::floating_point T, std::floating_point Arithmetic = T>
class adaptive_log_softmax_with_loss {
    static_assert(sizeof(Arithmetic) >= sizeof(T), "gradus: the arithmetic is that of the data or wider");

public:
    using weights = adaptive_softmax_weights<T>;
    using upstream = adaptive_softmax_upstream<T>;

    explicit adaptive_log_softmax_with_loss(adaptive_softmax_options options);
    ~adaptive_log_softmax_with_loss();
    adaptive_log_softmax_with_loss(adaptive_log_softmax_with_loss&&) noexcept;
    adaptive_log_softmax_with_loss& operator=(adaptive_log_softmax_with_loss&&) noexcept;

    const adaptive_softmax_options& options() const;

    /// Uniform in ±1 / √(features that an element multiplies), as in PyTorch; a function of the seed.
    weights make_weights(std::uint64_t seed) const;
    /// Zeros in the shapes of the weights.
    weights make_gradients() const;

    /// output[batch], loss, sum and weight; output is a number for a single sample.
    template <viewable X, viewable Labels>
    auto forward(const weights& w, const X& x, const Labels& target) {
        return run(w, x, target, [&](const auto& rows, T* output) { return forward_rows(w, rows, output); });
    }

    /// What forward gives, and in the same pass the gradients of Σ upstream · result: outputs(dx, dweights).
    /// dx may be x itself.
    template <viewable X, viewable Labels, viewable DX>
    auto backward(const weights& w, const X& x, const Labels& target, const upstream& up,
                  const outputs_t<DX, weights>& to) {
        static_assert(view_of<DX>::rank == view_of<const X>::rank, "gradus: dx has the axes of x");
        const tensor_view<T, 2> dx = detail::rows_of(as_view(std::get<0>(to.to)));
        return run(w, x, target, [&](const auto& rows, T* output) {
            return backward_rows(w, rows, up, output, dx, std::get<1>(to.to));
        });
    }

    /// log p of all classes: [batch, class], or [class] for a single sample.
    template <viewable X>
    auto log_prob(const weights& w, const X& x) {
        constexpr int rank = view_of<const X>::rank;
        const tensor_view<const T, 2> rows = rows_of<X>(x);
        check(w, rows);
        auto extents = as_view(x).extents;
        extents.back() = options().n_classes;
        auto all = array<T, rank>::for_overwrite(extents);
        log_prob_rows(w, rows, detail::rows_of(all.view()));
        return all;
    }

    /// The gradients of Σ upstream · log_prob, for an upstream gradient of its shape: outputs(dx, dweights).
    template <viewable X, viewable Up, viewable DX>
    void log_prob_backward(const weights& w, const X& x, const Up& up, const outputs_t<DX, weights>& to) {
        static_assert(view_of<DX>::rank == view_of<const X>::rank && view_of<const Up>::rank == view_of<const X>::rank,
                      "gradus: dx and the upstream gradient of log_prob have as many axes as x");
        const tensor_view<const T, 2> rows = rows_of<X>(x);
        check(w, rows);
        log_prob_backward_rows(w, rows, rows_of<Up>(up), detail::rows_of(as_view(std::get<0>(to.to))),
                               std::get<1>(to.to));
    }

    /// The most probable class of each row; the first one of equals.
    template <viewable X>
    auto predict(const weights& w, const X& x) {
        const tensor_view<const T, 2> rows = rows_of<X>(x);
        check(w, rows);
        auto best =
            array<std::int64_t, view_of<const X>::rank - 1>::for_overwrite(detail::batch_of(as_view(x).extents));
        predict_rows(w, rows, best.data());
        return best;
    }

private:
    struct state;

    template <class X>
    static tensor_view<const T, 2> rows_of(const X& x) {
        constexpr int rank = view_of<const X>::rank;
        static_assert(rank == 1 || rank == 2, "gradus: x is [batch, feature], or [feature] for a single sample");
        static_assert(std::is_same_v<std::remove_const_t<typename view_of<const X>::value_type>, T>,
                      "gradus: the layer and its data have one element type");
        return detail::rows_of(tensor_view<const T, rank>(as_view(x)));
    }

    /// The checks and the results that forward and backward have in common.
    template <class X, class Labels, class Work>
    auto run(const weights& w, const X& x, const Labels& target, Work work) {
        constexpr int rank = view_of<const X>::rank;
        static_assert(view_of<const Labels>::rank == rank - 1, "gradus: target has one label for each row of x");
        const tensor_view<const T, 2> rows = rows_of<X>(x);
        check(w, rows);
        read_labels(as_view(target), rows.extents[0]);
        adaptive_softmax_result<T, rank - 1> result{
            array<T, rank - 1>::for_overwrite(detail::batch_of(as_view(x).extents)), 0, 0, 0};
        const detail::adaptive_softmax_sums<T> sums = work(rows, result.output.data());
        result.loss = sums.loss;
        result.sum = sums.sum;
        result.weight = sums.weight;
        return result;
    }

    template <class L>
    void read_labels(const L& target, std::int64_t rows) {
        static_assert(std::is_integral_v<typename L::value_type>, "gradus: labels are integers");
        if constexpr (L::rank == 0) {
            begin_labels(1, rows);
            if constexpr (requires { target.data; })
                add_label(*target.data);
            else
                add_label(target.value);
        } else {
            begin_labels(target.extents[0], rows);
            for (std::int64_t r = 0; r < rows; ++r) add_label(target(r));
        }
    }
    /// A label outside the classes is an error, unless it is the one that is ignored.
    template <std::integral Label>
    void add_label(Label label) {
        const adaptive_softmax_options& o = options();
        const bool ignored = o.ignore_index && std::cmp_equal(label, *o.ignore_index);
        if (!ignored && (std::cmp_less(label, 0) || !std::cmp_less(label, o.n_classes)))
            throw_label_error(std::to_string(label));
        keep_label(ignored ? -1 : static_cast<std::int64_t>(label));
    }

    void check(const weights& w, const tensor_view<const T, 2>& x) const;
    void begin_labels(std::int64_t labels, std::int64_t rows);
    void keep_label(std::int64_t label);
    [[noreturn]] void throw_label_error(const std::string& label) const;

    detail::adaptive_softmax_sums<T> forward_rows(const weights& w, const tensor_view<const T, 2>& x, T* output);
    detail::adaptive_softmax_sums<T> backward_rows(const weights& w, const tensor_view<const T, 2>& x,
                                                   const upstream& up, T* output, const tensor_view<T, 2>& dx,
                                                   weights& dw);
    void log_prob_rows(const weights& w, const tensor_view<const T, 2>& x, const tensor_view<T, 2>& all);
    void log_prob_backward_rows(const weights& w, const tensor_view<const T, 2>& x, const tensor_view<const T, 2>& up,
                                const tensor_view<T, 2>& dx, weights& dw);
    void predict_rows(const weights& w, const tensor_view<const T, 2>& x, std::int64_t* best);

    std::unique_ptr<state> state_;
};

extern template class adaptive_log_softmax_with_loss<float>;
extern template class adaptive_log_softmax_with_loss<float, double>;
extern template class adaptive_log_softmax_with_loss<double>;

}  // namespace gradus
