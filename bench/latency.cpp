// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The JIT's latency: from a graph that exists to a function that can be called. The first kernel of the
// process is timed alone, since it loads and initialises LLVM's target.
#include <chrono>

#include <benchmark/benchmark.h>
#include <gradus/gradus.hpp>

#include "compile.hpp"
#include "target.hpp"

namespace {
using namespace gradus;

constexpr auto x = tensor<"x[i]">;
constexpr auto activated = silu(x);
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target_labels = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target_labels, over<"class">));
constexpr auto dlogits = grad(loss, logits);

void compile_once(graph_view g) {
    std::vector<element> types;
    for (const input& in : g.inputs) types.push_back(in.type);
    benchmark::DoNotOptimize(compile(g, row_major(g), types, host_target(), "kernel", false).code.entry);
}

void first_kernel_of_the_process(benchmark::State& state) {
    for (auto _ : state) compile_once(program<activated>::view());
}
BENCHMARK(first_kernel_of_the_process)->Iterations(1)->Unit(benchmark::kMillisecond);

void pointwise_kernel(benchmark::State& state) {
    for (auto _ : state) compile_once(program<activated>::view());
}
BENCHMARK(pointwise_kernel)->Unit(benchmark::kMillisecond);

void cross_entropy_kernel(benchmark::State& state) {
    for (auto _ : state) compile_once(program<loss, dlogits>::view());
}
BENCHMARK(cross_entropy_kernel)->Unit(benchmark::kMillisecond);

}  // namespace
