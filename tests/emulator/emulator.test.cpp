// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels without faults, written by hand: what they give is exact, and depends on no order.
#include "emulator/emulator.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

using namespace gradus::testing;

namespace {

constexpr std::uint64_t seeds[]{0, 1, 2, 3, 0xfeedULL};

template <class T>
T* pointer(const void* data, int k) {
    return static_cast<T*>(static_cast<void* const*>(data)[k]);
}
void put(emulated_thread* t, int slot, std::int64_t value, int site) { t->store_shared(t, 8 * slot, 8, &value, site); }
std::int64_t get(emulated_thread* t, int slot, int site) {
    std::int64_t value;
    t->load_shared(t, 8 * slot, 8, &value, site);
    return value;
}

/// The sum of the elements that fall to this thread, in strides of the grid.
std::int64_t own_sum(const emulated_thread* t, const void* data, std::int64_t items, std::int32_t threads) {
    std::int64_t sum = 0;
    const std::int64_t stride = std::int64_t{threads} * t->blocks;
    for (std::int64_t i = std::int64_t{t->block} * threads + t->thread; i < items; i += stride)
        sum += pointer<const std::int64_t>(data, 0)[i];
    return sum;
}

/// data: elements, a sum for each block · shape[0]: threads of a block, a power of two.
void sum_by_shared_memory(emulated_thread* t, const void* data, const std::int64_t* shape, std::int64_t*,
                          std::int64_t items, std::int32_t) {
    const auto threads = static_cast<std::int32_t>(shape[0]);
    put(t, t->thread, own_sum(t, data, items, threads), 0);
    t->barrier(t, 1);
    for (int half = threads / 2; half > 0; half /= 2) {
        if (t->thread < half) put(t, t->thread, get(t, t->thread, 2) + get(t, t->thread + half, 3), 4);
        t->barrier(t, 5);
    }
    if (t->thread == 0) pointer<std::int64_t>(data, 1)[t->block] = get(t, 0, 6);
}

std::int64_t warp_sum(emulated_thread* t, std::int64_t value, int site) {
    for (int mask = warp_size / 2; mask > 0; mask /= 2)
        value += std::bit_cast<std::int64_t>(t->shuffle(t, std::bit_cast<std::uint64_t>(value), mask, site));
    return value;
}

/// The same, by warps; the first warp adds the sums of the others.
void sum_by_shuffles(emulated_thread* t, const void* data, const std::int64_t* shape, std::int64_t*, std::int64_t items,
                     std::int32_t) {
    const auto threads = static_cast<std::int32_t>(shape[0]);
    const std::int64_t of_warp = warp_sum(t, own_sum(t, data, items, threads), 0);
    if (t->thread % warp_size == 0) put(t, t->thread / warp_size, of_warp, 1);
    t->barrier(t, 2);
    if (t->thread >= warp_size) return;
    const std::int64_t of_block = warp_sum(t, t->thread < threads / warp_size ? get(t, t->thread, 3) : 0, 4);
    if (t->thread == 0) pointer<std::int64_t>(data, 1)[t->block] = of_block;
}

std::int64_t total(emulated_kernel kernel, const std::vector<std::int64_t>& elements, std::int32_t threads,
                   std::uint64_t seed) {
    const emulated_grid grid{3, threads, 8 * threads};
    std::vector<std::int64_t> sums(3);
    const void* data[]{elements.data(), sums.data()};
    const std::int64_t shape[]{threads};
    emulator(seed).run("sum", kernel, grid, {data, shape, nullptr, static_cast<std::int64_t>(elements.size()), 1});
    return std::accumulate(sums.begin(), sums.end(), std::int64_t{0});
}

using place_in_grid = std::array<int, 3>;  ///< block, warp, thread in the warp

/// Notes its place; twice, with a shuffle between.
void note_order(emulated_thread* t, const void* data, const std::int64_t*, std::int64_t*, std::int64_t, std::int32_t) {
    auto& order = *pointer<std::vector<place_in_grid>>(data, 0);
    order.push_back({t->block, t->thread / warp_size, t->thread % warp_size});
    t->shuffle(t, 0, 1, 0);
    order.push_back({t->block, t->thread / warp_size, t->thread % warp_size});
}
std::vector<place_in_grid> order_of(std::uint64_t seed) {
    std::vector<place_in_grid> order;
    void* data[]{&order};
    emulator(seed).run("note", note_order, {4, 96, 0}, {data, nullptr, nullptr, 0, 1});
    return order;
}
std::vector<place_in_grid> warps_of_block(std::vector<place_in_grid> order, int block) {
    std::erase_if(order, [=](const place_in_grid& p) { return p[0] != block; });
    return order;
}
bool is_sorted_by(const std::vector<place_in_grid>& order, std::size_t field) {
    return std::is_sorted(order.begin(), order.end(),
                          [=](const auto& a, const auto& b) { return a[field] < b[field]; });
}

}  // namespace

