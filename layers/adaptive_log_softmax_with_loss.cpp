// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes of an adaptive softmax, put together from the steps of its state: sort the rows by cluster,
// let the head see them all and each tail its own, send the results back to where the rows came from.
#include <gradus/adaptive_log_softmax_with_loss.hpp>

#include "adaptive_softmax_state.hpp"

namespace gradus {
namespace {

template <class T>
bool larger(T x, T than) {
    return x > than || (std::isnan(x) && !std::isnan(than));
}

/// The place of the largest number, the first one of equals; NaN counts as larger than all.
template <class T>
std::int64_t argmax(const T* x, std::int64_t count) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < count; ++i)
        if (larger(x[i], x[best])) best = i;
    return best;
}

template <class T>
void fill_uniform(std::span<T> w, std::int64_t fan_in, std::uint64_t seed) {
    using f = adaptive_softmax_formulas<T>;
    jit<f::initial>()(f::noise = seed, f::bound = 1 / std::sqrt(static_cast<T>(fan_in)), outputs(w));
}

}  // namespace

template <std::floating_point T, std::floating_point A>
adaptive_log_softmax_with_loss<T, A>::adaptive_log_softmax_with_loss(adaptive_softmax_options options)
    : state_(new state{shape_of(std::move(options))}) {}
template <std::floating_point T, std::floating_point A>
adaptive_log_softmax_with_loss<T, A>::~adaptive_log_softmax_with_loss() = default;
template <std::floating_point T, std::floating_point A>
adaptive_log_softmax_with_loss<T, A>::adaptive_log_softmax_with_loss(adaptive_log_softmax_with_loss&&) noexcept =
    default;
template <std::floating_point T, std::floating_point A>
adaptive_log_softmax_with_loss<T, A>& adaptive_log_softmax_with_loss<T, A>::operator=(
    adaptive_log_softmax_with_loss&&) noexcept = default;

template <std::floating_point T, std::floating_point A>
const adaptive_softmax_options& adaptive_log_softmax_with_loss<T, A>::options() const {
    return state_->shape.options;
}

template <std::floating_point T, std::floating_point A>
auto adaptive_log_softmax_with_loss<T, A>::make_gradients() const -> weights {
    return zero_weights<T>(state_->shape);
}
template <std::floating_point T, std::floating_point A>
auto adaptive_log_softmax_with_loss<T, A>::make_weights(std::uint64_t seed) const -> weights {
    weights w = make_gradients();
    std::uint64_t stream = 0;
    const auto fill = [&](auto& part, std::int64_t fan_in) {
        fill_uniform(std::span<T>(part), fan_in, mix(seed, stream++));
    };
    fill(w.head_weight, options().in_features);
    fill(w.head_bias, options().in_features);
    for (auto& tail : w.tails) {
        fill(tail.proj, options().in_features);
        fill(tail.out, tail.proj.extents()[0]);
    }
    return w;
}

// ---- checks

template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::check(const weights& w, const tensor_view<const T, 2>& x) const {
    require_extents(state_->shape, w, "weights");
    if (x.extents[1] != options().in_features)
        throw error(fmt::format("argument \"x\" has {} elements along axis \"feature\", but in_features is {}",
                                x.extents[1], options().in_features));
    if (x.extents[0] > std::numeric_limits<int>::max())
        throw error(fmt::format("argument \"x\" has {} rows, more than BLAS takes: split the batch", x.extents[0]));
}
template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::begin_labels(std::int64_t labels, std::int64_t rows) {
    if (labels != rows)
        throw error(
            fmt::format("argument \"target\" has {} elements along axis \"batch\", but \"x\" has {}", labels, rows));
    state_->rows.labels.clear();
}
template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::keep_label(std::int64_t label) {
    state_->rows.labels.push_back(label);
}
template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::throw_label_error(const std::string& label) const {
    throw error(fmt::format("argument \"target\" is {} at batch = {}, but labels along axis \"class\" are 0 to {}",
                            label, state_->rows.labels.size(), options().n_classes - 1));
}

