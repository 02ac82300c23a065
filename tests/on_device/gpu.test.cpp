// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the driver of a real GPU does with streams, recorded sequences, numbers, checks and memory of others. The
// kernels' bits are the business of tests/bits. Skipped where there is no GPU.
#include <chrono>
#include <numeric>

#include <gradus/cuda.hpp>
#include <gradus/cuda_array.hpp>
#include <gradus/device_array.hpp>
#include <gradus/dlpack.hpp>
#include <gradus/gradus.hpp>

#include "support/catch.hpp"
#include "support/gpu.hpp"
#include "support/message_of.hpp"

using namespace gradus;
using gradus::testing::gpu;
using gradus::testing::message_of;
using Catch::Matchers::Contains;

namespace {

constexpr auto w = tensor<"w[i]">;
constexpr auto goal = tensor<"goal[i]">;
constexpr auto rate = scalar<"rate">;
constexpr auto stepped = w - rate * (w - goal);
constexpr auto noise = uniform<"noise[i]">;
constexpr auto dropped = where(noise < 0.5, w, 0);

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto loss = mean(cross_entropy(x, t, over<"class">));
constexpr auto dx = grad(loss, x);

std::vector<float> numbers(std::size_t count) {
    std::vector<float> made(count);
    std::iota(made.begin(), made.end(), -3.0f);
    return made;
}
template <class T, int Rank>
std::vector<T> elements(const array<T, Rank>& x) {
    return {x.begin(), x.end()};
}

/// w after some steps towards goal on the host.
std::vector<float> stepped_on_host(std::vector<float> values, const std::vector<float>& to, float by, int steps) {
    const auto step = jit<stepped>();
    for (int i = 0; i < steps; ++i) step(w = values, goal = to, rate = by, outputs(values));
    return values;
}

}  // namespace

TEST_CASE("tensors go to a GPU and back, row-major or not", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    for (const std::int64_t rows : {1, 3, 1000}) {
        const std::vector<float> host = numbers(static_cast<std::size_t>(rows * 37));
        const auto there = to_device(*place, view(host, {rows, 37}));
        CHECK(elements(to_host(there)) == host);
        const auto turned = to_device(*place, transpose(view(host, {rows, 37})));
        CHECK(elements(to_host(transpose(turned.view()))) == host);
    }
    CHECK(to_host(to_device(*place, 2.5)) == 2.5);
    CHECK(to_host(to_device(*place, std::vector<int>())).size() == 0);
}

