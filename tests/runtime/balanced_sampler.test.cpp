// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The promises of the sampler are counts, so most tests count; the shuffles are held to chi-square.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gradus/balanced_sampler.hpp>
#include <gradus/error.hpp>

#include "support/catch.hpp"

namespace gradus {
namespace {

using Catch::Matchers::Contains;
using rows = std::vector<std::int64_t>;
using counts = std::vector<std::int64_t>;

/// Labels with the given number of rows of each class, the classes mixed.
std::vector<int> mixed_labels(const std::vector<int>& sizes) {
    std::vector<int> labels;
    for (int round = 0; round < *std::ranges::max_element(sizes); ++round)
        for (int c = static_cast<int>(sizes.size()) - 1; c >= 0; --c)
            if (round < sizes[static_cast<std::size_t>(c)]) labels.push_back(c);
    return labels;
}

rows copy_of(std::span<const std::int64_t> given) { return {given.begin(), given.end()}; }

std::vector<rows> rest_of_epoch(balanced_sampler& sampler) {
    std::vector<rows> minibatches;
    while (!sampler.epoch_ended()) minibatches.push_back(copy_of(sampler.next()));
    return minibatches;
}

/// What a sampler gives in this order of epochs.
std::vector<rows> sequence(balanced_sampler sampler, const std::vector<sampling>& epochs) {
    std::vector<rows> all;
    for (const sampling phase : epochs) {
        sampler.start_epoch(phase);
        for (const rows& minibatch : rest_of_epoch(sampler)) all.push_back(minibatch);
    }
    return all;
}

rows joined(const std::vector<rows>& lists) {
    rows all;
    for (const rows& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

rows sorted(rows list) {
    std::ranges::sort(list);
    return list;
}

counts count_rows(const rows& given, std::size_t samples) {
    counts seen(samples, 0);
    for (const std::int64_t row : given) ++seen.at(static_cast<std::size_t>(row));
    return seen;
}

counts count_labels(const rows& given, const std::vector<int>& labels, std::size_t classes) {
    counts seen(classes, 0);
    for (const std::int64_t row : given) ++seen[static_cast<std::size_t>(labels.at(static_cast<std::size_t>(row)))];
    return seen;
}

/// Whether each row of class c was seen ⌊draws / n⌋ or ⌈draws / n⌉ times, n being the size of the class.
bool evenly_seen(const counts& seen, const std::vector<int>& labels, const std::vector<int>& sizes,
                 std::int64_t draws) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::int64_t size = sizes[static_cast<std::size_t>(labels[row])];
        if (seen[row] < draws / size || seen[row] > (draws + size - 1) / size) return false;
    }
    return true;
}

std::string message_of(const auto& action) {
    try {
        action();
    } catch (const error& e) {
        return e.what();
    }
    return "no error";
}

constexpr auto balanced = sampling::balanced;
constexpr auto natural = sampling::natural;
const std::vector<int> sizes{23, 7, 1, 22, 12};

// ---- what a balanced epoch gives

TEST_CASE("every minibatch holds the same number of rows of each class") {
    const std::vector<int> labels = mixed_labels(sizes);
    for (const int per_class : {1, 2, 5, 23, 100}) {
        balanced_sampler sampler(labels, {.per_class = per_class, .seed = 3});
        for (int epoch = 0; epoch < 3; ++epoch, sampler.start_epoch()) {
            std::int64_t left = 23;
            for (const rows& minibatch : rest_of_epoch(sampler)) {
                const std::int64_t each = std::min<std::int64_t>(per_class, left);
                CHECK(count_labels(minibatch, labels, 5) == counts(5, each));
                left -= each;
            }
            CHECK(left == 0);
        }
    }
}

TEST_CASE("a minibatch takes the classes in turn") {
    const std::vector<int> labels = mixed_labels(sizes);
    balanced_sampler sampler(labels, {.per_class = 2});
    std::vector<int> classes;
    for (const std::int64_t row : sampler.next()) classes.push_back(labels[static_cast<std::size_t>(row)]);
    CHECK(classes == std::vector<int>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
}

TEST_CASE("an epoch gives each row of the largest class once and those of the others floor or ceil times") {
    const std::vector<int> labels = mixed_labels(sizes);
    for (const int per_class : {1, 3, 8}) {
        balanced_sampler sampler(labels, {.per_class = per_class, .seed = 11});
        for (int epoch = 0; epoch < 30; ++epoch, sampler.start_epoch()) {
            const counts seen = count_rows(joined(rest_of_epoch(sampler)), labels.size());
            CHECK(evenly_seen(seen, labels, sizes, 23));  // for the largest class: exactly once
            CHECK(*std::ranges::min_element(seen) >= 1);
        }
    }
}

TEST_CASE("over all epochs too the rows of a class are seen equally often but for one") {
    const std::vector<int> labels = mixed_labels(sizes);
    balanced_sampler sampler(labels, {.per_class = 4, .seed = 5});
    rows given;
    for (std::int64_t epoch = 1; epoch <= 40; ++epoch) {
        for (const std::int64_t row : joined(rest_of_epoch(sampler))) given.push_back(row);
        CHECK(evenly_seen(count_rows(given, labels.size()), labels, sizes, 23 * epoch));
        sampler.start_epoch(natural);  // moves no buffer
        rest_of_epoch(sampler);
        sampler.start_epoch(balanced);
    }
}

TEST_CASE("an epoch has as many minibatches as it takes to see the largest class") {
    const std::vector<int> labels = mixed_labels(sizes);
    const auto minibatches = [&](std::int64_t per_class) {
        return balanced_sampler(labels, {.per_class = per_class}).minibatches();
    };
    CHECK(minibatches(1) == 23);
    CHECK(minibatches(22) == 2);
    CHECK(minibatches(23) == 1);
    CHECK(minibatches(std::numeric_limits<std::int64_t>::max()) == 1);
}

TEST_CASE("classes of equal size are each seen exactly once an epoch") {
    const std::vector<int> labels = mixed_labels({6, 6, 6});
    balanced_sampler sampler(labels, {.per_class = 2});
    CHECK(count_rows(joined(rest_of_epoch(sampler)), 18) == counts(18, 1));
}

TEST_CASE("one class and one row are the smallest data set") {
    balanced_sampler sampler({0});
    CHECK(rest_of_epoch(sampler) == std::vector<rows>{{0}});
    sampler.start_epoch(natural);
    CHECK(rest_of_epoch(sampler) == std::vector<rows>{{0}});
}

// ---- the natural phase

TEST_CASE("a natural epoch gives every row exactly once in minibatches of the same size") {
    const std::vector<int> labels = mixed_labels(sizes);
    balanced_sampler sampler(labels, {.per_class = 2, .seed = 1});
    for (int epoch = 0; epoch < 4; ++epoch) {
        sampler.start_epoch(natural);
        const std::vector<rows> minibatches = rest_of_epoch(sampler);
        CHECK(count_rows(joined(minibatches), 65) == counts(65, 1));
        REQUIRE(minibatches.size() == 7);
        for (std::size_t i = 0; i < 6; ++i) CHECK(minibatches[i].size() == 10);
        CHECK(minibatches[6].size() == 5);
    }
}

TEST_CASE("the phase may change at the end of any epoch and before its first minibatch only") {
    balanced_sampler sampler(mixed_labels({3, 2}));
    sampler.start_epoch(natural);
    CHECK(sampler.state().phase == natural);
    sampler.start_epoch(balanced);
    CHECK(sampler.state() == balanced_sampler(mixed_labels({3, 2})).state());
    sampler.next();
    const sampler_state within = sampler.state();
    CHECK(message_of([&] { sampler.start_epoch(natural); }) ==
          "gradus: start_epoch within an epoch: 1 of its 3 minibatches were given, call next until epoch_ended()");
    CHECK(sampler.state() == within);
    rest_of_epoch(sampler);
    CHECK(message_of([&] { sampler.next(); }) ==
          "gradus: the epoch has ended after 3 minibatches: call start_epoch before next");
    sampler.start_epoch(natural);
    CHECK(sampler.state().balanced_epochs == 1);
    CHECK_FALSE(sampler.epoch_ended());
}

// ---- reproducible

TEST_CASE("equal seeds give equal sequences, another seed another one") {
    const std::vector<int> labels = mixed_labels(sizes);
    const std::vector<sampling> epochs{balanced, natural, balanced, balanced, natural};
    const auto with_seed = [&](std::uint64_t seed) {
        return sequence(balanced_sampler(labels, {.per_class = 3, .seed = seed}), epochs);
    };
    CHECK(with_seed(7) == with_seed(7));
    CHECK(with_seed(7) != with_seed(8));
    CHECK(with_seed(7) != with_seed(7 + (std::uint64_t{1} << 32)));
}

TEST_CASE("every epoch has an order of its own") {
    const std::vector<int> labels = mixed_labels({40, 40});
    balanced_sampler sampler(labels, {.seed = 2});
    for (const sampling phase : {balanced, natural}) {
        sampler.start_epoch(phase);
        const rows first = joined(rest_of_epoch(sampler));
        sampler.start_epoch();
        CHECK(first != joined(rest_of_epoch(sampler)));
    }
}

TEST_CASE("how the calls are arranged does not change what is drawn") {
    const std::vector<int> labels = mixed_labels(sizes);
    const sampler_options options{.per_class = 2, .seed = 9};
    const auto expected = sequence(balanced_sampler(labels, options), {balanced, balanced});
    balanced_sampler sampler(labels, options);
    std::vector<rows> given;
    while (given.size() < expected.size()) {
        if (sampler.epoch_ended()) sampler.start_epoch();
        balanced_sampler other = sampler;
        const rows minibatch = copy_of(sampler.next());
        CHECK(copy_of(other.next()) == minibatch);
        other.restore(sampler.state());
        sampler = other;
        given.push_back(minibatch);
    }
    CHECK(given == expected);
}

TEST_CASE("the rows do not depend on how many a minibatch takes") {
    const std::vector<int> labels = mixed_labels(sizes);
    const std::vector<sampling> epochs{balanced, natural, balanced};
    CHECK(joined(sequence(balanced_sampler(labels, {.per_class = 1}), epochs)) ==
          joined(sequence(balanced_sampler(labels, {.per_class = 6}), epochs)));
}

TEST_CASE("labels may be integers of any type") {
    const std::vector<int> labels = mixed_labels({5, 3, 4});
    balanced_sampler expected(labels, {.per_class = 2});
    const rows minibatch = copy_of(expected.next());
    const auto agrees = [&]<class T>(T) {
        const std::vector<T> cast(labels.begin(), labels.end());
        balanced_sampler sampler(std::span<const T>(cast), {.per_class = 2});
        return sampler.state() == balanced_sampler(labels, {.per_class = 2}).state() &&
               copy_of(sampler.next()) == minibatch;
    };
    CHECK(agrees(std::int8_t{}));
    CHECK(agrees(std::uint8_t{}));
    CHECK(agrees(std::int64_t{}));
    CHECK(agrees(std::uint64_t{}));
    CHECK_FALSE(std::is_constructible_v<balanced_sampler, std::vector<float>>);
}

// ---- the state

TEST_CASE("a state saved anywhere goes on identically in a new sampler") {
    const std::vector<int> labels = mixed_labels(sizes);
    const sampler_options options{.per_class = 4, .seed = 21};
    for (const sampling phase : {balanced, natural}) {
        balanced_sampler sampler(labels, options);
        for (int epoch = 0; epoch < 3; ++epoch) {
            rest_of_epoch(sampler);
            sampler.start_epoch(phase);
        }
        for (bool ended = false; !ended;) {
            ended = sampler.epoch_ended();
            const std::string text = to_text(sampler.state());
            balanced_sampler resumed(labels, options);
            resumed.restore(read_sampler_state(text));
            CHECK(resumed.state() == sampler.state());
            balanced_sampler original = sampler;
            CHECK(rest_of_epoch(resumed) == rest_of_epoch(original));
            resumed.start_epoch(balanced);
            original.start_epoch(balanced);
            CHECK(rest_of_epoch(resumed) == rest_of_epoch(original));
            if (!ended) sampler.next();
        }
    }
}

TEST_CASE("a state of other labels or options is refused and nothing changes") {
    const std::vector<int> labels = mixed_labels({4, 2});
    balanced_sampler sampler(labels, {.per_class = 2, .seed = 1});
    sampler.next();
    const sampler_state before = sampler.state();
    const auto restored_from = [&](const std::vector<int>& other, const sampler_options& options) {
        return message_of([&] { sampler.restore(balanced_sampler(other, options).state()); });
    };
    CHECK(restored_from(labels, {.per_class = 2, .seed = 6}) ==
          "gradus: argument \"state\" comes from a sampler with seed = 6, but this one has 1: restore it into a "
          "sampler of the same labels and options");
    CHECK_THAT(restored_from(labels, {.per_class = 4, .seed = 1}), Contains("with per_class = 4, but this one has 2"));
    CHECK_THAT(restored_from({0, 0, 0, 1, 1, 2}, {.per_class = 2, .seed = 1}),
               Contains("with classes = 3, but this one has 2"));
    CHECK_THAT(restored_from({0, 0, 0, 1, 1}, {.per_class = 2, .seed = 1}),
               Contains("with samples = 5, but this one has 6"));
    std::vector<int> swapped = labels;
    std::swap(swapped[0], swapped[1]);
    CHECK_THAT(restored_from(swapped, {.per_class = 2, .seed = 1}), Contains("with labels = "));
    sampler_state behind = before;
    behind.minibatches = 3;
    CHECK(message_of([&] { sampler.restore(behind); }) ==
          "gradus: argument \"state\" is at minibatch 3 of its epoch, but there are 2");
    CHECK(sampler.state() == before);
}

TEST_CASE("the text of a state reads back, and every damage to it is an error") {
    balanced_sampler sampler(mixed_labels(sizes), {.per_class = 2, .seed = ~std::uint64_t{0}});
    rest_of_epoch(sampler);
    sampler.start_epoch(natural);
    sampler.next();
    const std::string text = to_text(sampler.state());
    CHECK_THAT(
        text, Catch::Matchers::StartsWith("gradus balanced_sampler 1 natural balanced_epochs=1 natural_epochs=0 "
                                          "minibatches=1 seed=18446744073709551615 per_class=2 classes=5 samples=65 "));
    CHECK(read_sampler_state(text) == sampler.state());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string damaged = text;
        damaged[i] = damaged[i] == '1' ? '2' : '1';
        CHECK_THROWS_AS(read_sampler_state(damaged), error);
        CHECK_THROWS_AS(read_sampler_state(text.substr(0, i)), error);
    }
    CHECK_THROWS_AS(read_sampler_state(text + " "), error);
}

TEST_CASE("the errors of a state's text say what is wrong") {
    const auto reading = [](std::string_view text) { return message_of([&] { read_sampler_state(text); }); };
    CHECK(reading("{}") ==
          "gradus: argument \"text\" is no state of a balanced_sampler: it must begin with "
          "\"gradus balanced_sampler \"");
    CHECK(reading("gradus balanced_sampler 2 balanced") ==
          "gradus: argument \"text\" has version \"2\", but this library reads version 1");
    CHECK(reading("gradus balanced_sampler 1 balanced") ==
          "gradus: argument \"text\" is damaged: its numbers disagree with its checksum, or something was cut or "
          "added");
}

// ---- several workers

TEST_CASE("the parts of the workers are disjoint, balanced and together the whole minibatch") {
    const std::vector<int> labels = mixed_labels(sizes);
    for (const std::int64_t workers : {1, 2, 3, 6}) {
        balanced_sampler whole(labels, {.per_class = 6, .seed = 4});
        std::vector<balanced_sampler> parts;
        for (std::int64_t w = 0; w < workers; ++w)
            parts.emplace_back(labels, sampler_options{.per_class = 6, .seed = 4, .worker = w, .workers = workers});
        for (const sampling phase : {balanced, balanced, natural}) {
            whole.start_epoch(phase);
            for (balanced_sampler& part : parts) part.start_epoch(phase);
            while (!whole.epoch_ended()) {
                const rows expected = copy_of(whole.next());
                rows together;
                for (balanced_sampler& part : parts) {
                    const rows share = copy_of(part.next());
                    CHECK(part.state() == whole.state());
                    together.insert(together.end(), share.begin(), share.end());
                    if (phase == natural) continue;
                    const counts of_class = count_labels(share, labels, 5);
                    CHECK(of_class == counts(5, of_class[0]));
                    if (!whole.epoch_ended()) CHECK(of_class[0] == 6 / workers);
                }
                CHECK(sorted(together) == sorted(expected));
            }
            for (const balanced_sampler& part : parts) CHECK(part.epoch_ended());
        }
    }
}

TEST_CASE("a state goes on with another number of workers") {
    const std::vector<int> labels = mixed_labels(sizes);
    balanced_sampler alone(labels, {.per_class = 4, .seed = 2});
    alone.next();
    rows together;
    for (std::int64_t w = 0; w < 2; ++w) {
        balanced_sampler part(labels, {.per_class = 4, .seed = 2, .worker = w, .workers = 2});
        part.restore(alone.state());
        for (const std::int64_t row : part.next()) together.push_back(row);
    }
    CHECK(sorted(together) == sorted(copy_of(alone.next())));
}

// ---- wrong input

std::string made_with(const std::vector<std::int64_t>& labels, const sampler_options& options = {}) {
    return message_of([&] { balanced_sampler(labels, options); });
}

TEST_CASE("wrong labels are errors that name value and row") {
    CHECK(made_with({}) == "gradus: argument \"labels\" is empty, but a sampler needs a row of each class");
    CHECK(made_with({0, 1, -2, 1}) == "gradus: argument \"labels\" holds -2 at row 2, but classes are counted from 0");
    CHECK(made_with({0, 1, 2, 5}, {.classes = 3}) ==
          "gradus: argument \"labels\" holds 5 at row 3, but classes are 0 ... 2: give a larger \"classes\", or 0");
    CHECK(made_with({0, 1, 3}) ==
          "gradus: argument \"labels\" has no row of class 2 among 4 classes: leave that class out, or number the "
          "classes that occur");
    CHECK_THAT(made_with({0, 1}, {.classes = 3}), Contains("no row of class 2 among 3 classes"));
    CHECK_THAT(made_with({0, std::numeric_limits<std::int64_t>::max()}),
               Contains("no row of class 1 among 9223372036854775808 classes"));
    CHECK(message_of([] {
              balanced_sampler(std::vector<std::uint64_t>{0, ~std::uint64_t{0}});
          }) == "gradus: argument \"labels\" holds 18446744073709551615 at row 1, but labels lie below 2^63");
}

TEST_CASE("wrong options are errors that name the option") {
    CHECK(made_with({0, 1}, {.per_class = 0}) ==
          "gradus: option \"per_class\" is 0, but a minibatch takes at least 1 row of each class");
    CHECK_THAT(made_with({0, 1}, {.classes = -1}), Contains("option \"classes\" is -1"));
    CHECK(made_with({0, 1}, {.workers = 0}) == "gradus: option \"workers\" is 0, but there is at least 1");
    CHECK(made_with({0, 1}, {.per_class = 2, .worker = 2, .workers = 2}) ==
          "gradus: option \"worker\" is 2, but workers are 0 ... 1");
    CHECK_THAT(made_with({0, 1}, {.worker = -1}), Contains("option \"worker\" is -1, but workers are 0 ... 0"));
    CHECK(made_with({0, 1}, {.per_class = 3, .workers = 2}) ==
          "gradus: option \"per_class\" is 3, but must be a multiple of \"workers\", 2: each takes the same number of "
          "rows of each class");
}

// ---- the frequencies

TEST_CASE("class sizes and log priors are those of the labels") {
    const balanced_sampler sampler(mixed_labels({6, 3, 1}));
    CHECK(copy_of(sampler.class_sizes()) == rows{6, 3, 1});
    const std::vector<float> logs = sampler.log_priors();
    REQUIRE(logs.size() == 3);
    CHECK(logs[0] == static_cast<float>(std::log(0.6)));
    CHECK(logs[1] == static_cast<float>(std::log(0.3)));
    CHECK(logs[2] == static_cast<float>(std::log(0.1)));
}

// ---- the shuffles

/// The sum of (seen − expected)² / expected, less its mean `freedom`, in its standard deviations √(2 freedom).
double chi_square(const std::map<rows, int>& seen, double outcomes, int draws, double freedom) {
    const double expected = draws / outcomes;
    double sum = (outcomes - static_cast<double>(seen.size())) * expected;
    for (const auto& [what, count] : seen) sum += (count - expected) * (count - expected) / expected;
    return (sum - freedom) / std::sqrt(2 * freedom);
}

TEST_CASE("all orders of a lap are equally frequent in either phase") {
    for (const sampling phase : {balanced, natural}) {
        balanced_sampler sampler({0, 0, 0, 0}, {.seed = 77});
        std::map<rows, int> seen;
        for (int epoch = 0; epoch < 24000; ++epoch) {
            sampler.start_epoch(phase);
            ++seen[joined(rest_of_epoch(sampler))];
        }
        CHECK(std::abs(chi_square(seen, 24, 24000, 23)) < 5);
    }
}

TEST_CASE("each row of a class comes equally often at each place of a lap") {
    balanced_sampler sampler(mixed_labels({14, 7}), {.per_class = 14, .seed = 78});
    std::map<rows, int> seen;
    for (int epoch = 0; epoch < 5000; ++epoch, sampler.start_epoch()) {
        const auto minibatch = sampler.next();
        for (std::int64_t draw = 0; draw < 14; ++draw)
            ++seen[{draw % 7, minibatch[static_cast<std::size_t>(2 * draw + 1)]}];
    }
    CHECK(std::abs(chi_square(seen, 49, 70000, 36)) < 5);
}

TEST_CASE("laps that follow each other are independent, and so are those of different classes") {
    balanced_sampler sampler(mixed_labels({10, 5, 5}), {.per_class = 10, .seed = 79});
    std::map<rows, int> laps, classes, epochs;
    std::int64_t before = -1;
    for (int epoch = 0; epoch < 20000; ++epoch, sampler.start_epoch()) {
        const auto minibatch = sampler.next();
        const std::int64_t first = minibatch[1], second = minibatch[3 * 5 + 1], other = minibatch[2];
        ++laps[{first, second}];
        ++classes[{first, other}];
        if (before >= 0) ++epochs[{before, second}];
        before = first;
    }
    CHECK(std::abs(chi_square(laps, 25, 20000, 24)) < 5);
    CHECK(std::abs(chi_square(classes, 25, 20000, 24)) < 5);
    CHECK(std::abs(chi_square(epochs, 25, 19999, 24)) < 5);
}

TEST_CASE("the check of uniformity rejects an order that comes too often") {
    std::map<rows, int> seen;
    for (std::int64_t order = 0; order < 24; ++order) seen[{order}] = 1000;
    seen[{0}] += 300;
    CHECK(chi_square(seen, 24, 24300, 23) > 5);
}

TEST_CASE("which rows a class gives once more in the first epoch differs with the seed, each equally often") {
    const std::vector<int> labels = mixed_labels({6, 5});
    std::map<rows, int> twice;
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        balanced_sampler sampler(labels, {.per_class = 6, .seed = seed});
        const counts seen = count_rows(joined(rest_of_epoch(sampler)), labels.size());
        ++twice[{std::ranges::max_element(seen) - seen.begin()}];
    }
    CHECK(std::abs(chi_square(twice, 5, 5000, 4)) < 5);
}

}  // namespace
}  // namespace gradus