// ---- the loss

template <std::floating_point T, std::floating_point A>
auto adaptive_log_softmax_with_loss<T, A>::forward_rows(const weights& w, const tensor_view<const T, 2>& x, T* output)
    -> detail::adaptive_softmax_sums<T> {
    state& s = *state_;
    s.sort_rows();
    const auto sorted = s.gather(x, s.rows.counted());
    const auto known = s.zero_values(s.rows.counted());
    const auto& inner = s.widen(w);
    s.add_log_p(s.score_head(inner, sorted), s.rows.labels_in_head(), known);
    for (std::int64_t i = 0; i < s.shape.clusters(); ++i) {
        const std::int64_t first = s.rows.begin_of(i), count = s.rows.size_of(i);
        const auto scores = s.tail.matrix(count, s.shape.size_of(i));
        s.score_tail(inner, i, slice(sorted, 0, first, count), scores);
        s.add_log_p(scores, s.rows.labels_in_tail(i), slice(known, 0, first, count));
    }
    return s.finish(known, x.extents[0], output);
}

template <std::floating_point T, std::floating_point A>
auto adaptive_log_softmax_with_loss<T, A>::backward_rows(const weights& w, const tensor_view<const T, 2>& x,
                                                         const upstream& up, T* output, const tensor_view<T, 2>& dx,
                                                         weights& dw) -> detail::adaptive_softmax_sums<T> {
    state& s = *state_;
    s.check_gradients(w, x, dx, dw);
    if (!up.output.empty() && static_cast<std::int64_t>(up.output.size()) != x.extents[0])
        throw error(fmt::format("argument \"upstream.output\" has {} elements, but \"x\" has {} along axis \"batch\"",
                                up.output.size(), x.extents[0]));
    s.sort_rows();
    const auto sorted = s.gather(x, s.rows.counted());
    const auto dsorted = s.zeros_like(sorted);
    const auto known = s.zero_values(s.rows.counted()), ups = s.upstream_of_rows(up);
    const auto& inner = s.widen(w);
    auto& dinner = s.place_of(dw);
    const auto head = s.score_head(inner, sorted);
    s.add_log_p(head, s.rows.labels_in_head(), known, ups);
    s.backward_head(inner, head, sorted, dsorted, dinner);
    for (std::int64_t i = 0; i < s.shape.clusters(); ++i) {
        const std::int64_t first = s.rows.begin_of(i), count = s.rows.size_of(i);
        const auto part = slice(sorted, 0, first, count);
        const auto scores = s.tail.matrix(count, s.shape.size_of(i));
        s.score_tail(inner, i, part, scores);
        s.add_log_p(scores, s.rows.labels_in_tail(i), slice(known, 0, first, count), slice(ups, 0, first, count));
        s.backward_tail(inner, i, scores, part, slice(dsorted, 0, first, count), dinner);
    }
    s.narrow(dw);
    s.scatter(dsorted, dx);
    return s.finish(known, x.extents[0], output);
}

// ---- all classes

template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::log_prob_rows(const weights& w, const tensor_view<const T, 2>& x,
                                                         const tensor_view<T, 2>& all) {
    state& s = *state_;
    keep_order(x.extents[0], s.rows);
    const auto sorted = s.gather(x, x.extents[0]);
    const auto& inner = s.widen(w);
    const auto head = s.head_log_p(inner, sorted);
    const auto to = s.place_of(all);
    for (std::int64_t k = 0; k < x.extents[0]; ++k) std::copy_n(&head(k, 0), s.shape.shortlist(), &to(k, 0));
    for (std::int64_t i = 0; i < s.shape.clusters(); ++i)
        s.tail_log_p(inner, i, sorted, head, slice(to, 1, s.shape.begin_of(i), s.shape.size_of(i)));
    s.narrow(to, all);
}

