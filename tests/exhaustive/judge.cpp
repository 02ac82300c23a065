// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "judge.hpp"

#include <algorithm>
#include <cmath>

#include "blocks.hpp"
#include "support/ulp.hpp"

namespace gradus::exhaustive {
namespace {

using testing::error_of;
using testing::ulp_at;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double doubt = 1.0 / 64;  ///< what the fast oracle may leave open, in ULP

/// Loops over a block without calls, compiled for wide vectors as well; the program takes what the processor has.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define GRADUS_BY_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GRADUS_BY_VECTORS
#endif

/// An oracle's values, made for quick comparison.
struct verdicts {
    std::vector<double> expected;
    std::vector<double> per_ulp;  ///< 1 / ULP; NaN where only error_of() can tell: of NaN, infinity, an exact 0 and
                                  ///< overflow
    std::vector<double> slack;    ///< the oracle's error bound in ULP
    explicit verdicts(std::size_t size) : expected(size), per_ulp(size), slack(size) {}

    bool is_open(std::size_t i) const { return !(slack[i] <= doubt); }
};

/// An exact 0 keeps its sign; one by underflow or as a limit stands for a number too small for float32. Returns how
/// many are left open.
GRADUS_BY_VECTORS std::uint64_t set_verdicts(std::size_t size, const bounded* truth, std::size_t step, double* expected,
                                             double* per_ulp, double* slack) {
    constexpr double slow = std::numeric_limits<double>::quiet_NaN();
    std::uint64_t open = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const double v = truth[i * step].v, e = truth[i * step].e;
        const bool exact_zero = v == 0 && e == 0;
        const double scale = 1 / ulp_at<float>(v);
        expected[i] = v == 0 && e != 0 ? 0x1p-1000 : v;
        per_ulp[i] = std::fabs(v) < 0x1p127 && !exact_zero ? scale : slow;
        slack[i] = std::fabs(v) < infinite && !exact_zero ? e * (1 + 0x1p-40) * scale : 0;
        open += !(slack[i] <= doubt);
    }
    return open;
}
std::uint64_t set_verdicts(verdicts& to, std::size_t first, std::size_t size, const bounded* truth, std::size_t step) {
    return set_verdicts(size, truth, step, &to.expected[first], &to.per_ulp[first], &to.slack[first]);
}

bounded limit(double v) { return {v, v == 0 ? 0x1p-1000 : std::isfinite(v) ? 0x1p-52 * std::fabs(v) : 0}; }

both<bounded> at_special(const traits& about, float x) {
    if (std::isnan(x)) return {std::numeric_limits<double>::quiet_NaN(), limit(about.slope_at_nan)};
    const limits& end = x > 0 ? about.above : about.below;
    return {limit(end.value), limit(end.slope)};
}

/// The memory of one thread's block.
struct workspace {
    std::vector<float> x, got;
    std::uint32_t least_pattern = 0;  ///< of x
    std::vector<both<bounded>> truth;
    verdicts value, slope;
    std::vector<double> error;
    explicit workspace(std::size_t size) : x(size), got(size), truth(size), value(size), slope(size), error(size) {}
};

void consult_slow_oracle(const subject& one, std::size_t i, workspace& w) {
    const both<exact> decided = one.slow(exact(w.x[i]));
    const bounded value = rounded(decided.value), slope = rounded(decided.slope);
    set_verdicts(w.value, i, 1, &value, 1);
    set_verdicts(w.slope, i, 1, &slope, 1);
}

void consult_oracle(const subject& one, workspace& w, outcome& to) {
    const std::size_t size = w.x.size();
    one.fast(w.x, w.truth.data());
    for (std::size_t i = 0; i < size; ++i)
        if (!std::isfinite(w.x[i])) w.truth[i] = at_special(one.about, w.x[i]);
    static_assert(sizeof(both<bounded>) == 2 * sizeof(bounded));
    const std::uint64_t open =
        set_verdicts(w.value, 0, size, &w.truth[0].value, 2) + set_verdicts(w.slope, 0, size, &w.truth[0].slope, 2);
    if (open == 0) return;
    for (std::size_t i = 0; i < size; ++i) {
        if (!w.value.is_open(i) && !w.slope.is_open(i)) continue;
        consult_slow_oracle(one, i, w);
        ++to.refined;
    }
}

/// The errors, NaN where only error_of() can tell; and how many those are.
GRADUS_BY_VECTORS std::uint64_t quick_errors(std::size_t size, const float* got, const verdicts& truth, double* error) {
    const double *expected = truth.expected.data(), *per_ulp = truth.per_ulp.data(), *slack = truth.slack.data();
    std::uint64_t untold = 0;
    for (std::size_t i = 0; i < size; ++i) {
        error[i] = std::fabs(static_cast<double>(got[i]) - expected[i]) * per_ulp[i] + slack[i];
        untold += !(error[i] < infinite);
    }
    return untold;
}

void slow_errors(const workspace& w, const verdicts& truth, double* error) {
    for (std::size_t i = 0; i < w.x.size(); ++i)
        if (!(error[i] < infinite)) error[i] = error_of(w.got[i], truth.expected[i]) + truth.slack[i];
}

/// Counts the errors above the end of each bucket.
GRADUS_BY_VECTORS void count_above(std::span<const double> errors,
                                   std::array<std::uint64_t, bucket_ends.size()>& above) {
    static_assert(bucket_ends.size() == 5);
    above = {};
    for (const double error : errors) {
        above[0] += error > bucket_ends[0];
        above[1] += error > bucket_ends[1];
        above[2] += error > bucket_ends[2];
        above[3] += error > bucket_ends[3];
        above[4] += error > bucket_ends[4];
    }
}
GRADUS_BY_VECTORS std::uint64_t count_from(std::span<const double> errors, double least) {
    std::uint64_t count = 0;
    for (const double error : errors) count += error >= least;
    return count;
}

void compare(workspace& w, const verdicts& truth, tally& to) {
    const std::size_t size = w.x.size();
    if (quick_errors(size, w.got.data(), truth, w.error.data()) > 0) slow_errors(w, truth, w.error.data());
    to.count_errors(w.error);
    const double least = to.least_to_keep(w.least_pattern);
    if (count_from(w.error, least) == 0) return;
    for (std::size_t i = 0; i < size; ++i)
        if (w.error[i] >= least)
            to.keep({w.error[i], std::bit_cast<std::uint32_t>(w.x[i]), w.got[i], truth.expected[i]});
}

void judge_block(const subject& one, const input_set& inputs, std::uint64_t first, bool peers, outcome& to) {
    const auto size = static_cast<std::size_t>(std::min(block_size, inputs.size() - first));
    thread_local workspace w(block_size);
    if (w.x.size() != size) w = workspace(size);
    for (std::size_t i = 0; i < size; ++i) w.x[i] = inputs[first + i];
    w.least_pattern = std::bit_cast<std::uint32_t>(std::ranges::min(w.x, {}, std::bit_cast<std::uint32_t, float>));
    consult_oracle(one, w, to);
    one.value(w.x, w.got);
    compare(w, w.value, to.value);
    one.slope(w.x, w.got);
    compare(w, w.slope, to.slope);
    if (!peers) return;
    one.plain_value(w.x, w.got.data());
    compare(w, w.value, to.plain_value);
    one.plain_slope(w.x, w.got.data());
    compare(w, w.slope, to.plain_slope);
    if (const vector_function f = libmvec_function(one.about.libmvec)) {
        f(w.x, w.got.data());
        compare(w, w.value, to.libmvec);
    }
}

}  // namespace

