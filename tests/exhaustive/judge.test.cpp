// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The judge finds what is planted, and covers what it says.
#include "exhaustive/judge.hpp"

#include <algorithm>
#include <set>

#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::exhaustive;

namespace {

constexpr settings sample{.every = 65537, .peers_every = 0};

subject row_named(const std::string& name) {
    for (subject& one : subjects())
        if (one.about.name == name) return std::move(one);
    FAIL("no row is named " << name);
    return {};
}
outcome judged(const subject& one) { return judge(one, input_set(sample.every, one.about.kinks), sample); }

/// The kernel, but for `change` of its result at one input.
template <class Change>
kernel_call planted(kernel_call kernel, float at, Change change) {
    return [=](std::span<const float> x, std::span<float> result) {
        kernel(x, result);
        for (std::size_t i = 0; i < x.size(); ++i)
            if (std::bit_cast<std::uint32_t>(x[i]) == std::bit_cast<std::uint32_t>(at)) result[i] = change(result[i]);
    };
}
float three_steps_up(float y) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(y) + 3); }

}  // namespace

TEST_CASE("a kernel off by 3 ULP at one input is found there") {
    const float at = float_of(65537U * 16000U);
    subject one = row_named("sqrt");
    REQUIRE(holds(one, judged(one)));
    subject wrong = one;
    wrong.value = planted(one.value, at, three_steps_up);
    const outcome found = judged(wrong);
    CHECK_FALSE(holds(wrong, found));
    CHECK(float_of(found.value.worst.front().pattern) == at);
    CHECK(found.value.maximum() >= 2.5);
    CHECK(found.value.maximum() <= 3.6);
    CHECK(found.value.histogram[4] == 1);
    CHECK(found.value.histogram[5] == 0);
    wrong = one;
    wrong.slope = planted(one.slope, at, three_steps_up);
    CHECK_FALSE(holds(wrong, judged(wrong)));
}

TEST_CASE("a wrong NaN, infinity or sign of zero is an infinite error") {
    const subject one = row_named("relu");
    REQUIRE(holds(one, judged(one)));
    const auto error_with = [&](float at, float result) {
        subject wrong = one;
        wrong.value = planted(one.value, at, [=](float) { return result; });
        return judged(wrong).value.maximum();
    };
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isinf(error_with(1, nan)));
    CHECK(std::isinf(error_with(float_of(0x7fc00000U), 0)));
    CHECK(std::isinf(error_with(-1, -0.0F)));
    CHECK(std::isinf(error_with(infinity, 1)));
    CHECK(error_with(1, infinity) > 1e9);
}

TEST_CASE("the plain formulas are judged on the same inputs") {
    subject one = row_named("sigmoid");
    const outcome found = judge(one, input_set(sample.every, {}), {.every = sample.every});
    CHECK(found.plain_slope.count == found.slope.count);
    CHECK(found.plain_slope.maximum() > 1e6);
}

TEST_CASE("libmvec's exponential agrees with the C library's, rests of a vector included") {
    const vector_function f = libmvec_function("expf");
    CHECK_FALSE(libmvec_function(nullptr));
    CHECK_FALSE(libmvec_function("no_such_function"));
    if (!f) {
        WARN("no libmvec here");
        return;
    }
    std::vector<float> x, result(37);
    for (int i = 0; i < 37; ++i) x.push_back(static_cast<float>(i - 18));
    f(x, result.data());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(result[i] == Approx(std::exp(x[i])).epsilon(1e-6));
}

TEST_CASE("a complete set is every bit pattern in order; a sample has every binade and the kinks' neighbours") {
    const input_set complete(1, {});
    CHECK(complete.size() == input_set::patterns);
    for (const std::uint32_t pattern : {0U, 1U, 0x3f800000U, 0x7f800000U, 0x80000000U, 0xff7fffffU})
        CHECK(std::bit_cast<std::uint32_t>(complete[pattern]) == pattern);

    const std::vector<float> kinks{0.7F};
    const input_set some(1'000'003, kinks);
    std::set<std::uint32_t> patterns, heads;
    for (std::uint64_t i = 0; i < some.size(); ++i) {
        const auto pattern = std::bit_cast<std::uint32_t>(some[i]);
        patterns.insert(pattern);
        heads.insert(pattern >> 23);
    }
    CHECK(heads.size() == 512);
    const auto kink = std::bit_cast<std::uint32_t>(0.7F);
    for (const std::uint32_t pattern : {kink - 1, kink, kink + 1, 0U, 0x80000000U, 0x7fc00000U})
        CHECK(patterns.count(pattern) == 1);
}

TEST_CASE("tallies do not depend on the order of their parts") {
    std::vector<miss> misses;
    for (std::uint32_t i = 0; i < 64; ++i) misses.push_back({static_cast<double>(i * 7 % 16) / 4, i, 0, 0});
    const auto split_at = [&](std::size_t cut) {
        tally first, second;
        for (std::size_t i = 0; i < misses.size(); ++i) {
            tally& part = i < cut ? first : second;
            part.count_errors(std::span(&misses[i].error, 1));
            part.keep(misses[i]);
        }
        second.add(first);
        return second;
    };
    const tally whole = split_at(0);
    CHECK(whole.count == 64);
    CHECK(whole.maximum() == 3.75);
    CHECK(whole.worst[1].pattern > whole.worst[0].pattern);
    for (const std::size_t cut : {1U, 20U, 63U, 64U}) {
        const tally other = split_at(cut);
        CHECK(other.histogram == whole.histogram);
        REQUIRE(other.worst.size() == whole.worst.size());
        for (std::size_t i = 0; i < whole.worst.size(); ++i) CHECK(other.worst[i].pattern == whole.worst[i].pattern);
    }
}
