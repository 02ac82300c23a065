// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a call costs: kernels on one element, outputs given, with all checks, beside a function that does
// nothing and beside the kernels' code alone, so that the difference is the overhead; and what a second thread brings
// or costs, awake and asleep, beside what it costs to wake one at all: sizes around those from which work is shared
// (runtime/shared_work.cpp).
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <span>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <oneapi/tbb/task_arena.h>

#include <gradus/gradus.hpp>
#include "compile.hpp"
#include "target.hpp"

namespace {
using namespace gradus;

constexpr auto x = tensor<"x[i]">;
constexpr auto negated = -x;
constexpr auto activated = silu(x);

constexpr auto prediction = tensor<"prediction[i]">;
constexpr auto target = tensor<"target[i]">;
constexpr auto weight = tensor<"weight[i]">;
constexpr auto distance = sum(weight * (prediction - target) * (prediction - target));

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto label = labels<"label[batch]">;
constexpr auto loss = mean(cross_entropy(logits, label, over<"class">));

constexpr auto dlogits = grad(loss, logits);

constexpr auto rectified = relu(x);
constexpr auto curved = gelu(x);
constexpr auto slope = grad(sum(curved), x);

void nothing(void* const*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t) {}

/// A call through a pointer, with as many operands as a kernel's code has.
void function_through_a_pointer(benchmark::State& state) {
    auto* f = &nothing;
    benchmark::DoNotOptimize(f);
    for (auto _ : state) f(nullptr, nullptr, 0, 0, 1);
}
BENCHMARK(function_through_a_pointer);

/// The stages of a kernel on one element, nothing checked and nothing prepared.
template <const auto& Formula>
void code_alone(benchmark::State& state) {
    const graph_view g = program<Formula>::view();
    std::vector<element> types;
    for (const input& in : g.inputs) types.push_back(in.type);
    const executable code = compile(g, row_major(g), types, host_target(), "kernel", false).code;
    const std::size_t tensors = g.inputs.size() + g.outputs.size();
    std::vector<std::array<double, 1024>> memory(tensors + code.temporaries.size());
    std::vector<void*> data;
    for (auto& block : memory) data.push_back(block.data());
    const std::vector<std::int64_t> shape(g.axes.size() * (tensors + 1), 1);
    for (auto _ : state)
        for (std::size_t s = 0; s < code.stages.size(); ++s)
            code.entry(data.data(), shape.data(), static_cast<std::int64_t>(s), 0, 1);
}
BENCHMARK(code_alone<negated>);
BENCHMARK(code_alone<activated>);
BENCHMARK(code_alone<distance>);
BENCHMARK(code_alone<loss>);

template <const auto& Formula>
void pointwise(benchmark::State& state) {
    const std::vector<float> X{1};
    std::vector<float> Y(1);
    const auto f = jit<Formula>();
    for (auto _ : state) f(x = X, outputs(Y));
}
BENCHMARK(pointwise<negated>);
BENCHMARK(pointwise<activated>);

void pointwise_of_spans(benchmark::State& state) {
    const std::array<float, 1> X{1};
    std::array<float, 1> Y{};
    const auto f = jit<negated>();
    for (auto _ : state) f(x = std::span<const float>(X), outputs(std::span<float>(Y)));
}
BENCHMARK(pointwise_of_spans);

void pointwise_in_place(benchmark::State& state) {
    std::vector<float> X{1};
    const auto f = jit<negated>();
    for (auto _ : state) f(x = X, outputs(X));
}
BENCHMARK(pointwise_in_place);

/// Every call has another extent than the last.
void pointwise_of_two_sizes(benchmark::State& state) {
    const std::vector<float> X{1, 2};
    std::vector<float> Y(2);
    const auto f = jit<negated>();
    std::size_t size = 1;
    for (auto _ : state) {
        f(x = std::span(X).first(size), outputs(std::span(Y).first(size)));
        size = 3 - size;
    }
}
BENCHMARK(pointwise_of_two_sizes);

void reduction_of_three_inputs(benchmark::State& state) {
    const std::vector<float> P{1}, T{2}, W{3};
    float value = 0;
    const auto f = jit<distance>();
    for (auto _ : state) f(prediction = P, target = T, weight = W, outputs(value));
}
BENCHMARK(reduction_of_three_inputs);

void cross_entropy_of_one_element(benchmark::State& state) {
    const std::vector<float> X{1};
    const std::vector<int> T{0};
    float value = 0;
    const auto f = jit<loss>();
    for (auto _ : state) f(logits = view(X, {1, 1}), label = T, outputs(value));
}
BENCHMARK(cross_entropy_of_one_element);

using steady = std::chrono::steady_clock;

double microseconds_since(steady::time_point start) {
    return std::chrono::duration<double, std::micro>(steady::now() - start).count();
}
/// Passes the time without leaving the processor, for which the threads of oneTBB find no work.
void rest(double microseconds) {
    const steady::time_point start = steady::now();
    while (microseconds_since(start) < microseconds) {
    }
}
double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// What it costs to wake a thread that has slept for 1 ms: the system's part, whoever asks for it.
void waking_a_thread(benchmark::State& state) {
    std::atomic<int> word = 0;
    std::thread sleeper([&] {
        for (int seen = 0; seen >= 0; seen = word) word.wait(seen);
    });
    for (auto _ : state) {
        rest(1000);
        const steady::time_point start = steady::now();
        ++word;
        word.notify_one();
        state.SetIterationTime(1e-6 * microseconds_since(start));
    }
    word = -1;
    word.notify_one();
    sleeper.join();
}
BENCHMARK(waking_a_thread)->Iterations(500)->UseManualTime();

/// One call after state.range(1) us of rest on one thread, then on two, and so on in turns; without a rest the calls
/// go on for a while before some are timed. `gain`: how many times faster two threads are, `extra_us`: how much longer
/// they take. Medians.
template <class Call>
void on_one_and_two_threads(benchmark::State& state, Call call) {
    const auto pause = static_cast<double>(state.range(1));
    const auto time_of_call = [&] {
        rest(pause);
        for (const steady::time_point start = steady::now(); pause == 0 && microseconds_since(start) < 500;) call();
        const int calls = pause == 0 ? 16 : 1;
        const steady::time_point start = steady::now();
        for (int i = 0; i < calls; ++i) call();
        return microseconds_since(start) / calls;
    };
    oneapi::tbb::task_arena one(1), two(2);
    std::vector<double> alone, together, extra;
    for (auto _ : state) {
        alone.push_back(one.execute(time_of_call));
        together.push_back(two.execute(time_of_call));
        extra.push_back(together.back() - alone.back());
        state.SetIterationTime(1e-6 * (alone.back() + together.back()));
    }
    state.counters["alone_us"] = median(alone);
    state.counters["together_us"] = median(together);
    state.counters["extra_us"] = median(extra);
    state.counters["gain"] = median(alone) / median(together);
}

void relu_on_threads(benchmark::State& state) {
    const std::vector<float> X(static_cast<std::size_t>(state.range(0)), 0.5F);
    std::vector<float> Y(X.size());
    on_one_and_two_threads(state, [&, f = jit<rectified>()] { f(x = X, outputs(Y)); });
}
void gelu_with_gradient_on_threads(benchmark::State& state) {
    const std::vector<float> X(static_cast<std::size_t>(state.range(0)), 0.5F);
    std::vector<float> Y(X.size()), dX(X.size());
    on_one_and_two_threads(state, [&, f = jit<curved, slope>()] { f(x = X, outputs(Y, dX)); });
}
void cross_entropy_with_gradient_on_threads(benchmark::State& state) {
    const std::int64_t classes = 1000, rows = state.range(0) / classes;
    const std::vector<float> X(static_cast<std::size_t>(rows * classes), 0.5F);
    const std::vector<int> T(static_cast<std::size_t>(rows), 1);
    std::vector<float> dX(X.size());
    float value = 0;
    on_one_and_two_threads(state, [&, f = jit<loss, dlogits>()] {
        f(logits = view(X, {rows, classes}), label = T, outputs(value, view(dX, {rows, classes})));
    });
}

/// Numbers of elements, and of microseconds of rest.
void sizes_and_rests(benchmark::internal::Benchmark* of) {
    for (const std::int64_t pause : {0, 20, 1000})
        for (std::int64_t size = 4096; size <= 1 << 20; size *= 2) of->Args({size, pause});
    of->ArgNames({"elements", "rest_us"})->Iterations(300)->UseManualTime();
}
BENCHMARK(relu_on_threads)->Apply(sizes_and_rests);
BENCHMARK(gelu_with_gradient_on_threads)->Apply(sizes_and_rests);
BENCHMARK(cross_entropy_with_gradient_on_threads)->Apply(sizes_and_rests);

}  // namespace
