// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which float32 bit patterns a run covers: all of them; or every n-th, with the two ends of each binade, special
// values, and the neighbours of kinks and of the places where functions change their form.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace gradus::exhaustive {

inline float float_of(std::uint32_t pattern) { return std::bit_cast<float>(pattern); }

class input_set {
public:
    static constexpr std::uint64_t patterns = std::uint64_t{1} << 32;

    input_set(std::uint64_t every, std::span<const float> kinks) : every_(every) {
        if (every == 1) return;
        add_binades();
        for (const float kink : kinks) add_neighbours(kink);
        for (const float place : {0.0F, 0.5F, 1.0F, 2.0F, 88.0F, 104.0F, std::numeric_limits<float>::infinity()}) {
            add_neighbours(place);
            add_neighbours(-place);
        }
        for (const std::uint32_t nan : {0x7fc00000U, 0xffc00000U, 0x7f800001U, 0x7fffffffU}) extras_.push_back(nan);
    }

    std::uint64_t size() const { return steps() + extras_.size(); }
    float operator[](std::uint64_t i) const {
        return float_of(i < steps() ? static_cast<std::uint32_t>(i * every_) : extras_[i - steps()]);
    }

private:
    std::uint64_t steps() const { return (patterns + every_ - 1) / every_; }
    void add_binades() {
        for (std::uint32_t head = 0; head < 512; ++head)
            for (const std::uint32_t fraction : {0x000000U, 0x000001U, 0x400000U, 0x7fffffU})
                extras_.push_back(head << 23 | fraction);
    }
    void add_neighbours(float place) {
        for (std::uint32_t i = 0; i <= 64; ++i) extras_.push_back(std::bit_cast<std::uint32_t>(place) + i - 32);
    }

    std::uint64_t every_;
    std::vector<std::uint32_t> extras_;
};

}  // namespace gradus::exhaustive
