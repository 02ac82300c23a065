// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every fault that the emulator knows, planted in block 1 of 3, is reported with its thread and its place, in every
// order of threads; and what is just no fault is not.
#include <limits>
#include <optional>
#include <string>

#include "emulator/emulator.hpp"
#include "support/catch.hpp"

using namespace gradus::testing;

namespace {

constexpr std::uint64_t seeds[]{0, 1, 2, 3, 0xfeedULL};
constexpr emulated_grid three_blocks{3, 96, 64};

/// The parameters of a kernel behind the thread; of these it uses `p`, items, to know what to plant.
#define PARAMETERS emulated_thread *t, const void *, const std::int64_t *, std::int64_t *, std::int64_t p, std::int32_t

std::optional<emulation_fault> fault_in(emulated_kernel kernel, std::int64_t plant, std::uint64_t seed,
                                        const emulated_grid& grid = three_blocks) {
    try {
        emulator(seed).run("planted", kernel, grid, {nullptr, nullptr, nullptr, plant, 1});
        return {};
    } catch (const emulation_fault& f) {
        return f;
    }
}

struct expectation {
    fault_kind kind;
    fault_place at, other;
    std::string text;  ///< with the names of kernel, block, thread and site before it
};

void check(emulated_kernel kernel, std::int64_t plant, const expectation& e, const emulated_grid& grid = three_blocks) {
    for (const std::uint64_t seed : seeds) {
        INFO("seed " << seed);
        const auto f = fault_in(kernel, plant, seed, grid);
        REQUIRE(f);
        CHECK(f->kind() == e.kind);
        CHECK(f->block() == 1);
        CHECK(f->at() == e.at);
        CHECK(f->other() == e.other);
        CHECK(f->what() == "emulator: kernel planted, block 1, thread " + std::to_string(e.at.thread) + ", site " +
                               std::to_string(e.at.site) + ": " + e.text);
    }
}

/// Which of the two comes second, and is reported, depends on the order.
void check_race(emulated_kernel kernel, fault_place a, fault_place b, std::int64_t plant = 0) {
    for (const std::uint64_t seed : seeds) {
        INFO("seed " << seed);
        const auto f = fault_in(kernel, plant, seed);
        REQUIRE(f);
        CHECK(f->kind() == fault_kind::race);
        CHECK(f->block() == 1);
        CHECK(((f->at() == a && f->other() == b) || (f->at() == b && f->other() == a)));
    }
}

void check_sound(emulated_kernel kernel, std::int64_t plant = 0) {
    for (const std::uint64_t seed : seeds) {
        const auto f = fault_in(kernel, plant, seed);
        INFO("seed " << seed << (f ? f->what() : ""));
        CHECK_FALSE(f);
    }
}

bool is(const emulated_thread* t, std::int64_t thread) { return t->block == 1 && t->thread == thread; }
void put(emulated_thread* t, int offset, int size, int site) {
    const std::uint64_t value[4]{};
    t->store_shared(t, offset, size, value, site);
}
void get(emulated_thread* t, int offset, int size, int site) {
    std::uint64_t value[4];
    t->load_shared(t, offset, size, value, site);
}
/// All threads of the block behind this see bytes that thread 0 has stored.
void fill(emulated_thread* t) {
    if (t->thread == 0)
        for (int i = 0; i < 64; i += 8) put(t, i, 8, 100);
    t->barrier(t, 101);
}

}  // namespace

TEST_CASE("threads at different barriers") {
    const emulated_kernel kernel = [](PARAMETERS) { t->barrier(t, is(t, p) ? 2 : 1); };
    check(kernel, 5,
          {fault_kind::divergent_barrier,
           {5, 2},
           {0, 1},
           "the threads of a block do not join the same barrier: this one waits at the barrier of site 2, "
           "thread 0 waits at the barrier of site 1"});
    check(kernel, 95,
          {fault_kind::divergent_barrier,
           {95, 2},
           {0, 1},
           "the threads of a block do not join the same barrier: this one waits at the barrier of site 2, "
           "thread 0 waits at the barrier of site 1"});
    check_sound(kernel, -1);
}

