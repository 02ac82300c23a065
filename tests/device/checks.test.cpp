// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Data that violate a requirement: the error that the host gives, when the device is waited for.
#include <bit>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>
#include <gradus/kernel.hpp>

#include "device/picking.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

const std::string second_is_7 = "gradus: argument \"t\" is 7 at i = 1, but labels along axis \"c\" are 0 to 1";

TEST_CASE("a call whose labels are in range computes, and leaves no error") {
    picking_kernel p;
    p.run({1, 0, 1});
    CHECK(p.result() == std::vector<float>{1, 2, 5});
    CHECK(p.driver.done == std::vector<std::string>{"pick_0", "pick_1"});
    CHECK(message_of([&] { p.gpu.synchronise(); }) == "no error");
}

TEST_CASE(
    "a label out of range is the host's error at the next synchronisation; nothing is written, later calls work") {
    picking_kernel p;
    p.run({1, 7, -2});
    CHECK(p.driver.done.empty());
    CHECK(message_of([&] { p.gpu.synchronise(); }) == second_is_7);
    CHECK(message_of([&] { p.gpu.synchronise(); }) == "no error");
    CHECK(p.result() == std::vector<float>{-1, -1, -1});
    p.run({1, 0, 1});
    CHECK(p.result() == std::vector<float>{1, 2, 5});
}

TEST_CASE("to_host throws the error too, also for another tensor") {
    picking_kernel p;
    p.run({1, 7, -2});
    CHECK(message_of([&] { to_host(p.x); }) == second_is_7);
    p.run({0, 1, 2});
    CHECK(message_of([&] { p.result(); }) ==
          "gradus: argument \"t\" is 2 at i = 2, but labels along axis \"c\" are 0 to 1");
    CHECK(p.result() == std::vector<float>{-1, -1, -1});
}

TEST_CASE("of several calls the first error is thrown, and calls after it have computed") {
    picking_kernel p;
    p.run({1, 7, 1});
    p.run({-5, 0, 0});
    p.run({0, 0, 0});
    CHECK(message_of([&] { p.gpu.synchronise(); }) == second_is_7);
    CHECK(message_of([&] { p.gpu.synchronise(); }) == "no error");
    CHECK(p.result() == std::vector<float>{0, 2, 4});
}

TEST_CASE("the value is the one that the device read, whatever has become of it") {
    picking_kernel p;
    {
        auto labels = to_device(p.gpu, std::vector<int>{1, 7, 1});
        p.run(labels);
        p.gpu.fill(labels.data(), 0, labels.bytes());
    }
    CHECK(message_of([&] { p.gpu.synchronise(); }) == second_is_7);
}

TEST_CASE("the value is printed in the labels' own type") {
    picking_kernel p;
    p.driver.kernels["pick_0"] = check_labels<std::uint8_t>;
    p.driver.kernels["pick_1"] = pick<std::uint8_t>;
    p.run(to_device(p.gpu, std::vector<std::uint8_t>{1, 0, 255}));
    CHECK(message_of([&] { p.gpu.synchronise(); }) ==
          "gradus: argument \"t\" is 255 at i = 2, but labels along axis \"c\" are 0 to 1");
    p.driver.kernels["pick_0"] = check_labels<std::int64_t>;
    p.driver.kernels["pick_1"] = pick<std::int64_t>;
    p.run(to_device(p.gpu, std::vector<std::int64_t>{1, std::int64_t{-3'000'000'000}, 0}));
    CHECK(message_of([&] { p.gpu.synchronise(); }) ==
          "gradus: argument \"t\" is -3000000000 at i = 1, but labels along axis \"c\" are 0 to 1");
}

TEST_CASE("the error is told by a kernel that has ended") {
    picking_kernel other;
    {
        picking_kernel p;
        p.run({1, 7, 1});
    }
    CHECK(message_of([&] { other.gpu.synchronise(); }) == second_is_7);
}

TEST_CASE("the outcome of more calls than there is room for is kept, the first error too") {
    picking_kernel p;
    const auto right = to_device(p.gpu, std::vector<int>{1, 0, 1});
    const auto wrong = to_device(p.gpu, std::vector<int>{1, 7, 1});
    for (int i = 0; i < 2000; ++i) p.run(i == 300 ? wrong : right);
    CHECK(p.driver.calls["cuMemcpyDtoHAsync_v2"] == 3);  // 512 calls at a time
    CHECK(message_of([&] { p.gpu.synchronise(); }) == second_is_7);
    CHECK(message_of([&] { p.gpu.synchronise(); }) == "no error");
}

TEST_CASE("a call with checks asks the driver for nothing but its launches") {
    picking_kernel p;
    const auto labels = to_device(p.gpu, std::vector<int>{1, 0, 1});
    p.run(labels);
    p.driver.calls.clear();
    p.run(labels);
    CHECK(p.driver.calls ==
          std::map<std::string, int>{{"cuCtxPopCurrent_v2", 2}, {"cuCtxPushCurrent_v2", 2}, {"cuLaunchKernel", 2}});
    CHECK(p.driver.launches[0].status + 2 == p.driver.launches[2].status);  // a pair for each call
    p.gpu.synchronise();
}

TEST_CASE("streams have errors of their own") {
    picking_kernel p;
    const cuda_stream side(p.gpu);
    {
        const stream_scope on(side);
        p.run({1, 7, 1});
    }
    CHECK(message_of([&] { p.gpu.synchronise(); }) == "no error");
    CHECK(message_of([&] { side.synchronise(); }) == second_is_7);
}

/// y[j] = -x[j] where x >= 0 and w[i] >= 0 are required, as two checks.
TEST_CASE(
    "of several checks the first that is violated tells its own requirement; a stage without items tells the value") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    hand_made made;
    const node_id x = made.add_input("x", {"j"});
    const node_id w = made.add_input("w", {"i"}, role::tensor, element::float64);
    const node_id zero = made.apply(op::constant, {});
    made.require({made.apply(op::greater_equal, {x, zero}), x, 0});
    made.require({made.apply(op::greater_equal, {w, zero}), w, 0});
    made.add_output("y", made.apply(op::neg, {x}), {"j"});
    const axis_set j = 1u << made.axis("j"), i = 1u << made.axis("i");
    kernel k(made.g, "two", [&](const layout&, std::span<const element>, std::string_view) {
        std::vector<stage_shape> stages{rows_stage(j, -1), rows_stage(i, -1), rows_stage(j, -1)};
        stages[0].form = stages[1].form = stage_form::check;
        stages[0].requirement = 0;
        stages[1].requirement = 1;
        return device_program("two", stages, 3, 8);
    });
    driver.kernels["two_1"] = [](const fake::launch& l) { l.status[2] = 1; };
    driver.kernels["two_2"] = [](const fake::launch& l) {
        if (l.status[0] != -1) FAIL("the first check has no rows");
        l.status[3] = std::bit_cast<std::int64_t>(-0.25);
    };
    const auto none = to_device(gpu, std::vector<float>());
    const auto weights = to_device(gpu, std::vector<double>{1, -0.25});
    device_array<float, 1> y(gpu, {0});
    k.run(std::array{make_argument(as_view(none)), make_argument(as_view(weights))},
          std::array{make_argument(as_view(y))});
    CHECK(message_of([&] { gpu.synchronise(); }) == "gradus: argument \"w\" is -0.25 at i = 1, but w >= 0 is required");
    CHECK(driver.done == std::vector<std::string>{"two_1", "two_2"});
    CHECK(driver.launches.back().items == 0);
}

}  // namespace
}  // namespace gradus
