// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which accesses are ordered, whatever the order in which they come; faults.test.cpp sees them in kernels.
#include "emulator/shared_memory.hpp"

#include "support/catch.hpp"

using namespace gradus::testing;

namespace {

/// Eight bytes of shared memory, accessed all at once; whether that was a race.
class word {
public:
    word() { start(); }
    void start() {
        memory_.reset(8);
        store(0, 0);
    }
    bool load(int thread, int phase, int step = 0) {
        return is_race(memory_.load(by(thread, phase, step), 0, 8, value_));
    }
    bool store(int thread, int phase, int step = 0) {
        return is_race(memory_.store(by(thread, phase, step), 0, 8, value_));
    }

private:
    static shared_access by(int thread, int phase, int step) { return {{thread, 1}, phase, step}; }
    static bool is_race(const std::optional<fault>& f) { return f && f->kind == fault_kind::race; }
    shared_memory memory_;
    char value_[8] = {};
};

}  // namespace

TEST_CASE("a store conflicts with the load of any other thread in its phase") {
    for (const int other : {0, 1, 2, 3, 40}) {
        word w;
        for (const int thread : {0, 1, 2}) CHECK_FALSE(w.load(thread, 1));
        INFO("thread " << other);
        CHECK(w.store(other, 1));
    }
    word w;
    CHECK_FALSE(w.load(5, 1));
    CHECK_FALSE(w.store(5, 1));
}

TEST_CASE("a store conflicts with the loads of its own warp's step only, and with all of another warp's") {
    word w;
    CHECK_FALSE(w.load(0, 1, 0));
    CHECK_FALSE(w.load(1, 1, 1));
    CHECK_FALSE(w.store(1, 1, 1));
    w.start();
    CHECK_FALSE(w.load(0, 1, 0));
    CHECK_FALSE(w.load(1, 1, 0));
    CHECK_FALSE(w.load(2, 1, 1));
    CHECK_FALSE(w.store(3, 1, 2));
    w.start();
    CHECK_FALSE(w.load(0, 1, 0));
    CHECK(w.store(40, 1, 1));
}

TEST_CASE("loads of a phase that is over do not hide those of the next") {
    word w;
    CHECK_FALSE(w.load(0, 1));
    CHECK_FALSE(w.load(1, 1));
    CHECK_FALSE(w.load(2, 2));
    CHECK(w.store(40, 2));
}

TEST_CASE("a new block knows nothing of the last one") {
    word w;
    CHECK_FALSE(w.load(3, 1));
    w.start();
    CHECK_FALSE(w.store(40, 1));
}