TEST_CASE("sums of a block by shared memory and barriers, and by shuffles, are exact in every order") {
    std::vector<std::int64_t> elements(5000);
    for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<std::int64_t>(i * i % 1009) - 300;
    const std::int64_t expected = std::accumulate(elements.begin(), elements.end(), std::int64_t{0});
    for (const std::uint64_t seed : seeds)
        for (const std::int32_t threads : {32, 256, 1024}) {
            INFO("seed " << seed << ", threads " << threads);
            CHECK(total(sum_by_shared_memory, elements, threads, seed) == expected);
            CHECK(total(sum_by_shuffles, elements, threads, seed) == expected);
        }
}

TEST_CASE("a shuffle gives each thread the bits of its partner in the warp") {
    const emulated_kernel partners = [](emulated_thread* t, const void* data, const std::int64_t*, std::int64_t*,
                                        std::int64_t mask, std::int32_t) {
        const auto bits = ~static_cast<std::uint64_t>(t->thread);
        pointer<std::uint64_t>(data, 0)[t->thread] = t->shuffle(t, bits, static_cast<std::int32_t>(mask), 0);
    };
    for (std::int64_t mask = 0; mask < warp_size; ++mask) {
        std::vector<std::uint64_t> got(64);
        void* data[]{got.data()};
        emulator(static_cast<std::uint64_t>(mask))
            .run("partners", partners, {1, 64, 0}, {data, nullptr, nullptr, mask, 1});
        for (std::size_t t = 0; t < got.size(); ++t) CHECK(got[t] == ~(t ^ static_cast<std::size_t>(mask)));
    }
}

TEST_CASE("the lowest blocks, warps and threads run first with seed 0; others mix all of them, and all run once") {
    std::vector<place_in_grid> natural;
    for (int b = 0; b < 4; ++b)
        for (int warp = 0; warp < 3; ++warp)
            for (int times = 0; times < 2; ++times)
                for (int t = 0; t < warp_size; ++t) natural.push_back({b, warp, t});
    CHECK(order_of(0) == natural);
    std::vector<place_in_grid> sorted = natural;
    std::sort(sorted.begin(), sorted.end());
    for (const std::uint64_t seed : seeds) {
        std::vector<place_in_grid> order = order_of(seed);
        CHECK(order == order_of(seed));
        if (seed != 0) {
            CHECK_FALSE(is_sorted_by(order, 0));
            CHECK_FALSE(is_sorted_by(warps_of_block(order, 0), 1));
            CHECK_FALSE(is_sorted_by(std::vector(order.begin(), order.begin() + warp_size), 2));
        }
        std::sort(order.begin(), order.end());
        CHECK(order == sorted);
    }
}

TEST_CASE("the parameters of a launch reach every thread") {
    const emulated_kernel check = [](emulated_thread* t, const void* data, const std::int64_t* shape,
                                     std::int64_t* status, std::int64_t items, std::int32_t teams) {
        const bool right = data == nullptr && shape[0] == 11 && items == 12 && teams == 13 && t->blocks == 2;
        if (right) status[t->block] += t->thread;
    };
    const std::int64_t shape[]{11};
    std::int64_t status[]{0, 100};
    emulator().run("check", check, {2, 64, 0}, {nullptr, shape, status, 12, 13});
    CHECK(status[0] == 63 * 64 / 2);
    CHECK(status[1] == 100 + 63 * 64 / 2);
}
