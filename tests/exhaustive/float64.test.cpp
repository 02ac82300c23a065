// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The judge of float64 kernels finds what is planted, and its oracle's bounds hold.
#include "exhaustive/float64.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::exhaustive;

namespace {

subject row_named(const std::string& name) {
    for (subject& one : subjects())
        if (one.about.name == name) return std::move(one);
    FAIL("no row is named " << name);
    return {};
}

/// The kernel, but for its result at one input.
float64_call planted(float64_call kernel, double at, double result) {
    return [=](std::span<const double> x, std::span<double> to) {
        kernel(x, to);
        for (std::size_t i = 0; i < x.size(); ++i)
            if (std::bit_cast<std::uint64_t>(x[i]) == std::bit_cast<std::uint64_t>(at)) to[i] = result;
    };
}

}  // namespace

TEST_CASE("the long oracle's bounds enclose the exact values, and leave a few results to 512 bits") {
    for (const subject& one : subjects()) {
        std::size_t open = 0, tried = 0;
        for (std::uint64_t i = 0; i < 300; ++i) {
            const double x = random_input(i);
            const bool periodic = one.about.name == "sin" || one.about.name == "cos";
            if (!std::isfinite(x) || (periodic && std::fabs(x) > 0x1p300)) continue;  // beyond, 512 bits are too few
            const long_bounded fast = one.longer(x).value;
            const exact slow = one.slow(exact(x)).value;
            INFO(one.about.name << " of " << x);
            if (std::isnan(fast.v) || isnan(slow)) {
                CHECK((std::isnan(fast.v) && isnan(slow)));
                continue;
            }
            ++tried;
            if (std::isinf(fast.v)) {
                CHECK(abs(slow) > exact(std::numeric_limits<double>::max()));
            } else {
                CHECK(abs(slow - exact(fast.v)) <= exact(fast.e * (1 + 0x1p-40L)));
                open += fast.e > std::fabs(fast.v) * 0x1p-58L;
            }
        }
        INFO(one.about.name << ": " << open << " of " << tried);
        CHECK(4 * open <= tried);
    }
}

TEST_CASE("float64 kernels keep their bounds on hard points and random inputs") {
    for (const char* name : {"exp", "log", "tanh", "softsign", "sin", "cos", "erfc", "gelu"}) {
        const subject one = row_named(name);
        const float64_outcome found = judge_float64(one, 20000);
        INFO(name << ": " << found.worst.error << " ULP at " << found.worst.x);
        CHECK(found.count == 20000 + hard_points(one.about.kinks).size());
        CHECK(found.worst.error <= one.about.float64_bound);
        CHECK(found.worst.error > 0.25);
    }
}

TEST_CASE("a float64 result that is wrong at one input is found there") {
    subject one = row_named("exp");
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    const auto found_with = [&](double at, double result) {
        subject wrong = one;
        wrong.value64 = planted(one.value64, at, result);
        return judge_float64(wrong, 1000).worst;
    };
    const double at = random_input(700), up = std::nextafter(std::nextafter(std::nextafter(1.0, 2), 2), 2);
    CHECK(found_with(0.0, up).error == Approx(3).margin(0.02));
    CHECK(found_with(0.0, up).x == 0);
    REQUIRE(std::isfinite(at));
    CHECK(std::isinf(found_with(at, nan).error));
    CHECK(found_with(at, nan).x == at);
    CHECK(std::isinf(found_with(inf, 1).error));
    CHECK(std::isinf(found_with(nan, 1).error));
}

TEST_CASE("the hard points hold the nearest multiple of a quarter turn and the neighbours of kinks") {
    const float kink = 20;
    const std::vector<double> points = hard_points(std::span(&kink, 1));
    for (const double x : {0x1.6ac5b262ca1ffp+849, 20.0, std::nextafter(20.0, 0), 0.0, 0x1p-1074, 0x1p1023})
        for (const double y : {x, -x})
            CHECK(std::ranges::any_of(
                points, [&](double p) { return std::bit_cast<std::uint64_t>(p) == std::bit_cast<std::uint64_t>(y); }));
}
