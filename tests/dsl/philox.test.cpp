// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cmath>

#include <gradus/philox.hpp>

#include "support/catch.hpp"

namespace {

using gradus::philox;
using gradus::random_bits;
using gradus::uniform_at;
using words = std::array<std::uint32_t, 4>;

// The known-answer vectors of Random123 (tests/kat_vectors, philox4x32 10).
static_assert(philox({0, 0, 0, 0}, {0, 0}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

static_assert(random_bits(0, 0) == 0xe169c58d6627e8d5);
static_assert(random_bits(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e) ==
              0x94fdcceb00000000 + 0xd16cfe09);

static_assert(uniform_at(0, 0) == 0x6627e8 * 0x1p-24);

TEST_CASE("philox gives the published known answers at run time too") {
    std::uint32_t zero = 0;
    CHECK(philox({zero, zero, zero, zero}, {zero, zero}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("uniform numbers use both words of seed and index") {
    const std::uint64_t seed = 0x123456789abcdef0, index = 0x0fedcba987654321;
    const auto expected = philox({0x87654321, 0x0fedcba9, 0, 0}, {0x9abcdef0, 0x12345678});
    CHECK(uniform_at(seed, index) == (expected[0] >> 8) * 0x1p-24);
}

TEST_CASE("uniform numbers lie in [0, 1) and have the mean and variance of the uniform distribution") {
    constexpr int count = 1 << 16;
    double sum = 0, squares = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const double u = uniform_at(42, i);
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        sum += u - 0.5;
        squares += (u - 0.5) * (u - 0.5);
    }
    // Five standard deviations of either estimate.
    CHECK(std::abs(sum / count) < 5 * 0.2887 / 256);
    CHECK(std::abs(squares / count - 1.0 / 12) < 5 * 0.0745 / 256);
}

}  // namespace
