// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Both phases are one mechanism: in each minibatch every buffer is drawn from equally often. A balanced
// epoch has a buffer for each class, a natural one has a single buffer of all rows.
//
// In an epoch that draws N rows from a buffer of n, draw j is place j mod n of lap j / n. A lap holds the
// next n rows of the buffer's fixed circular order (the last lap of the epoch: the next N mod n) in an
// order drawn from (seed, buffer, epoch, lap); hence the promises on counts in the header. Nothing but
// the current lap is stored, and that is computed again from the position.
#include <gradus/balanced_sampler.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <gradus/error.hpp>
#include <gradus/philox.hpp>

#include "state_fields.hpp"

namespace gradus {
namespace {

/// Keys below the seed's, one for each use.
enum class stream_of : std::uint64_t { orders, balanced, natural, digest };

std::uint64_t stream(std::uint64_t seed, stream_of use, std::size_t buffer = 0) {
    return random_bits(seed, static_cast<std::uint64_t>(use), buffer);
}

/// Fisher and Yates. Of m choices each has probability 1 / m up to a part of m / 2^64.
void shuffle(std::span<std::int64_t> rows, std::uint64_t key) {
    for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random_bits(key, i) % i]);
}

std::uint64_t digest(std::span<const std::int64_t> labels) {
    std::uint64_t sum = stream(0, stream_of::digest);
    for (const std::int64_t label : labels) sum = random_bits(sum, static_cast<std::uint64_t>(label));
    return sum;
}

void check_options(const sampler_options& options) {
    if (options.per_class < 1)
        throw error(fmt::format("option \"per_class\" is {}, but a minibatch takes at least 1 row of each class",
                                options.per_class));
    if (options.classes < 0)
        throw error(
            fmt::format("option \"classes\" is {}, but a number of classes is positive (or 0: taken from the "
                        "labels)",
                        options.classes));
    if (options.workers < 1)
        throw error(fmt::format("option \"workers\" is {}, but there is at least 1", options.workers));
    if (options.worker < 0 || options.worker >= options.workers)
        throw error(
            fmt::format("option \"worker\" is {}, but workers are 0 ... {}", options.worker, options.workers - 1));
    if (options.per_class % options.workers != 0)
        throw error(
            fmt::format("option \"per_class\" is {}, but must be a multiple of \"workers\", {}: each takes the "
                        "same number of rows of each class",
                        options.per_class, options.workers));
}

/// The number of classes, given or taken from the labels, all of which lie below it.
std::uint64_t check_labels(std::span<const std::int64_t> labels, std::int64_t classes) {
    if (labels.empty()) throw error("argument \"labels\" is empty, but a sampler needs a row of each class");
    const auto [least, most] = std::ranges::minmax_element(labels);
    if (*least < 0)
        throw error(fmt::format("argument \"labels\" holds {} at row {}, but classes are counted from 0", *least,
                                least - labels.begin()));
    if (classes > 0 && *most >= classes)
        throw error(
            fmt::format("argument \"labels\" holds {} at row {}, but classes are 0 ... {}: give a larger "
                        "\"classes\", or 0",
                        *most, most - labels.begin(), classes - 1));
    return static_cast<std::uint64_t>(classes > 0 ? classes - 1 : *most) + 1;
}

/// Looks no further than the first class without a row, for a stray label may be as large as 2^63.
std::vector<std::int64_t> count_classes(std::span<const std::int64_t> labels, std::uint64_t classes) {
    const std::size_t looked_at = std::min<std::size_t>(classes, labels.size() + 1);
    std::vector<std::int64_t> counts(looked_at, 0);
    for (const std::int64_t label : labels)
        if (static_cast<std::size_t>(label) < looked_at) ++counts[static_cast<std::size_t>(label)];
    if (const auto none = std::ranges::find(counts, 0); none != counts.end())
        throw error(
            fmt::format("argument \"labels\" has no row of class {} among {} classes: leave that class out, or "
                        "number the classes that occur",
                        none - counts.begin(), classes));
    return counts;
}

}  // namespace

void detail::fail_label_too_large(std::uint64_t label, std::size_t row) {
    throw error(fmt::format("argument \"labels\" holds {} at row {}, but labels lie below 2^63", label, row));
}

balanced_sampler::balanced_sampler(std::vector<std::int64_t> labels, const sampler_options& options)
    : options_(options) {
    check_options(options);
    class_sizes_ = count_classes(labels, check_labels(labels, options.classes));
    sort_into_buffers(labels);
    state_.seed = options.seed;
    state_.per_class = static_cast<std::uint64_t>(options.per_class);
    state_.classes = class_sizes_.size();
    state_.samples = labels.size();
    state_.labels = digest(labels);
}

