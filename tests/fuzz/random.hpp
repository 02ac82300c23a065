// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Repeatable random choices.
#pragma once

#include <cstdint>
#include <vector>

#include <gradus/text.hpp>

namespace gradus::fuzz {

class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() { return state_ = mix(state_, 1); }
    /// 0 … count - 1
    std::size_t below(std::size_t count) { return static_cast<std::size_t>((bits() >> 11) % count); }
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double in(double low, double high) { return low + (high - low) * unit(); }
    bool chance(double probability) { return unit() < probability; }
    template <class T>
    T one_of(std::initializer_list<T> all) {
        return all.begin()[below(all.size())];
    }
    template <class T>
    const T& one_of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

private:
    std::uint64_t state_;
};

}  // namespace gradus::fuzz
