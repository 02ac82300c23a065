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

/// 64 random bits: a pure function of a key and a counter of two numbers.
constexpr std::uint64_t random_bits(std::uint64_t key, std::uint64_t low, std::uint64_t high = 0) {
    const auto word = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
    const auto words = philox({word(low), word(low >> 32), word(high), word(high >> 32)}, {word(key), word(key >> 32)});
    return std::uint64_t{words[1]} << 32 | words[0];
}

/// The number in [0, 1), a multiple of 2^-24, at position `index` of the stream of a seed.
constexpr double uniform_at(std::uint64_t seed, std::uint64_t index) {
    return static_cast<double>(static_cast<std::uint32_t>(random_bits(seed, index)) >> 8) * 0x1p-24;
}

}  // namespace gradus