TEST_CASE("a thread, and a warp, that has ended when the others wait at a barrier") {
    const emulated_kernel kernel = [](PARAMETERS) {
        t->barrier(t, 1);
        if (!is(t, p)) t->barrier(t, 2);
    };
    check(kernel, 70,
          {fault_kind::divergent_barrier,
           {70, -1},
           {0, 2},
           "the threads of a block do not join the same barrier: this one has ended, thread 0 waits at the "
           "barrier of site 2"});
    check_sound(kernel, -1);
    const emulated_kernel of_warp = [](PARAMETERS) {
        if (t->block == 1 && t->thread / warp_size == p) return;
        t->barrier(t, 2);
    };
    check(of_warp, 2,
          {fault_kind::divergent_barrier,
           {64, -1},
           {0, 2},
           "the threads of a block do not join the same barrier: this one has ended, thread 0 waits at the "
           "barrier of site 2"});
}

TEST_CASE("a shuffle that a thread of the warp does not join") {
    const emulated_kernel ended = [](PARAMETERS) {
        if (!is(t, p)) t->shuffle(t, 0, 1, 4);
    };
    check(ended, 37,
          {fault_kind::divergent_shuffle,
           {37, -1},
           {32, 4},
           "the threads of a warp do not join the same shuffle: this one has ended, thread 32 waits at the "
           "shuffle of site 4"});
    check_sound(ended, -1);
    const emulated_kernel at_barrier = [](PARAMETERS) {
        if (is(t, p)) t->barrier(t, 9);
        t->shuffle(t, 0, 1, 4);
        if (!is(t, p)) t->barrier(t, 9);
    };
    check(at_barrier, 37,
          {fault_kind::divergent_shuffle,
           {37, 9},
           {32, 4},
           "the threads of a warp do not join the same shuffle: this one waits at the barrier of site 9, "
           "thread 32 waits at the shuffle of site 4"});
    const emulated_kernel elsewhere = [](PARAMETERS) { t->shuffle(t, 0, 1, is(t, p) ? 5 : 4); };
    check(elsewhere, 95,
          {fault_kind::divergent_shuffle,
           {95, 5},
           {64, 4},
           "the threads of a warp do not join the same shuffle: this one waits at the shuffle of site 5, "
           "thread 64 waits at the shuffle of site 4"});
}

TEST_CASE("warps need not join the same shuffles") {
    check_sound([](PARAMETERS) {
        for (int times = 0; times < t->thread / warp_size; ++times)
            t->shuffle(t, 0, static_cast<std::int32_t>(p), times);
        t->barrier(t, 10);
    });
}

TEST_CASE("a shuffle in a warp of less than 32 threads") {
    const emulated_kernel kernel = [](PARAMETERS) {
        if (t->block == 1 && t->thread >= p) t->shuffle(t, 0, 1, 4);
    };
    check(kernel, 64, {fault_kind::divergent_shuffle, {64, 4}, {}, "shuffles in a warp that has only 16 threads"},
          {3, 80, 0});
}

TEST_CASE("a shuffle with a lane that a warp does not have") {
    const emulated_kernel kernel = [](PARAMETERS) {
        t->shuffle(t, 0, is(t, 33) ? static_cast<std::int32_t>(p) : 31, 4);
    };
    check(kernel, 32, {fault_kind::lane_mask, {33, 4}, {}, "shuffles with the lane mask 32, expected 0 to 31"});
    check(kernel, -1, {fault_kind::lane_mask, {33, 4}, {}, "shuffles with the lane mask -1, expected 0 to 31"});
    check_sound(kernel, 31);
}

TEST_CASE("accesses beyond the ends of shared memory") {
    const emulated_kernel store = [](PARAMETERS) {
        if (is(t, 50)) put(t, static_cast<int>(p), 8, 6);
    };
    const emulated_kernel load = [](PARAMETERS) {
        fill(t);
        if (is(t, 50)) get(t, static_cast<int>(p), 8, 6);
    };
    const auto text = [](const char* verb, int offset) {
        return std::string(verb) + " 8 bytes from byte " + std::to_string(offset) +
               " of shared memory on, which has 64 bytes";
    };
    for (const int offset : {-1, -8, 57, 64, 1 << 20, std::numeric_limits<int>::max()}) {
        check(store, offset, {fault_kind::outside_shared, {50, 6}, {}, text("stores", offset)});
        check(load, offset, {fault_kind::outside_shared, {50, 6}, {}, text("loads", offset)});
    }
    for (const int offset : {0, 56}) {
        check_sound(store, offset);
        check_sound(load, offset);
    }
}

