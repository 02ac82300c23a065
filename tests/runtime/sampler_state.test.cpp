// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/sampler_state.hpp>

#include "runtime/row_counts.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using namespace testing;
using Catch::Matchers::Contains;

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

}  // namespace
}  // namespace gradus
