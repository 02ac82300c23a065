// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a call costs: kernels on one element, outputs given, with all checks, beside a function that does
// nothing and beside the kernels' code alone, so that the difference is the overhead; and threads: one launch at the
// size where they start beside the same launch on one thread, and an activation bound by arithmetic on one and on two
// threads.
#include <array>
#include <chrono>
#include <span>
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

constexpr auto slope = grad(sum(gelu(x)), x);

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

/// `Formula` on state.range(0) elements with two threads, of which the other has gone to sleep meanwhile.
template <const auto& Formula>
void after_a_pause(benchmark::State& state) {
    const std::vector<float> X(static_cast<std::size_t>(state.range(0)), 0.5F);
    std::vector<float> Y(X.size());
    const auto f = jit<Formula>();
    oneapi::tbb::task_arena arena(2);
    arena.execute([&] {
        for (auto _ : state) {
            const auto pause_end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
            while (std::chrono::steady_clock::now() < pause_end)
                f(x = std::span(X).first(1), outputs(std::span(Y).first(1)));
            const auto start = std::chrono::steady_clock::now();
            f(x = X, outputs(Y));
            state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
    });
}
BENCHMARK(after_a_pause<negated>)->Arg(32767)->Arg(32768)->UseManualTime();
BENCHMARK(after_a_pause<slope>)->Arg(32767)->Arg(32768)->UseManualTime();

/// `Formula` on state.range(0) elements with state.range(1) threads.
template <const auto& Formula>
void on_threads(benchmark::State& state) {
    const std::vector<float> X(static_cast<std::size_t>(state.range(0)), 0.5F);
    std::vector<float> Y(X.size());
    const auto f = jit<Formula>();
    oneapi::tbb::task_arena arena(static_cast<int>(state.range(1)));
    arena.execute([&] {
        for (auto _ : state) f(x = X, outputs(Y));
    });
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(on_threads<negated>)->Args({32767, 2})->Args({32768, 1})->Args({32768, 2})->UseRealTime();
BENCHMARK(on_threads<slope>)->ArgsProduct({{32768, 1 << 17, 1 << 22}, {1, 2}})->UseRealTime();

}  // namespace
