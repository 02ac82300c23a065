// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The comparison can fail, the list of kernels is whole, and the data are what they should be.
#include <atomic>
#include <chrono>
#include <cstring>
#include <limits>
#include <thread>

#include <oneapi/tbb/parallel_for.h>
#include <boost/hana/size.hpp>
#include <gradus/catalogue.hpp>

#include "bits/calls.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

elements floats(const std::vector<float>& values) {
    elements made{
        element::float32, {static_cast<std::int64_t>(values.size())}, std::vector<std::byte>(4 * values.size())};
    std::memcpy(made.bytes.data(), values.data(), made.bytes.size());
    return made;
}

}  // namespace

TEST_CASE("the comparison tells one bit, the sign of a zero, a shape and a missing output, but no NaN from another") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(difference({floats({1, 2})}, {floats({1, 2})}) == "");
    CHECK(difference({floats({nan, 2})}, {floats({-nan, 2})}) == "");
    CHECK(difference({floats({1, 2})}, {floats({1, 2.0000002F})}) ==
          "output 0, element 1: 2 and 2.0000002, bits 40000000 and 40000001");
    CHECK(difference({floats({0})}, {floats({-0.0F})}) != "");
    CHECK(difference({floats({1})}, {floats({nan})}) != "");
    CHECK(difference({floats({1})}, {floats({1, 2})}) != "");
    CHECK(difference({floats({1})}, {}) != "");
}

TEST_CASE("every activation and loss of the catalogue is compared, in both types, and its mean") {
    constexpr auto activation_count = decltype(boost::hana::size(activations))::value;
    constexpr auto loss_count = decltype(boost::hana::size(losses))::value;
    kernel_list list;
    add_activations(list);
    CHECK(list.size() == 2 * activation_count);
    add_losses(list);
    add_mean_losses(list);
    CHECK(list.size() == 2 * activation_count + 4 * loss_count);
    for (const tested_kernel& tested : tested_kernels()) CHECK(tested.body.outputs.size() >= 2);
    CHECK_THROWS_AS(kernel_named("no such kernel"), std::out_of_range);
}

TEST_CASE("a kernel that depends on its input shows it") {
    const tested_kernel& tested = kernel_named("gelu_float32");
    kernel& code = kernel_on(*targets_here().front(), tested);
    element_lists inputs = inputs_of(tested.body, {100, 0, 0});
    const element_lists before = results(code, inputs, {});
    inputs[0].bytes[4 * 99] ^= std::byte{1};
    CHECK(difference(before, results(code, inputs, {})) != "");
}

TEST_CASE("the threads of an arena are that many at one time") {
    for (const int threads : {1, 2, 3, 7}) {
        std::atomic<int> arrived = 0, met = 0;
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        arena_of(threads).execute([&] {
            oneapi::tbb::parallel_for(0, threads, [&](int) {
                ++arrived;
                while (arrived < threads && std::chrono::steady_clock::now() < last) std::this_thread::yield();
                met += arrived == threads ? 1 : 0;
            });
        });
        CHECK(met == threads);
    }
}
