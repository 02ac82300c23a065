// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a launch is divided: small work runs on the caller's thread in one piece, large work on several.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <gradus/runtime.hpp>

#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

std::atomic<int> pieces;
std::atomic<std::int64_t> items_done;
std::atomic<bool> elsewhere;  ///< a piece ran on another thread than the caller's
std::thread::id caller;
bool waits;  ///< whether the caller's first piece waits, at most 30 s, for a piece elsewhere

std::int64_t observe(void* const*, const std::int64_t*, std::int64_t, std::int64_t begin, std::int64_t end) {
    ++pieces;
    items_done += end - begin;
    if (std::this_thread::get_id() != caller) elsewhere = true;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (waits && !elsewhere && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    return -1;
}

/// Runs a pointwise kernel on so many elements with two threads and observes it, twice.
void observe_launch(std::int64_t elements, bool wait) {
    const oneapi::tbb::global_control workers(oneapi::tbb::global_control::max_allowed_parallelism, 2);
    kernel k(negation(), "observed", [](const layout&, std::span<const element>, std::string_view) {
        executable made;
        made.entry = observe;
        made.stages = {stage_of(stage_form::rows, 0b1)};
        return made;
    });
    const std::vector<float> x(static_cast<std::size_t>(elements));
    std::vector<float> y(x.size());
    oneapi::tbb::task_arena arena(2);
    arena.execute([&] {
        caller = std::this_thread::get_id();
        for (int repeat = 0; repeat < 2; ++repeat) {
            pieces = 0;
            items_done = 0;
            elsewhere = false;
            waits = wait;
            run(k, {make_argument(view(x, {1, elements}))}, {make_argument(view(y, {1, elements}))});
        }
    });
}

TEST_CASE("small work runs on the caller's thread in one piece") {
    observe_launch(32767, false);
    CHECK(pieces == 1);
    CHECK(items_done == 32767);
    CHECK_FALSE(elsewhere);
}

TEST_CASE("large work runs in pieces, on other threads too") {
    observe_launch(1 << 20, true);
    CHECK(pieces > 1);
    CHECK(items_done == 1 << 20);
    CHECK(elsewhere);
}

}  // namespace
}  // namespace gradus