TEST_CASE("numbers and seeds of the host reach a GPU as they are at the call", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(1000), to(1000, 2.0f);
    const auto W = to_device(*place, host), G = to_device(*place, to);
    std::vector<device_array<float, 1>> results;
    for (int i = 1; i <= 20; ++i)
        results.push_back(jit<stepped>()(w = W, goal = G, rate = 0.05f * static_cast<float>(i)));
    for (int i = 1; i <= 20; ++i)
        CHECK(elements(to_host(results[static_cast<std::size_t>(i - 1)])) ==
              stepped_on_host(host, to, 0.05f * static_cast<float>(i), 1));
    for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{0x1234'5678'9abc'def0}})
        CHECK(elements(to_host(jit<dropped>()(w = W, noise = seed))) ==
              elements(jit<dropped>()(w = host, noise = seed)));
}

TEST_CASE("calls on one stream are in order, and a stream waits for the events of another", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(1 << 20), to(1 << 20, 2.0f);
    auto W = to_device(*place, host);
    const auto G = to_device(*place, to);
    const auto step = jit<stepped>();
    const cuda_stream first(*place), second(*place);
    place->synchronise();
    for (int i = 0; i < 10; ++i) {
        const cuda_stream& mine = i % 2 == 0 ? first : second;
        const stream_scope on(mine);
        step(w = W, goal = G, rate = 0.25f, outputs(W));
        cuda_event done(*place);
        done.record(mine);
        (i % 2 == 0 ? second : first).wait_for(done);
    }
    second.synchronise();
    CHECK(elements(to_host(W)) == stepped_on_host(host, to, 0.25f, 10));
}

TEST_CASE("a recorded sequence runs each time that it is launched", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(5000), to(5000, 2.0f);
    auto W = to_device(*place, host);
    const auto G = to_device(*place, to);
    const auto step = jit<stepped>();
    const cuda_graph sequence(*place, [&] {
        const auto between = step(w = W, goal = G, rate = 0.25f);
        step(w = between, goal = G, rate = 0.5f, outputs(W));
    });
    CHECK(elements(to_host(W)) == host);
    for (int i = 0; i < 5; ++i) sequence.launch();
    std::vector<float> expected = host;
    for (int i = 0; i < 5; ++i) expected = stepped_on_host(stepped_on_host(expected, to, 0.25f, 1), to, 0.5f, 1);
    CHECK(elements(to_host(W)) == expected);
    CHECK(message_of([&] { cuda_graph wrong(*place, [&] { to_host(W); }); }) ==
          "gradus: a copy to the host cannot be recorded in a cuda_graph: do it before or after");
    step(w = W, goal = G, rate = 0.0f, outputs(W));
    CHECK(elements(to_host(W)) == expected);
}

TEST_CASE("a label out of range is the host's error, recorded or not, and the GPU works on", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(600);
    std::vector<int> labels(200, 1);
    const auto step = jit<loss, dx>();
    const auto X = to_device(*place, view(host, {200, 3}));
    const auto right = to_device(*place, labels);
    labels[150] = -7;
    const auto wrong = to_device(*place, labels);
    const std::string text = message_of([&] { step(x = view(host, {200, 3}), t = labels); });
    CHECK_THAT(text, Contains("is -7 at batch = 150"));
    device_array<float, 0> value(*place, {});
    auto result = to_device(*place, view(host, {200, 3}));
    step(x = X, t = wrong, outputs(value, result));
    CHECK(message_of([&] { place->synchronise(); }) == text);
    CHECK(elements(to_host(result)) == host);
    const cuda_graph sequence(*place, [&] { step(x = X, t = wrong, outputs(value, result)); });
    for (int i = 0; i < 2; ++i) {
        sequence.launch();
        CHECK(message_of([&] { place->synchronise(); }) == text);
    }
    for (int i = 0; i < 1500; ++i) step(x = X, t = i == 40 ? wrong : right, outputs(value, result));
    CHECK(message_of([&] { place->synchronise(); }) == text);
    labels[150] = 1;
    const auto [on_host, gradient] = step(x = view(host, {200, 3}), t = labels);
    CHECK(to_host(value) == on_host);
    CHECK(elements(to_host(result)) == elements(gradient));
}

TEST_CASE("memory of others is used where it lies, after the stream that makes it", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(1000), to(1000, 2.0f);
    const auto G = to_device(*place, to);
    const auto step = jit<stepped>();
    const cuda_stream theirs(*place);
    auto W = [&] {
        const stream_scope on(theirs);
        return to_device(*place, host);
    }();
    {
        const stream_scope on(theirs);
        step(w = W, goal = G, rate = 0.5f, outputs(W));
    }
    const std::vector<std::int64_t> shape{1000};
    const auto seen = view_of_cuda_array<const float, 1>(
        {W.data(), shape, {}, "<f4", reinterpret_cast<std::uintptr_t>(theirs.handle())});
    CHECK(seen.place == place);
    CHECK(elements(to_host(step(w = seen, goal = G, rate = 0.5f))) == stepped_on_host(host, to, 0.5f, 2));
    dlpack::managed_tensor* const given = dlpack::to_dlpack(std::move(W));
    CHECK(elements(to_host(dlpack::on_device<const float, 1>(given->content))) == stepped_on_host(host, to, 0.5f, 1));
    given->deleter(given);
    const cuda_stream legacy(*place, nullptr);  // CUDA's default stream
    const stream_scope on(legacy);
    CHECK(elements(to_host(step(w = to_device(*place, host), goal = G, rate = 0.5f))) ==
          stepped_on_host(host, to, 0.5f, 1));
}

TEST_CASE("what a GPU refuses is told, and it works on", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    CHECK_THAT(message_of([&] { device_array<float, 1>(*place, {std::int64_t{1} << 44}); }),
               Contains("gives no memory of 70368744177664 bytes: ") && Contains("CUDA_ERROR_OUT_OF_MEMORY"));
    const gpu_code wrong{
        ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry k_0() { unknown.f32; }\n", "k", {}};
    CHECK_THAT(message_of([&] { place->load(wrong, 1); }),
               Contains("refuses the code of k: ") && Contains("CUDA_ERROR_INVALID_PTX") && Contains("line 4"));
    CHECK(to_host(to_device(*place, 1.0f)) == 1);
    release_cached_memory(*place);
    CHECK(to_host(to_device(*place, 1.0f)) == 1);
}

TEST_CASE("a call returns before a GPU has computed it, in some microseconds", "[.][gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const std::vector<float> host = numbers(1024);
    auto W = to_device(*place, host);
    const auto G = to_device(*place, host);
    const auto by = to_device(*place, 0.5f);
    const auto step = jit<stepped>();
    double best = 1e9;
    for (int round = 0; round < 20; ++round) {
        place->synchronise();
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 500; ++i) step(w = W, goal = G, rate = by, outputs(W));
        const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - start;
        best = std::min(best, taken.count() / 500);
    }
    WARN("a call of one kernel takes the host " << best << " us, the driver included");
    CHECK(best < 50);
}
