// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a launch is divided: little work runs on the caller's thread in one piece, much work on several.
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <gradus/runtime.hpp>

#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using namespace std::chrono_literals;
using oneapi::tbb::global_control;

/// Waits until it is so, at most 30 s.
void wait_until(const std::function<bool()>& is_so) {
    const auto limit = std::chrono::steady_clock::now() + 30s;
    while (!is_so() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
}

std::atomic<int> pieces;
std::atomic<std::int64_t> items_done;
std::atomic<bool> elsewhere;  ///< a piece ran on another thread than the caller's
std::thread::id caller;
bool waits;  ///< whether the caller's pieces wait for a piece elsewhere

std::int64_t observe(void* const*, const std::int64_t*, std::int64_t, std::int64_t begin, std::int64_t end) {
    ++pieces;
    items_done += end - begin;
    if (std::this_thread::get_id() != caller) elsewhere = true;
    if (waits) wait_until([] { return elsewhere.load(); });
    return -1;
}

/// A pointwise kernel of which each element is an item.
kernel pointwise(kernel_function entry, int cost) {
    return {negation(), "pointwise", [=](const layout&, std::span<const element>, std::string_view) {
                executable made;
                made.entry = entry;
                made.stages = {stage_of(stage_form::rows, 0b1)};
                made.stages[0].cost = cost;
                return made;
            }};
}

/// Calls on so many elements that are said to take `cost` ps each.
class observed {
public:
    observed(std::int64_t elements, int cost)
        : kernel_(pointwise(observe, cost)), x_(static_cast<std::size_t>(elements)), y_(x_.size()) {}
    void call(bool wait = false) {
        caller = std::this_thread::get_id();
        pieces = 0;
        items_done = 0;
        elsewhere = false;
        waits = wait;
        const auto n = static_cast<std::int64_t>(x_.size());
        run(kernel_, {make_argument(view(x_, {1, n}))}, {make_argument(view(y_, {1, n}))});
    }

private:
    kernel kernel_;
    std::vector<float> x_, y_;
};

/// Runs it in an arena of so many threads.
void with_threads(int threads, const std::function<void()>& run) {
    const global_control workers(global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    oneapi::tbb::task_arena(threads).execute(run);
}

TEST_CASE("little work runs on the caller's thread in one piece, though others are awake") {
    observed large(1'000'000, 1000), small(49'999, 100);  // 1 ms, and less than 5 us
    with_threads(2, [&] {
        for (int repeat = 0; repeat < 100; ++repeat) {
            large.call();
            small.call();
            REQUIRE(pieces == 1);
            REQUIRE(items_done == 49'999);
            REQUIRE_FALSE(elsewhere);
        }
    });
}

TEST_CASE("much work runs in pieces, on other threads too") {
    observed large(1'000'000, 1000);  // 1 ms
    with_threads(2, [&] {
        for (int repeat = 0; repeat < 2; ++repeat) {
            large.call(true);
            CHECK(pieces > 1);
            CHECK(items_done == 1'000'000);
            CHECK(elsewhere);
        }
    });
}

TEST_CASE("few elements are shared if each takes long") {
    observed cheap(1000, 100), dear(1000, 1'000'000);
    with_threads(2, [&] {
        dear.call(true);
        CHECK(elsewhere);
        cheap.call();
        CHECK(pieces == 1);
    });
}

TEST_CASE("after a pause a thread is not woken for little, but for little again and again") {
    observed some(20'000, 1000);  // 20 us
    with_threads(2, [&] {
        for (int repeat = 0; repeat < 5; ++repeat) {
            std::this_thread::sleep_for(2ms);
            some.call();
            CHECK(pieces == 1);
        }
        wait_until([&] { return some.call(), pieces > 1; });
        CHECK(pieces > 1);
    });
}

TEST_CASE("in an arena of one thread, work is not divided") {
    observed large(1'000'000, 1000);
    with_threads(1, [&] { large.call(); });
    CHECK(pieces == 1);
}

std::int64_t add_one(void* const* data, const std::int64_t*, std::int64_t, std::int64_t begin, std::int64_t end) {
    for (std::int64_t item = begin; item < end; ++item) pointer<float>(data, 1)[item] += 1;
    return -1;
}
/// Whether a call adds one to each of so many elements.
bool adds_one_to_all(kernel& k, std::int64_t elements) {
    std::vector<float> x(static_cast<std::size_t>(elements)), y(x.size());
    run(k, {make_argument(view(x, {1, elements}))}, {make_argument(view(y, {1, elements}))});
    return y == std::vector<float>(x.size(), 1);
}

TEST_CASE("every item is done once, whatever the threads and the items") {
    kernel k = pointwise(add_one, dear);
    for (const int threads : {1, 2, 3, 8})
        with_threads(threads, [&] {
            for (const std::int64_t elements : {1, 2, 3, 7, 8, 9, 64, 1000, 100'003})
                CHECK(adds_one_to_all(k, elements));
        });
}

TEST_CASE("several threads of the user may call at once") {
    const global_control workers(global_control::max_allowed_parallelism, 4);
    kernel k = pointwise(add_one, dear);
    std::atomic<int> right = 0;
    std::vector<std::thread> users;
    for (int user = 0; user < 4; ++user)
        users.emplace_back([&] {
            for (int repeat = 0; repeat < 50; ++repeat) right += adds_one_to_all(k, 5000) ? 1 : 0;
        });
    for (std::thread& user : users) user.join();
    CHECK(right == 200);
}

TEST_CASE("a call does all of its work though the tasks that it is part of have been cancelled") {
    kernel k = pointwise(add_one, dear);
    bool right = false;
    with_threads(2, [&] {
        oneapi::tbb::task_group_context tasks;
        oneapi::tbb::parallel_for(
            0, 1,
            [&](int) {
                tasks.cancel_group_execution();
                right = adds_one_to_all(k, 5000);
            },
            tasks);
    });
    CHECK(right);
}

std::atomic<bool> helped;    ///< another thread than the caller has come
std::atomic<bool> released;  ///< it may go

std::int64_t hold(void* const*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t) {
    if (std::this_thread::get_id() == caller) {
        wait_until([] { return helped.load(); });
    } else {
        helped = true;
        wait_until([] { return released.load(); });
    }
    return -1;
}

TEST_CASE("a caller that waits for another thread does not begin the user's other tasks meanwhile") {
    const global_control workers(global_control::max_allowed_parallelism, 2);
    kernel k = pointwise(hold, dear);
    oneapi::tbb::task_arena arena(3, 2);  // the caller, the user's other thread, and one that helps
    arena.initialize();
    helped = released = false;
    std::atomic<bool> calling = false, begun_within_call = false;
    std::thread user([&] {
        wait_until([] { return helped.load(); });
        arena.execute([&] {
            oneapi::tbb::task_group tasks;
            tasks.run([&] { begun_within_call = calling && std::this_thread::get_id() == caller; });
            std::this_thread::sleep_for(50ms);  // in which the caller, which has no more items, could take the task
            released = true;
            wait_until([&] { return !calling.load(); });
            tasks.wait();
        });
    });
    arena.execute([&] {
        caller = std::this_thread::get_id();
        calling = true;
        std::vector<float> x(64), y(64);
        run(k, {make_argument(view(x, {1, 64}))}, {make_argument(view(y, {1, 64}))});
        calling = false;
    });
    user.join();
    CHECK_FALSE(begun_within_call);
}

}  // namespace
}  // namespace gradus
