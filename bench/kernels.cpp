// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The problems that bench/compare.py compares with other libraries, by Google Benchmark: absolute times of our kernels
// on one thread, for work on one of them. `bench_kernels --benchmark_filter=gelu`; with operands of its own,
// `bench_kernels 'forward gelu out_of_place 3072'`.
#include <algorithm>
#include <iostream>
#include <sstream>

#include <benchmark/benchmark.h>

#include "gradus_task.hpp"

namespace {
using namespace gradus::bench;

constexpr std::int64_t largest = std::int64_t{1} << 27;  // bytes in a slot

void solve(benchmark::State& state, const problem& what) {
    static const arena memory(largest);
    write_inputs(what, memory);
    const task made = gradus_task(what, memory, 1);
    for (const transfer& t : made.fresh) std::copy_n(memory.at(t.from), t.count, memory.at(t.to));
    made.run(1);
    for (auto _ : state) made.run(1);
    state.SetItemsProcessed(state.iterations() * what.size());
}

void add(const std::string& text) {
    std::istringstream words(text);
    benchmark::RegisterBenchmark(text.c_str(), solve, read_problem(words));
}

}  // namespace

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    try {
        for (int i = 1; i < count; ++i) add(arguments[i]);
        if (count == 1)
            for (const char* text :
                 {"forward exp out_of_place 3072", "forward_derivative gelu out_of_place 3072",
                  "forward_backward gelu in_place 33554432", "loss smooth_l1 in_place 33554432",
                  "label_loss cross_entropy in_place 4096 1000", "label_loss cross_entropy in_place 1024 32000",
                  "label_loss cross_entropy in_place 65536 10", "label_loss cross_entropy in_place 8 21 256 256"})
                add(text);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
