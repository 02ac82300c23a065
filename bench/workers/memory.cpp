// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bounds: what the machine does when it only moves bytes or only computes. `bandwidth NAME`, of so many elements:
//
//     read               x, each byte once
//     in_place           x_work becomes -x_work: every byte read and written back
//     in_place_read      the same, and `second` is read
//     in_place_read_two  the same, and `second` and `third` are read
//     copy               x to y with ordinary stores (a processor may read the lines of y first)
//     copy_past          x to y with stores that go past the caches
//     copy_past_read     the same, and `second` is read
//     operations         multiply-adds of numbers in registers; a second extent: so many additions beside them
//     cycle              one cycle of the processor's clock for each element
//
// Slots lie one behind the other, so that work on two of them is work on one of twice the size.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#ifdef __AVX__
#include <immintrin.h>
#endif

#include "worker.hpp"

namespace gradus::bench {
namespace {

/// What a compiler may not leave out.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

/// The part of each slot that one thread works on; of operations, so many multiply-adds and others.
struct part {
    const arena& memory;
    std::int64_t first, count, others;

    float* at(slot s) const { return memory.at(s) + first; }
    std::uint32_t* words(slot s) const { return reinterpret_cast<std::uint32_t*>(at(s)); }
};

void read(const part& p) {
    const std::uint32_t* const x = p.words(slot::x);
    std::uint32_t all = 0;
    for (std::int64_t i = 0; i < p.count; ++i) all ^= x[i];
    const std::uint32_t result = all;  // so that only this one lies in memory
    keep(result);
}
void in_place(const part& p) {
    std::uint32_t* const x = p.words(slot::x_work);
    for (std::int64_t i = 0; i < p.count; ++i) x[i] ^= 0x80000000U;
}
void in_place_read(const part& p) {
    std::uint32_t* __restrict const x = p.words(slot::x_work);
    const std::uint32_t* __restrict const t = p.words(slot::second);
    for (std::int64_t i = 0; i < p.count; ++i) x[i] ^= t[i];
}
void in_place_read_two(const part& p) {
    std::uint32_t* __restrict const x = p.words(slot::x_work);
    const std::uint32_t* __restrict const t = p.words(slot::second);
    const std::uint32_t* __restrict const u = p.words(slot::third);
    for (std::int64_t i = 0; i < p.count; ++i) x[i] ^= t[i] ^ u[i];
}
void copy(const part& p) {
    const std::uint32_t* __restrict const x = p.words(slot::x);
    std::uint32_t* __restrict const y = p.words(slot::y);
    for (std::int64_t i = 0; i < p.count; ++i) y[i] = x[i] ^ 0x80000000U;  // not memcpy, which may go past the caches
}
#ifdef __AVX__
/// A count that is a multiple of 8, slots aligned to 32 bytes.
void copy_past(const part& p) {
    const float* const x = p.at(slot::x);
    float* const y = p.at(slot::y);
    for (std::int64_t i = 0; i < p.count; i += 8) _mm256_stream_ps(y + i, _mm256_loadu_ps(x + i));
    _mm_sfence();
}
void copy_past_read(const part& p) {
    const float* const x = p.at(slot::x);
    const float* const t = p.at(slot::second);
    float* const y = p.at(slot::y);
    for (std::int64_t i = 0; i < p.count; i += 8)
        _mm256_stream_ps(y + i, _mm256_xor_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(t + i)));
    _mm_sfence();
}
#endif

#ifdef __AVX512F__
constexpr int width = 16;
#else
constexpr int width = 8;
#endif
using vector [[gnu::vector_size(width * sizeof(float))]] = float;

/// So many multiply-adds, of numbers in registers, and as many additions if there are `additions`. Chains side by side,
/// enough for the latency of any processor and few enough for its registers.
template <int multiply_adds, int additions>
void compute(std::int64_t count) {
    vector product[multiply_adds], sum[additions + 1];
    for (int k = 0; k < multiply_adds; ++k)
        product[k] = vector{} + static_cast<float>(k + 2);  // equal ones would be one
    for (int k = 0; k < additions; ++k) sum[k] = vector{} + static_cast<float>(k + 2);
    for (std::int64_t i = 0; i < count; i += width * multiply_adds) {
        for (vector& v : product) v = v * 0.999F + 0.001F;  // contracted by the compiler: -ffp-contract=fast
        for (int k = 0; k < additions; ++k) sum[k] += 0.001F;
    }
    keep(product);
    if constexpr (additions > 0) keep(sum);
}

/// Many processors add at other ports than they multiply: what is no multiplication runs beside one as long as there is
/// one of the other kind, and else as two kinds too, since most of it may run at either.
void operations(const part& p) {
    const std::int64_t all = p.count + p.others, pairs = std::min(p.others, all / 2);
#ifdef __AVX512F__
    compute<10, 10>(pairs);
    compute<10, 0>(all - 2 * pairs);
#else
    compute<7, 7>(pairs);
    compute<12, 0>(all - 2 * pairs);
#endif
}

/// A chain of exclusive ors, each of which waits for the last: one cycle each on any processor with a pipeline.
void cycle(const part& p) {
    std::int64_t value = 1, other = 0;
    for (std::int64_t i = 0; i < p.count; i += 8) {
#if defined(__x86_64__)
#define GRADUS_LINK "xor %1, %0\n\t"
#elif defined(__aarch64__)
#define GRADUS_LINK "eor %0, %0, %1\n\t"
#endif
        asm volatile(GRADUS_LINK GRADUS_LINK GRADUS_LINK GRADUS_LINK GRADUS_LINK GRADUS_LINK GRADUS_LINK GRADUS_LINK
                     : "+r"(value)
                     : "r"(other));
    }
}

using work = void (*)(const part&);
const std::map<std::string_view, work> works{{"read", read},
                                             {"in_place", in_place},
                                             {"in_place_read", in_place_read},
                                             {"in_place_read_two", in_place_read_two},
                                             {"copy", copy},
#ifdef __AVX__
                                             {"copy_past", copy_past},
                                             {"copy_past_read", copy_past_read},
#endif
                                             {"operations", operations},
                                             {"cycle", cycle}};

/// One call: each thread has one part of the elements, whole cache lines of them.
void on_threads(work f, const arena& memory, std::int64_t count, std::int64_t others, int threads) {
    const auto share = [&](std::int64_t all) { return all / threads / 16 * 16; };
    const auto run = [&](int i) { f({memory, i * share(count), share(count), share(others)}); };
    if (threads == 1) return run(0);
    oneapi::tbb::parallel_for(0, threads, run, oneapi::tbb::static_partitioner());
}

task memory_task(const problem& what, const arena& memory, int threads) {
    const auto found = works.find(what.name);
    if (what.kind != "bandwidth" || found == works.end())
        throw std::invalid_argument("no " + what.kind + " of " + what.name);
    const std::int64_t size = what.extents[0], bytes = size * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t others = what.extents.size() > 1 ? what.extents[1] : 0;
    const bool of_memory = what.name != "operations" && what.name != "cycle";
    if (of_memory && bytes > 2 * memory.slot_bytes()) throw std::invalid_argument("larger than two slots");
    const auto workers = std::make_shared<oneapi::tbb::task_arena>(threads);
    const auto run = [=, f = found->second, &memory](std::int64_t count) {
        // Calls that compute are one long one: what begins and ends a short one is no part of the bound.
        const std::int64_t calls = of_memory ? count : 1, longer = of_memory ? 1 : count;
        workers->execute([&] {
            for (std::int64_t i = 0; i < calls; ++i) on_threads(f, memory, longer * size, longer * others, threads);
        });
        return 0.0;
    };
    return {run, {}, {}};
}

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    using namespace gradus::bench;
    return serve(count, arguments, std::string("loops by ") + compiler + " -O3", memory_task);
}