void tally::count_errors(std::span<const double> errors) {
    std::array<std::uint64_t, bucket_ends.size()> above;
    count_above(errors, above);
    count += errors.size();
    histogram[0] += errors.size() - above[0];
    for (std::size_t i = 1; i < above.size(); ++i) histogram[i] += above[i - 1] - above[i];
    histogram.back() += above.back();
}

double tally::least_to_keep(std::uint32_t pattern) const {
    if (worst.size() < worst_kept) return std::numeric_limits<double>::denorm_min();
    const double least = worst.back().error;
    if (pattern < worst.back().pattern) return least;
    return std::isinf(least) ? std::numeric_limits<double>::quiet_NaN() : std::nextafter(least, infinite);
}

void tally::keep(const miss& m) {
    if (worst.size() == worst_kept && !(m < worst.back())) return;
    worst.insert(std::upper_bound(worst.begin(), worst.end(), m), m);
    if (worst.size() > worst_kept) worst.pop_back();
}

void tally::add(const tally& other) {
    count += other.count;
    for (std::size_t i = 0; i < histogram.size(); ++i) histogram[i] += other.histogram[i];
    worst.insert(worst.end(), other.worst.begin(), other.worst.end());
    std::sort(worst.begin(), worst.end());
    if (worst.size() > worst_kept) worst.resize(worst_kept);
}

void outcome::add(const outcome& other) {
    value.add(other.value);
    slope.add(other.slope);
    plain_value.add(other.plain_value);
    plain_slope.add(other.plain_slope);
    libmvec.add(other.libmvec);
    refined += other.refined;
}

outcome judge(const subject& one, const input_set& inputs, const settings& how, const progress& report) {
    return judge_blocks<outcome>(inputs.size(), report, [&](std::uint64_t first, outcome& found) {
        const bool peers = how.peers_every != 0 && first / block_size % how.peers_every == 0;
        judge_block(one, inputs, first, peers, found);
    });
}

bool holds(const subject& one, const outcome& found) {
    return found.value.maximum() <= one.about.value_bound && found.slope.maximum() <= one.about.slope_bound;
}

}  // namespace gradus::exhaustive