TEST_CASE("shared memory that a block has not stored, even if the block before has") {
    const emulated_kernel kernel = [](PARAMETERS) {
        if (t->thread == 0) put(t, 0, t->block == 1 ? static_cast<int>(p) : 8, 5);
        t->barrier(t, 1);
        if (t->thread == 50) get(t, 0, 8, 6);
    };
    check(kernel, 4,
          {fault_kind::uninitialised, {50, 6}, {}, "loads byte 4 of shared memory, which nothing has stored"});
    check(kernel, 7,
          {fault_kind::uninitialised, {50, 6}, {}, "loads byte 7 of shared memory, which nothing has stored"});
    check_sound(kernel, 8);
}

TEST_CASE("two stores without a barrier between them, in two warps or in one, also of parts of the same bytes") {
    const emulated_kernel kernel = [](PARAMETERS) {
        if (is(t, 3)) put(t, 0, 8, 6);
        if (is(t, p)) put(t, 4, 8, 7);
    };
    check_race(kernel, {3, 6}, {40, 7}, 40);
    check_race(kernel, {3, 6}, {4, 7}, 4);
    check_sound(kernel, 3);
    const auto f = fault_in(kernel, 40, 0);
    REQUIRE(f);
    CHECK(f->what() ==
          std::string("emulator: kernel planted, block 1, thread 40, site 7: stores byte 4 of shared memory, "
                      "which thread 3 stored at site 6; nothing orders the two"));
    check_sound([](PARAMETERS) {
        if (is(t, 3)) put(t, 0, 8, 6);
        if (is(t, 40)) put(t, 8, 8, static_cast<int>(p));
    });
}

TEST_CASE("a load and a store without a barrier between them") {
    const emulated_kernel kernel = [](PARAMETERS) {
        fill(t);
        if (is(t, 3)) get(t, 7, 1, 6);
        if (is(t, p)) put(t, 0, 8, 7);
    };
    check_race(kernel, {3, 6}, {40, 7}, 40);
    check_race(kernel, {3, 6}, {4, 7}, 4);
    check_race(kernel, {3, 6}, {2, 7}, 2);
    check_sound(kernel, 3);
}

TEST_CASE("one of many loads against a store by a thread that loads as well") {
    check_race(
        [](PARAMETERS) {
            fill(t);
            if (t->block == 1 && t->thread < 2) get(t, 0, 8, 6);
            if (is(t, 0)) put(t, 0, 8, static_cast<int>(p));
        },
        {1, 6}, {0, 7}, 7);
    check_sound([](PARAMETERS) {
        fill(t);
        get(t, static_cast<int>(p), 8, 6);
    });
}

TEST_CASE("a barrier orders a block, a shuffle a warp") {
    const emulated_kernel by_barrier = [](PARAMETERS) {
        if (t->thread == 3) put(t, 0, 8, 6);
        t->barrier(t, 1);
        if (t->thread == p) get(t, 0, 8, 7);
        t->barrier(t, 2);
        if (t->thread == 50) put(t, 0, 8, 8);
    };
    check_sound(by_barrier, 4);
    check_sound(by_barrier, 40);
    const emulated_kernel by_shuffle = [](PARAMETERS) {
        fill(t);
        if (is(t, 3)) put(t, 0, 8, 6);
        t->shuffle(t, 0, 1, 1);
        if (is(t, p)) get(t, 0, 8, 7);
        t->shuffle(t, 0, 1, 2);
        if (is(t, 5)) put(t, 0, 8, 8);
    };
    check_sound(by_shuffle, 4);
    check_race(
        [](PARAMETERS) {
            fill(t);
            if (is(t, 3)) put(t, 0, 8, 6);
            for (int times = 0; times < 3; ++times) t->shuffle(t, 0, 1, 1);
            if (is(t, 40)) get(t, static_cast<int>(p), 8, 7);
        },
        {3, 6}, {40, 7});
}

TEST_CASE("an emulator goes on after a fault") {
    const emulated_kernel faulty = [](PARAMETERS) { t->barrier(t, t->thread == p ? 1 : 2); };
    for (const std::uint64_t seed : seeds) {
        emulator e(seed);
        for (int times = 0; times < 3; ++times) {
            CHECK_THROWS_AS(e.run("faulty", faulty, three_blocks, {nullptr, nullptr, nullptr, 9, 1}), emulation_fault);
            CHECK_NOTHROW(e.run("sound", faulty, three_blocks, {nullptr, nullptr, nullptr, -1, 1}));
        }
    }
}
