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

/// An oracle's value with its error bound in ULP.
struct verdict_base {
    double expected, slack;
};

/// An exact 0 keeps its sign; one by underflow or as a limit stands for a number too small for float32.
double value_to_compare(bounded b) { return b.v == 0 && b.e > 0 ? 0x1p-1000 : b.v; }

bool is_settled(double v) { return std::isnan(v) || std::isinf(v); }

double slack_of(bounded b) { return is_settled(b.v) ? 0 : b.e * (1 + 0x1p-40) / ulp_at<float>(b.v); }

bool is_open(bounded b) { return !(slack_of(b) <= doubt); }

verdict_base base_of(bounded b) { return {value_to_compare(b), slack_of(b)}; }

bounded limit(double v) { return {v, v == 0 ? 0x1p-1000 : std::isfinite(v) ? 0x1p-52 * std::fabs(v) : 0}; }

both<bounded> at_special(const traits& about, float x) {
    if (std::isnan(x)) return {std::numeric_limits<double>::quiet_NaN(), limit(about.slope_at_nan)};
    const limits& end = x > 0 ? about.above : about.below;
    return {limit(end.value), limit(end.slope)};
}

/// The memory of one thread's block.
struct workspace {
    std::vector<float> x, got;
    std::vector<both<bounded>> exact_values;
    std::vector<verdict_base> value, slope;
    explicit workspace(std::size_t size) : x(size), got(size), exact_values(size), value(size), slope(size) {}
};

void consult_oracle(const subject& one, workspace& w, outcome& to) {
    one.fast(w.x, w.exact_values.data());
    for (std::size_t i = 0; i < w.x.size(); ++i) {
        both<bounded>& truth = w.exact_values[i];
        if (!std::isfinite(w.x[i])) {
            truth = at_special(one.about, w.x[i]);
        } else if (is_open(truth.value) || is_open(truth.slope)) {
            const both<exact> decided = one.slow(exact(w.x[i]));
            truth = {rounded(decided.value), rounded(decided.slope)};
            ++to.refined;
        }
        w.value[i] = base_of(truth.value);
        w.slope[i] = base_of(truth.slope);
    }
}

void compare(const workspace& w, const std::vector<verdict_base>& truth, tally& to) {
    for (std::size_t i = 0; i < w.x.size(); ++i) {
        const double error = error_of(w.got[i], truth[i].expected) + truth[i].slack;
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

void tally::count_error(double error) {
    ++count;
    std::size_t bucket = 0;
    for (const double end : bucket_ends) bucket += error > end;
    ++histogram[bucket];
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