template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::log_prob_backward_rows(const weights& w, const tensor_view<const T, 2>& x,
                                                                  const tensor_view<const T, 2>& up,
                                                                  const tensor_view<T, 2>& dx, weights& dw) {
    using f = adaptive_softmax_formulas<A>;
    state& s = *state_;
    const std::int64_t batch = x.extents[0];
    s.check_gradients(w, x, dx, dw);
    s.require_rows("upstream", up, batch, options().n_classes);
    keep_order(batch, s.rows);
    const auto sorted = s.gather(x, batch);
    const auto dsorted = s.zeros_like(sorted);
    const auto& inner = s.widen(w);
    auto& dinner = s.place_of(dw);
    const auto inner_up = s.widen(up);
    const auto up_head = s.ups.matrix(batch, s.shape.head_size());
    for (std::int64_t k = 0; k < batch; ++k)
        for (std::int64_t c = 0; c < s.shape.shortlist(); ++c) up_head(k, c) = up(k, c);
    const auto known = s.zero_values(batch);  // no gradient depends on its values
    for (std::int64_t i = 0; i < s.shape.clusters(); ++i) {
        const auto scores = s.tail.matrix(batch, s.shape.size_of(i));
        s.score_tail(inner, i, sorted, scores);
        jit<f::tail_dlogits, f::tail_dknown>()(f::logits = scores, f::known = known,
                                               f::up_all = slice(inner_up, 1, s.shape.begin_of(i), s.shape.size_of(i)),
                                               outputs(scores, s.column_of(up_head, i)));
        s.backward_tail(inner, i, scores, sorted, dsorted, dinner);
    }
    const auto head = s.score_head(inner, sorted);
    jit<f::head_dlogits>()(f::logits = head, f::up_all = up_head, outputs(head));
    s.backward_head(inner, head, sorted, dsorted, dinner);
    s.narrow(dw);
    s.scatter(dsorted, dx);
}

/// The best score of the head settles a row unless it is a cluster's: no class of a cluster is more probable
/// than the cluster.
template <std::floating_point T, std::floating_point A>
void adaptive_log_softmax_with_loss<T, A>::predict_rows(const weights& w, const tensor_view<const T, 2>& x,
                                                        std::int64_t* best) {
    state& s = *state_;
    keep_order(x.extents[0], s.rows);
    const auto& inner = s.widen(w);
    const auto scores = s.score_head(inner, s.gather(x, x.extents[0]));
    s.rows.order.clear();
    for (std::int64_t k = 0; k < x.extents[0]; ++k) {
        best[k] = argmax(&scores(k, 0), scores.extents[1]);
        if (best[k] >= s.shape.shortlist()) s.rows.order.push_back(k);
    }
    const auto open = static_cast<std::int64_t>(s.rows.order.size());
    const auto rows = s.gather(x, open);
    const auto head = s.head_log_p(inner, rows);
    const auto values = s.values.vector(open);
    for (std::int64_t k = 0; k < open; ++k) {
        std::int64_t& label = best[s.rows.row_at(k)];
        label = argmax(&head(k, 0), s.shape.shortlist());
        values(k) = head(k, label);
    }
    for (std::int64_t i = 0; i < s.shape.clusters(); ++i) {
        const auto tail = s.tail.matrix(open, s.shape.size_of(i));
        s.tail_log_p(inner, i, rows, head, tail);
        for (std::int64_t k = 0; k < open; ++k) {
            const std::int64_t in_tail = argmax(&tail(k, 0), tail.extents[1]);
            if (!larger(tail(k, in_tail), values(k))) continue;
            values(k) = tail(k, in_tail);
            best[s.rows.row_at(k)] = s.shape.begin_of(i) + in_tail;
        }
    }
}

template class adaptive_log_softmax_with_loss<float>;
template class adaptive_log_softmax_with_loss<float, double>;
template class adaptive_log_softmax_with_loss<double>;

}  // namespace gradus
