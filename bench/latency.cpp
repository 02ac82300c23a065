// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The JIT's latency: from a graph that exists to a function that can be called. The first kernel of the
// process is timed alone, since it loads and initialises LLVM's target. Kernels are then made as jit makes them:
// several, one after the other and in the background, and one that is in the cache, in a folder of its own that is
// removed.
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

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

/// Kernels that have not been compiled: a kernel's name is part of what it is known by.
std::vector<std::shared_ptr<kernel>> new_kernels(int count) {
    static int number = 0;
    std::vector<std::shared_ptr<kernel>> made;
    while (count-- > 0)
        made.push_back(kernel_for(program<loss, dlogits>::view(), "kernel_" + std::to_string(number++)));
    return made;
}

/// The inputs of a call, without memory.
std::vector<argument> call_inputs() {
    return {make_argument(view(static_cast<const float*>(nullptr), {64, 10})),
            make_argument(view(static_cast<const int*>(nullptr), {64}))};
}

constexpr int several = 8;

void several_kernels_one_after_the_other(benchmark::State& state) {
    ::setenv("GRADUS_CACHE", "off", 1);
    for (auto _ : state)
        for (const auto& one : new_kernels(several)) one->preparation(call_inputs(), {})();
}
BENCHMARK(several_kernels_one_after_the_other)->UseRealTime()->Unit(benchmark::kMillisecond);

void several_kernels_in_the_background(benchmark::State& state) {
    ::setenv("GRADUS_CACHE", "off", 1);
    for (auto _ : state) {
        std::vector<std::future<void>> ready;
        for (const auto& one : new_kernels(several)) ready.push_back(compile_in_background(one, call_inputs(), {}));
        for (std::future<void>& one : ready) one.get();
    }
}
BENCHMARK(several_kernels_in_the_background)->UseRealTime()->Unit(benchmark::kMillisecond);

void cached_kernel(benchmark::State& state) {
    std::string folder = (std::filesystem::temp_directory_path() / "gradus_bench_XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return state.SkipWithError("no folder for the cache can be made");
    ::setenv("GRADUS_CACHE", "on", 1);
    ::setenv("GRADUS_CACHE_DIR", folder.c_str(), 1);
    const auto prepare_kernel = [] {
        kernel_for(program<loss, dlogits>::view(), "kernel")->preparation(call_inputs(), {})();
    };
    prepare_kernel();
    for (auto _ : state) prepare_kernel();
    std::filesystem::remove_all(folder);
}
BENCHMARK(cached_kernel)->Unit(benchmark::kMillisecond);

}  // namespace
