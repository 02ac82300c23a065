// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// balanced_sampler: which rows of an imbalanced data set make the next minibatch. Every class has a
// circular buffer of its rows, and each minibatch takes the same number from every buffer.
//
// A balanced epoch draws N rows from every class, N being the size of the largest one, which so is seen
// exactly once; a class of n rows goes around N / n times, and each of its rows is drawn ⌊N / n⌋ or
// ⌈N / n⌉ times. Each lap through a buffer is shuffled anew. The next epoch reads on where the buffer
// stopped, so that also over all balanced epochs together the rows of a class are drawn equally often,
// but for one.
// The last minibatch of an epoch is smaller where per_class does not divide N: it takes what is left of
// the largest class, and as many from every other. No minibatch is ever unequal, no row is left out.
//
// A natural epoch gives every row once, in minibatches of the same size (the last one smaller): a few of
// them at the end let the model meet the true frequencies of the classes again.
//
// Every draw is a pure function of seed, epoch and position (Philox; equal on all machines and compilers).
// Sources: Y. LeCun and A. Canziani, Deep Learning, NYU 2020, week 11 (a buffer for each class, an epoch
// as long as the largest, true frequencies at the end); B. Kang et al., "Decoupling representation and
// classifier for long-tailed recognition", arXiv 1910.09217 (balanced and natural sampling as two phases).
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <gradus/sampler_state.hpp>

namespace gradus {

struct sampler_options {
    std::int64_t per_class = 1;  ///< rows of each class in a minibatch, over all workers; a minibatch has
                                 ///< per_class · classes rows, so its size is always a multiple of classes
    std::uint64_t seed = 0;
    std::int64_t classes = 0;  ///< 0: the largest label and one
    std::int64_t worker = 0;   ///< which part of each minibatch is given, of `workers` disjoint ones
    std::int64_t workers = 1;  ///< divides per_class, so that every part is balanced too
};

namespace detail {
/// A list of integers of any type but bool, one after the other.
template <class Labels>
concept label_list = requires(const Labels& labels) {
    { std::size(labels) } -> std::integral;
    requires std::integral<std::remove_cvref_t<decltype(*std::data(labels))>>;
    requires !std::same_as<std::remove_cvref_t<decltype(*std::data(labels))>, bool>;
};

[[noreturn]] void fail_label_too_large(std::uint64_t label, std::size_t row);

template <label_list Labels>
std::vector<std::int64_t> label_values(const Labels& labels) {
    std::vector<std::int64_t> values;
    values.reserve(static_cast<std::size_t>(std::size(labels)));
    for (const auto label : labels) {
        if (!std::in_range<std::int64_t>(label)) fail_label_too_large(static_cast<std::uint64_t>(label), values.size());
        values.push_back(static_cast<std::int64_t>(label));
    }
    return values;
}
}  // namespace detail

/// A value: copies are independent and go on alike.
///
///     balanced_sampler sampler(labels, {.per_class = 4, .seed = 7});
///     while (!sampler.epoch_ended()) train_on(sampler.next());
///     sampler.start_epoch(sampling::natural);
class balanced_sampler {
public:
    /// Row i has class labels[i]; the labels are copied · Errors: no labels, a label below 0 or not below
    /// `classes`, a class without a row, per_class < 1, workers < 1 or no divisor of per_class, worker
    /// outside 0 … workers − 1.
    template <detail::label_list Labels>
    explicit balanced_sampler(const Labels& labels, const sampler_options& options = {})
        : balanced_sampler(detail::label_values(labels), options) {}
    explicit balanced_sampler(std::vector<std::int64_t> labels, const sampler_options& options = {});

    /// Whether the current epoch has no further minibatch.
    bool epoch_ended() const { return static_cast<std::int64_t>(state_.minibatches) == minibatches(); }

    /// The rows of the next minibatch, valid until the next call: one of class 0, one of class 1, …, then
    /// again from class 0 (in a natural epoch shuffled). A worker gets every workers-th row of each class,
    /// from its own number on; in the last minibatch workers may get unequal shares, or none, so weight
    /// their means by rows (sum_and_weight) · Error: the epoch has ended.
    std::span<const std::int64_t> next();

    /// Ends the current epoch and begins the next one, in the same phase or in another. Before the first
    /// minibatch of an epoch it chooses that epoch's phase · Error: minibatches of the epoch are left.
    void start_epoch(sampling phase);
    void start_epoch() { start_epoch(state_.phase); }

    /// The number of minibatches in the current epoch, the same for every worker.
    std::int64_t minibatches() const;

    const sampler_state& state() const { return state_; }
    /// Goes on where a sampler of the same labels, seed, per_class and classes stood; this one is left as
    /// it is if there is an error · Errors: another origin, a position behind the end of an epoch.
    void restore(const sampler_state& state);

    /// The number of rows of each class.
    std::span<const std::int64_t> class_sizes() const { return class_sizes_; }

    /// log(n_c / n) for each class c. A model trained on balanced minibatches takes all classes to be
    /// equally frequent: these numbers added to its logits give the probabilities under the frequencies of
    /// the data. Subtracted from the logits of a model trained on the data as they are, they favour the
    /// mean recall · Menon et al., arXiv 2007.07314.
    std::vector<float> log_priors() const;

private:
    /// A circular buffer: rows order_[first] … order_[first + size − 1].
    struct buffer {
        std::size_t first, size;
        std::uint64_t stream;  ///< the key of its shuffles
    };

    std::span<const buffer> buffers() const;
    std::int64_t epoch_draws() const;
    std::int64_t minibatch_draws() const;
    std::uint64_t epoch() const;
    void sort_into_buffers(std::span<const std::int64_t> labels);
    void fill_lap(const buffer& from, std::size_t drawn);

    sampler_options options_;
    sampler_state state_;
    std::vector<std::int64_t> class_sizes_;
    std::vector<buffer> classes_;
    buffer all_{};
    std::vector<std::int64_t> order_;  ///< rows by class, each class in the order of its buffer
    std::vector<std::int64_t> lap_;    ///< the current lap of each buffer, in its place in order_
    std::vector<std::int64_t> minibatch_;
};

}  // namespace gradus
