// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "speed.hpp"

#include <algorithm>
#include <chrono>

namespace gradus::exhaustive {
namespace {

constexpr std::size_t count = 2048;
constexpr int calls = 200, runs = 9;

template <class Call>
double elements_a_second(const Call& call) {
    using clock = std::chrono::steady_clock;
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < runs; ++run) {
        const clock::time_point start = clock::now();
        for (int i = 0; i < calls; ++i) call();
        best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
    }
    return static_cast<double>(count) * calls / best;
}

}  // namespace

speed measure_speed(const subject& one) {
    std::vector<float> x(count), result(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = 8 * static_cast<float>(i) / static_cast<float>(count) - 4;
    speed found;
    found.value = elements_a_second([&] { one.value(x, result); });
    found.slope = elements_a_second([&] { one.slope(x, result); });
    if (const vector_function f = libmvec_function(one.about.libmvec))
        found.libmvec = elements_a_second([&] { f(x, result.data()); });
    return found;
}

}  // namespace gradus::exhaustive
