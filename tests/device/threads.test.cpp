// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any number of threads at once, on one stream and on their own.
#include <atomic>
#include <thread>
#include <vector>

#include "device/picking.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

constexpr int repeats = 300;

TEST_CASE("threads that share a stream get their own results and memory") {
    picking_kernel p;
    std::atomic<int> right = 0;
    const auto work = [&](int first) {
        const std::vector<int> host{first, 1, 0};
        for (int i = 0; i < repeats; ++i) {
            const auto labels = to_device(p.gpu, host);
            device_array<float, 1> y(p.gpu, {3});
            p.k.run(std::array{make_argument(as_view(p.x)), make_argument(as_view(labels))},
                    std::array{make_argument(as_view(y))});
            const auto result = to_host(y);
            right += result[0] == static_cast<float>(first) && result[1] == 3 && result[2] == 4;
        }
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back(work, t % 2);
    for (std::thread& one : threads) one.join();
    CHECK(right == 4 * repeats);
    CHECK(p.driver.contexts == 0);
}

TEST_CASE("threads with streams of their own get the errors of their own calls") {
    picking_kernel p;
    std::atomic<int> errors = 0, results = 0;
    const auto work = [&](int first) {
        const cuda_stream mine(p.gpu);
        const stream_scope on(mine);
        const auto labels = to_device(p.gpu, std::vector<int>{first, 1, 0});
        device_array<float, 1> y(p.gpu, {3});
        for (int i = 0; i < repeats; ++i) {
            p.k.run(std::array{make_argument(as_view(p.x)), make_argument(as_view(labels))},
                    std::array{make_argument(as_view(y))});
            try {
                results += to_host(y)[1] == 3;
            } catch (const error& e) {
                errors += e.what() ==
                          std::string("gradus: argument \"t\" is 9 at i = 0, but labels along axis \"c\" are 0 to 1");
            }
        }
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back(work, t < 2 ? 9 : 0);
    for (std::thread& one : threads) one.join();
    CHECK(errors == 2 * repeats);
    CHECK(results == 2 * repeats);
}

}  // namespace
}  // namespace gradus