void balanced_sampler::sort_into_buffers(std::span<const std::int64_t> labels) {
    std::vector<std::size_t> next;
    std::size_t first = 0;
    for (const std::int64_t size : class_sizes_) {
        const std::size_t c = classes_.size();
        classes_.push_back({first, static_cast<std::size_t>(size), stream(options_.seed, stream_of::balanced, c)});
        next.push_back(first);
        first += static_cast<std::size_t>(size);
    }
    all_ = {0, labels.size(), stream(options_.seed, stream_of::natural)};
    order_.resize(labels.size());
    lap_.resize(labels.size());
    for (std::size_t row = 0; row < labels.size(); ++row)
        order_[next[static_cast<std::size_t>(labels[row])]++] = static_cast<std::int64_t>(row);
    for (std::size_t c = 0; c < classes_.size(); ++c)
        shuffle(std::span(order_).subspan(classes_[c].first, classes_[c].size),
                stream(options_.seed, stream_of::orders, c));
}

std::span<const balanced_sampler::buffer> balanced_sampler::buffers() const {
    if (state_.phase == sampling::natural) return {&all_, 1};
    return classes_;
}

/// The number of rows that the current epoch draws from each buffer.
std::int64_t balanced_sampler::epoch_draws() const {
    return state_.phase == sampling::natural ? static_cast<std::int64_t>(order_.size())
                                             : *std::ranges::max_element(class_sizes_);
}

/// The number of rows that a minibatch draws from each buffer.
std::int64_t balanced_sampler::minibatch_draws() const {
    const std::int64_t draws = std::min(options_.per_class, epoch_draws());
    return state_.phase == sampling::natural ? draws * std::ssize(classes_) : draws;
}

std::int64_t balanced_sampler::minibatches() const {
    return (epoch_draws() + minibatch_draws() - 1) / minibatch_draws();
}

/// The number of epochs of the current phase before the current one.
std::uint64_t balanced_sampler::epoch() const {
    return state_.phase == sampling::natural ? state_.natural_epochs : state_.balanced_epochs;
}

/// Writes the lap that draw number `drawn` belongs to.
void balanced_sampler::fill_lap(const buffer& from, std::size_t drawn) {
    const auto draws = static_cast<std::size_t>(epoch_draws());
    const std::size_t number = drawn / from.size;
    const std::size_t rows = std::min(from.size, draws - number * from.size);
    const std::size_t start = epoch() % from.size * (draws % from.size) % from.size;
    for (std::size_t i = 0; i < rows; ++i) lap_[from.first + i] = order_[from.first + (start + i) % from.size];
    shuffle(std::span(lap_).subspan(from.first, rows), random_bits(from.stream, epoch(), number));
}

std::span<const std::int64_t> balanced_sampler::next() {
    if (epoch_ended())
        throw error(
            fmt::format("the epoch has ended after {} minibatches: call start_epoch before next", state_.minibatches));
    const std::int64_t first = static_cast<std::int64_t>(state_.minibatches) * minibatch_draws();
    const std::int64_t last = std::min(first + minibatch_draws(), epoch_draws());
    minibatch_.clear();
    for (std::int64_t draw = first; draw < last; ++draw) {
        const bool ours = (draw - first) % options_.workers == options_.worker;
        for (const buffer& from : buffers()) {
            const std::size_t place = static_cast<std::size_t>(draw) % from.size;
            if (place == 0) fill_lap(from, static_cast<std::size_t>(draw));
            if (ours) minibatch_.push_back(lap_[from.first + place]);
        }
    }
    ++state_.minibatches;
    return minibatch_;
}

void balanced_sampler::start_epoch(sampling phase) {
    if (state_.minibatches != 0) {
        if (!epoch_ended())
            throw error(
                fmt::format("start_epoch within an epoch: {} of its {} minibatches were given, call next until "
                            "epoch_ended()",
                            state_.minibatches, minibatches()));
        ++(state_.phase == sampling::natural ? state_.natural_epochs : state_.balanced_epochs);
    }
    state_.phase = phase;
    state_.minibatches = 0;
}

void balanced_sampler::restore(const sampler_state& state) {
    for (const state_field& field : origin_fields)
        if (state.*field.member != state_.*field.member)
            throw error(
                fmt::format("argument \"state\" comes from a sampler with {} = {}, but this one has {}: restore "
                            "it into a sampler of the same labels and options",
                            field.name, state.*field.member, state_.*field.member));
    balanced_sampler restored = *this;
    restored.state_ = state;
    if (state.minibatches > static_cast<std::uint64_t>(restored.minibatches()))
        throw error(fmt::format("argument \"state\" is at minibatch {} of its epoch, but there are {}",
                                state.minibatches, restored.minibatches()));
    const std::int64_t drawn = static_cast<std::int64_t>(state.minibatches) * restored.minibatch_draws();
    if (!restored.epoch_ended())
        for (const buffer& from : restored.buffers()) restored.fill_lap(from, static_cast<std::size_t>(drawn));
    *this = std::move(restored);
}

std::vector<float> balanced_sampler::log_priors() const {
    std::vector<float> logs;
    for (const std::int64_t size : class_sizes_)
        logs.push_back(static_cast<float>(std::log(static_cast<double>(size) / static_cast<double>(order_.size()))));
    return logs;
}

}  // namespace gradus
