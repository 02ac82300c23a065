// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The items are cut into as many shares as threads may come. The caller begins with the first share at once; a thread
// that comes begins with its own; whoever has finished goes on with the others'. So nobody waits for a thread that has
// not come: one that comes late finds less to do, or nothing. From call to call a thread meets the same items, which
// its caches may still hold. A share is taken in quarters of what is left of it: few pieces, small ones at the end, and
// none that others wait for long if its thread is slow or interrupted.
//
// When it pays is a matter of two measurements (bench_calls, on two processors of a virtual machine, AMD Zen 4):
// - A thread that is awake costs the caller about 0.5 us. Work of 5 us takes 3.5 to 4 us with it.
// - oneTBB's threads go to sleep when they have found no work for 100 to 150 us. To wake one costs the caller 7 to
//   9 us, of which the system's call alone takes 7 (the other processor has to be interrupted); it comes 20 to 70 us
//   later, and its caches hold nothing of the data. Work of 100 us takes as long with it as without.
// So a thread's calls are watched: what they have worked since it last paused. Only when that is worth waking others,
// whether in one call or in many, do they get some of it; they are awake then until it pauses again.
#include "shared_work.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "small_buffer.hpp"

namespace gradus {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::int64_t least_shared = 5000;                         ///< ns of work that are worth another thread, awake
constexpr std::int64_t worth_waking = 120000;                       ///< ns of work that are worth one that sleeps
constexpr std::int64_t least_piece = 1000;                          ///< ns of work that are taken at a time, at least
constexpr steady::duration pause = std::chrono::microseconds(100);  ///< after which the others sleep
constexpr std::int64_t most_elements = std::int64_t{1} << 40;       ///< are counted, so that no product is too large

/// What this thread has worked in stages that could be shared, since it last paused.
class recent_work {
public:
    /// Adds the work of a stage that begins; whether others should be woken for it, or are awake.
    bool pays(std::int64_t work) {
        if (steady::now() - last_end_ > pause) sum_ = 0;
        sum_ = std::min(sum_ + work, worth_waking);
        return sum_ == worth_waking;
    }
    void end() { last_end_ = steady::now(); }

private:
    steady::time_point last_end_{};
    std::int64_t sum_ = 0;
};
constinit thread_local recent_work recent;

/// Consecutive items of which anybody may take some.
class alignas(64) share {
public:
    share() = default;
    share(std::int64_t begin, std::int64_t end) : next_(begin), end_(end) {}

    /// Takes at least `least` items, if as many are left, and runs them; false if none were left.
    template <class Run>
    bool run_some(std::int64_t least, Run run) {
        const std::int64_t left = end_ - next_.load(std::memory_order_relaxed);
        if (left <= 0) return false;
        const std::int64_t count = std::max(least, left / 4);
        const std::int64_t begin = next_.fetch_add(count, std::memory_order_relaxed);
        if (begin >= end_) return false;
        run(begin, std::min(begin + count, end_));
        return true;
    }

private:
    std::atomic<std::int64_t> next_ = 0;
    std::int64_t end_ = 0;
};

/// The least number that was found, of those that are not negative.
class least_found {
public:
    void add(std::int64_t found) {
        if (found < 0) return;
        std::int64_t known = least_.load();
        while (found < known && !least_.compare_exchange_weak(known, found)) {
        }
    }
    std::int64_t get() const { return least_ == none ? -1 : least_.load(); }

private:
    static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> least_ = none;
};

/// Runs all items in so many shares.
std::int64_t run_in_shares(const stage_call& call, std::int64_t items, std::int64_t least, std::int64_t count) {
    small_buffer<share, 8> shares(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        std::construct_at(shares.data() + i, i * items / count, (i + 1) * items / count);
    least_found found;
    const auto work_from = [&](std::int64_t first) {
        for (std::int64_t i = 0; i < count; ++i) {
            share& some = shares[static_cast<std::size_t>((first + i) % count)];
            while (some.run_some(least, [&](std::int64_t begin, std::int64_t end) { found.add(call(begin, end)); })) {
            }
        }
    };
    // All is done though the caller's own tasks were cancelled, and a thread that waits here takes none of them.
    oneapi::tbb::task_group_context apart(oneapi::tbb::task_group_context::isolated);
    oneapi::tbb::this_task_arena::isolate([&] {
        oneapi::tbb::parallel_for(
            oneapi::tbb::blocked_range<std::int64_t>(0, count), [&](const auto& part) { work_from(part.begin()); },
            oneapi::tbb::simple_partitioner(), apart);
    });
    return found.get();
}

}  // namespace

std::int64_t work_to_share(const stage_shape& stage, std::int64_t items, const std::int64_t* extents) {
    if (items <= 1) return 0;
    std::int64_t elements = 1;
    for_each_axis(stage.rows | stage.inner, [&](int axis) { elements *= extents[axis]; });
    const std::int64_t work = std::min(elements, most_elements) * stage.cost / 1000;
    return work < least_shared ? 0 : work;
}

std::int64_t run_shared(const stage_call& call, std::int64_t items, std::int64_t work) {
    const std::int64_t threads = oneapi::tbb::this_task_arena::max_concurrency();
    if (threads <= 1) return call(0, items);
    const std::int64_t count = std::min({threads, items, std::max<std::int64_t>(2, work / least_shared)});
    const std::int64_t least = std::max<std::int64_t>(1, items * least_piece / work);
    const std::int64_t found = recent.pays(work) ? run_in_shares(call, items, least, count) : call(0, items);
    recent.end();
    return found;
}

}  // namespace gradus
