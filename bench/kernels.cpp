// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two kernels: an activation (bound by memory or arithmetic according to size) and softmax
// cross-entropy with its gradient. `bytes_per_second` counts what must be read and written once.
#include <cstring>

#include <benchmark/benchmark.h>
#include <gradus/gradus.hpp>

namespace {
using namespace gradus;

constexpr auto x = tensor<"x[i]">;
constexpr auto activated = silu(x);

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

std::vector<float> ramp(std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i % 1000) * 0.01F - 5;
    return values;
}

/// The bound: copying as many bytes.
void copy(benchmark::State& state) {
    const std::vector<float> from = ramp(static_cast<std::size_t>(state.range(0)));
    std::vector<float> to(from.size());
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size() * sizeof(float));
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
BENCHMARK(copy)->Arg(1 << 12)->Arg(1 << 22)->UseRealTime();

void silu_forward(benchmark::State& state) {
    const std::vector<float> X = ramp(static_cast<std::size_t>(state.range(0)));
    std::vector<float> Y(X.size());
    const auto f = jit<activated>();
    f(x = X, outputs(Y));
    for (auto _ : state) f(x = X, outputs(Y));
    state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
BENCHMARK(silu_forward)->Arg(1 << 12)->Arg(1 << 22)->UseRealTime();

void cross_entropy_with_gradient(benchmark::State& state) {
    const std::int64_t rows = state.range(0), classes = state.range(1);
    const std::vector<float> X = ramp(static_cast<std::size_t>(rows * classes));
    std::vector<int> T(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < T.size(); ++i) T[i] = static_cast<int>(static_cast<std::int64_t>(i) % classes);
    std::vector<float> dX(X.size());
    float value = 0;
    const auto step = jit<loss, dlogits>();
    const auto run = [&] {
        step(logits = view(X, {rows, classes}), target = T, outputs(value, view(dX, {rows, classes})));
    };
    run();
    for (auto _ : state) run();
    state.SetBytesProcessed(state.iterations() * rows * classes * 8);
}
BENCHMARK(cross_entropy_with_gradient)->Args({4096, 1000})->Args({1024, 32000})->Args({65536, 10})->UseRealTime();

}  // namespace
