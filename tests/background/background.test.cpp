// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Work in the background, whatever it is.
#include "background.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace gradus {
namespace {

using namespace std::chrono_literals;

TEST_CASE("work in the background is done on another thread") {
    std::thread::id where;
    in_background([&] { where = std::this_thread::get_id(); }).get();
    CHECK(where != std::thread::id());
    CHECK(where != std::this_thread::get_id());
}

TEST_CASE("what work in the background throws comes out of get()") {
    std::future<void> failed = in_background([] { throw std::runtime_error("no luck"); });
    CHECK_THROWS_WITH(failed.get(), "no luck");
}

TEST_CASE("no more work runs at once than the processor can, and all of it runs") {
    std::atomic<unsigned> running = 0;
    std::atomic<unsigned> most = 0;
    std::atomic<int> done = 0;
    std::vector<std::future<void>> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(in_background([&] {
            const unsigned now = ++running;
            for (unsigned seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
            std::this_thread::sleep_for(1ms);
            --running;
            ++done;
        }));
    for (std::future<void>& one : all) one.get();
    CHECK(done == 100);
    CHECK(most == std::max(1u, std::thread::hardware_concurrency()));
}

TEST_CASE("a dropped future does not wait, and its work is done all the same") {
    std::promise<void> go;
    std::promise<void> done;
    static_cast<void>(in_background([&] {
        go.get_future().get();
        done.set_value();
    }));
    go.set_value();
    CHECK(done.get_future().wait_for(1min) == std::future_status::ready);
}

TEST_CASE("work may ask for work") {
    std::future<std::future<void>> inner;
    std::promise<std::future<void>> asked;
    inner = asked.get_future();
    in_background([&] { asked.set_value(in_background([] {})); }).get();
    CHECK_NOTHROW(inner.get().get());
}

/// The exit status of a child that runs `body`.
template <class Body>
int status_of_child(Body body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::alarm(60);
        ::_exit(body());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + status;
}

TEST_CASE("a child of fork has what its parent was promised, and threads of its own") {
    std::vector<std::future<void>> promised;
    for (int i = 0; i < 8; ++i) promised.push_back(in_background([] { std::this_thread::sleep_for(2ms); }));
    const int status = status_of_child([&] {
        for (std::future<void>& one : promised)
            if (one.wait_for(0s) != std::future_status::ready) return 1;
        int x = 0;
        in_background([&] { x = 7; }).get();
        return x;
    });
    CHECK(status == 7);
    CHECK_NOTHROW(in_background([] {}).get());
}

}  // namespace
}  // namespace gradus
