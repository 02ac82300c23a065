// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The verifier itself.
#include "support/compare.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

TEST_CASE("the verifier accepts what is within its bound and rejects what is not") {
    CHECK(agrees(1.0F, 1.0, {0, 0}));
    CHECK(agrees(std::nextafter(1.0F, 2.0F), 1.0, {1, 0}));
    CHECK_FALSE(agrees(std::nextafter(std::nextafter(1.0F, 2.0F), 2.0F), 1.0, {1, 0}));
    CHECK_FALSE(agrees(std::nextafter(1.0, 2.0), 1.0, {0.5, 0}));
}

TEST_CASE("the verifier tells NaN, infinities and numbers apart") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    CHECK(agrees(nan, std::nan(""), {}));
    CHECK_FALSE(agrees(nan, 1.0, {1e9, 1e9}));
    CHECK_FALSE(agrees(1.0F, std::nan(""), {1e9, 1e9}));
    CHECK(agrees(inf, std::numeric_limits<double>::infinity(), {}));
    CHECK_FALSE(agrees(inf, 1.0, {1e9, 1e9}));
    CHECK_FALSE(agrees(inf, -std::numeric_limits<double>::infinity(), {}));
    CHECK_FALSE(agrees(1.0F, std::numeric_limits<double>::infinity(), {1e9, 1e9}));
}

TEST_CASE("the verifier reports a wrong kernel result with its place and size") {
    const float got[3] = {1, 2, 3};
    vec<double> expected{1, 2.5, 3};
    CHECK_THAT(difference(got, 3, expected, {}), Catch::Matchers::Contains("element 1"));
    expected[1] = 2;
    CHECK(difference(got, 3, expected, {}).empty());
    CHECK_FALSE(difference(got, 2, expected, {}).empty());
}
