// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cmath>
#include <limits>

#include "runtime/row_counts.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using namespace testing;
using Catch::Matchers::Contains;

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

}  // namespace
}  // namespace gradus
