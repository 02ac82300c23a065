// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "judge.hpp"

#include <algorithm>
#include <atomic>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include "support/ulp.hpp"

namespace gradus::exhaustive {
namespace {

using testing::error_of;
using testing::ulp_at;

/// Inputs of one kernel call: few enough that it stays on its thread, and its memory in that core's cache.
constexpr std::uint64_t block_size = 1 << 12;
constexpr double doubt = 1.0 / 64;  ///< what the fast oracle may leave open, in ULP

/// An oracle's value, made for quick comparison.
struct verdict {
    double expected;
    double per_ulp;  ///< 1 / ULP; NaN where only error_of() can tell: of NaN, infinity, an exact 0 and overflow
    double slack;    ///< the oracle's error bound in ULP
};

/// An exact 0 keeps its sign; one by underflow or as a limit stands for a number too small for float32.
verdict verdict_of(bounded b) {
    constexpr double slow = std::numeric_limits<double>::quiet_NaN();
    if (std::isnan(b.v) || std::isinf(b.v)) return {b.v, slow, 0};
    const double per_ulp = 1 / ulp_at<float>(b.v), slack = b.e * (1 + 0x1p-40) * per_ulp;
    if (b.v == 0) return b.e == 0 ? verdict{b.v, slow, 0} : verdict{0x1p-1000, per_ulp, slack};
    return {b.v, std::fabs(b.v) < 0x1p127 ? per_ulp : slow, slack};
}

bool is_open(const verdict& v) { return !(v.slack <= doubt); }

bounded limit(double v) { return {v, v == 0 ? 0x1p-1000 : std::isfinite(v) ? 0x1p-52 * std::fabs(v) : 0}; }

both<bounded> at_special(const traits& about, float x) {
    if (std::isnan(x)) return {std::numeric_limits<double>::quiet_NaN(), limit(about.slope_at_nan)};
    const limits& end = x > 0 ? about.above : about.below;
    return {limit(end.value), limit(end.slope)};
}

/// The memory of one thread's block.
struct workspace {
    std::vector<float> x, got;
    std::vector<both<bounded>> truth;
    std::vector<verdict> value, slope;
    std::vector<double> error;
    explicit workspace(std::size_t size) : x(size), got(size), truth(size), value(size), slope(size), error(size) {}
};

void consult_oracle(const subject& one, workspace& w, outcome& to) {
    one.fast(w.x, w.truth.data());
    for (std::size_t i = 0; i < w.x.size(); ++i) {
        if (!std::isfinite(w.x[i])) w.truth[i] = at_special(one.about, w.x[i]);
        w.value[i] = verdict_of(w.truth[i].value);
        w.slope[i] = verdict_of(w.truth[i].slope);
        if (!is_open(w.value[i]) && !is_open(w.slope[i])) continue;
        const both<exact> decided = one.slow(exact(w.x[i]));
        w.value[i] = verdict_of(rounded(decided.value));
        w.slope[i] = verdict_of(rounded(decided.slope));
        ++to.refined;
    }
}

void compare(workspace& w, const std::vector<verdict>& truth, tally& to) {
    const std::size_t size = w.x.size();
    for (std::size_t i = 0; i < size; ++i)
        w.error[i] = std::fabs(static_cast<double>(w.got[i]) - truth[i].expected) * truth[i].per_ulp + truth[i].slack;
    for (std::size_t i = 0; i < size; ++i) {
        if (!std::isfinite(w.error[i])) w.error[i] = error_of(w.got[i], truth[i].expected) + truth[i].slack;
        const double error = w.error[i];
        to.count_error(error);
        if (error != 0 && error >= to.least_kept())
            to.keep({error, std::bit_cast<std::uint32_t>(w.x[i]), w.got[i], truth[i].expected});
    }
}

void judge_block(const subject& one, const input_set& inputs, std::uint64_t first, bool peers, outcome& to) {
    const auto size = static_cast<std::size_t>(std::min(block_size, inputs.size() - first));
    workspace w(size);
    for (std::size_t i = 0; i < size; ++i) w.x[i] = inputs[first + i];
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

void tally::add(const miss& m) {
    count_error(m.error);
    if (m.error != 0) keep(m);
}

void tally::keep(const miss& m) {
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
    const std::uint64_t blocks = (inputs.size() + block_size - 1) / block_size;
    std::atomic<std::uint64_t> done = 0;
    using range = oneapi::tbb::blocked_range<std::uint64_t>;
    return oneapi::tbb::parallel_reduce(
        range(0, blocks), outcome{},
        [&](const range& part, outcome found) {
            for (std::uint64_t block = part.begin(); block < part.end(); ++block) {
                judge_block(one, inputs, block * block_size, how.peers, found);
                const std::uint64_t finished = ++done;
                if (report) report(static_cast<double>(finished) / static_cast<double>(blocks));
            }
            return found;
        },
        [](outcome a, const outcome& b) {
            a.add(b);
            return a;
        });
}

bool holds(const subject& one, const outcome& found) {
    return found.value.maximum() <= one.about.value_bound && found.slope.maximum() <= one.about.slope_bound;
}

}  // namespace gradus::exhaustive
