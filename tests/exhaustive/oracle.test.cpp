// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The oracle is right: its fast half encloses its slow half, its derivatives are the limits of its differences,
// its values are the tables', and no function of one input is without a row.
#include <algorithm>
#include <random>
#include <set>

#include <boost/hana/for_each.hpp>
#include <gradus/catalogue.hpp>

#include "exhaustive/inputs.hpp"
#include "exhaustive/subject.hpp"
#include "support/catch.hpp"
#include "support/ulp.hpp"

using namespace gradus;
using namespace gradus::exhaustive;

namespace {

/// Of every size, and denser where functions bend.
std::vector<float> samples() {
    std::mt19937 random(5);
    std::vector<float> x;
    for (int i = 0; i < 150; ++i) {
        const float any = float_of(static_cast<std::uint32_t>(random()));
        if (std::isfinite(any)) x.push_back(any);
    }
    for (const float size : {0.5F, 3.0F, 15.0F, 100.0F})
        for (int i = 0; i < 50; ++i) x.push_back(std::uniform_real_distribution<float>(-size, size)(random));
    for (const float one : {0.0F, 1.0F, 6.5F, 20.5F, std::numeric_limits<float>::max()}) {
        x.push_back(one);
        x.push_back(-one);
    }
    return x;
}

bool encloses(bounded fast, const exact& slow) {
    if (std::isnan(fast.v) || isnan(slow)) return std::isnan(fast.v) && isnan(slow);
    if (std::isinf(fast.v)) return slow * (fast.v > 0 ? 1 : -1) > exact(std::numeric_limits<double>::max());
    return abs(slow - exact(fast.v)) <= exact(fast.e * (1 + 0x1p-40));
}

bool near_a_kink(const subject& one, float x) {
    return std::ranges::any_of(one.about.kinks, [&](float kink) { return std::fabs(x - kink) < 1e-3F; });
}

exact truth(const char* name, float x) {
    for (const subject& one : subjects())
        if (one.about.name == name) return one.slow(exact(x)).value;
    FAIL("no row is named " << name);
    return 0;
}

}  // namespace

TEST_CASE("the fast oracle's bounds enclose the exact values, and seldom leave 1/64 ULP open") {
    const std::vector<float> x = samples();
    for (const subject& one : subjects()) {
        std::vector<both<bounded>> fast(x.size());
        one.fast(x, fast.data());
        std::size_t open = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const both<exact> slow = one.slow(exact(x[i]));
            INFO(one.about.name << " at " << std::hexfloat << x[i] << ": " << fast[i].value.v << " ± "
                                << fast[i].value.e << ", derivative " << fast[i].slope.v << " ± " << fast[i].slope.e);
            CHECK(encloses(fast[i].value, slow.value));
            CHECK(encloses(fast[i].slope, slow.slope));
            for (const bounded b : {fast[i].value, fast[i].slope})
                open += std::isfinite(b.v) && !(b.e * 64 <= testing::ulp_at<float>(b.v));
        }
        INFO(one.about.name);
        CHECK(open <= 2);
    }
}

TEST_CASE("the derivatives written by hand are the limits of central differences") {
    for (const subject& one : subjects())
        for (const float x : samples()) {
            if (std::fabs(x) > 1000 || std::fabs(x) < 1e-3F || near_a_kink(one, x)) continue;
            const exact at(x), step = ldexp(exact(1), -100);
            const both<exact> here = one.slow(at);
            if (!isfinite(here.value)) continue;
            const exact difference = (one.slow(at + step).value - one.slow(at - step).value) / (2 * step);
            INFO(one.about.name << " at " << x << ": " << here.slope << ", difference " << difference);
            CHECK(abs(here.slope - difference) <= ldexp(abs(here.slope) + abs(here.value) + 1, -120));
        }
}

// Digits of Abramowitz and Stegun, tables 7.1 and 26.1, and of the definitions.
TEST_CASE("the slow oracle has the values of the tables") {
    const auto is = [](const exact& got, const char* digits) {
        const exact expected(digits);
        INFO(got << ", expected " << expected);
        CHECK(abs(got - expected) <= abs(expected) * exact("1e-14"));
    };
    is(truth("erf", 1), "0.842700792949714869");
    is(truth("normal_cdf", 1), "0.841344746068542949");
    is(truth("normal_cdf", -5), "2.86651571879193911673752333e-7");
    is(truth("normal_pdf", 0), "0.398942280401432678");
    is(truth("tanh", 1), "0.761594155955764888");
    is(truth("sigmoid", 1), "0.731058578630004879");
    is(truth("softplus", 0), "0.693147180559945309");
    is(truth("gelu", 1), "0.841344746068542949");
    is(truth("sin", 1), "0.841470984807896507");
}

TEST_CASE("every primitive of one real operand and every activation has a row") {
    std::set<std::string> names;
    for (const subject& one : subjects()) CHECK(names.insert(one.about.name).second);
    for (std::size_t i = 0; i < op_count; ++i) {
        const primitive& p = about(static_cast<op>(i));
        const bool is_real = p.kinds == kind_rule::real || p.kinds == kind_rule::promote;
        if (p.arity != 1 || p.shape != form::pointwise || !is_real || !is_of_expressions(p.code)) continue;
        INFO(p.name);
        CHECK(names.count(std::string(p.name)) == 1);
    }
    boost::hana::for_each(activations, [&](const auto& row) {
        INFO(row.name);
        CHECK(names.count(std::string(row.name)) == 1);
    });
}
