// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shuffles are held to chi-square with fixed seeds; that the check can fail is a test too.
#include <cmath>
#include <map>

#include "runtime/row_counts.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using namespace testing;

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
