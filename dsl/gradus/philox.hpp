// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Philox4x32-10: a counter-based random generator. The value is a pure function of key and counter, so
// forward and backward, and every thread, draw the same numbers with nothing stored.
// Source: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>

namespace gradus {

/// The four words of Philox4x32-10 for a counter of four words and a key of two.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
        key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
    }
    return counter;
}

/// The number in [0, 1), a multiple of 2^-24, at position `index` of the stream of a seed.
constexpr double uniform_at(std::uint64_t seed, std::uint64_t index) {
    const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
    const auto words = philox({low(index), low(index >> 32), 0, 0}, {low(seed), low(seed >> 32)});
    return static_cast<double>(words[0] >> 8) * 0x1p-24;
}

}  // namespace gradus
