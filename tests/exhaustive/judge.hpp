// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The judge: a function's kernels on a set of inputs against its mathematics. Each error counted is an upper bound:
// the distance from the oracle's value and, on top, the oracle's own error bound. Where that bound exceeds 1/64 ULP,
// the 512-bit oracle decides.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "inputs.hpp"
#include "libmvec.hpp"
#include "subject.hpp"

namespace gradus::exhaustive {

/// One result and its error in ULP; infinity where NaN, infinity or the sign of zero is wrong.
struct miss {
    double error = 0;
    std::uint32_t pattern = 0;  ///< of the input
    float got = 0;
    double expected = 0;
    /// Larger errors first; of equal ones the smaller pattern, so that the order of threads does not show.
    friend bool operator<(const miss& a, const miss& b) {
        return a.error != b.error ? a.error > b.error : a.pattern < b.pattern;
    }
};

/// The upper ends of the histogram's buckets; the last bucket has none.
inline constexpr std::array bucket_ends{0.5, 1.0, 1.5, 2.0, 4.0};
inline constexpr std::size_t worst_kept = 4;

struct tally {
    std::uint64_t count = 0;
    std::array<std::uint64_t, bucket_ends.size() + 1> histogram{};
    std::vector<miss> worst;  ///< at most worst_kept, sorted; none without an error

    void add(const tally& other);
    void count_errors(std::span<const double> errors);
    /// Keeps the miss if it is among the worst; does not count it.
    void keep(const miss& m);
    /// Of inputs from `pattern` on, a smaller error is none of the worst; NaN: nor is any other.
    double least_to_keep(std::uint32_t pattern) const;
    double maximum() const { return worst.empty() ? 0 : worst.front().error; }
};

/// What became of one function. The peers compute the same inputs, or some blocks of them: plain float32, and libmvec
/// where it has it.
struct outcome {
    tally value, slope, plain_value, plain_slope, libmvec;
    std::uint64_t refined = 0;  ///< results that the 512-bit oracle decided

    void add(const outcome& other);
};

struct settings {
    std::uint64_t every = 1;  ///< 1: all inputs
    std::uint64_t peers_every = 1;  ///< the peers compute every n-th block of inputs; 0: none
};

/// Called now and then with the finished part of 1, from any thread.
using progress = std::function<void(double part)>;

outcome judge(const subject& one, const input_set& inputs, const settings& how, const progress& report = {});

/// Whether both bounds of the row hold.
bool holds(const subject& one, const outcome& found);

}  // namespace gradus::exhaustive
