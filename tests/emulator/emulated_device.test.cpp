// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The emulated device, with kernels written by hand. bits/emulated.test.cpp runs generated ones.
#include "emulator/emulated_device.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <gradus/error.hpp>

#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

/// Stores a byte: data is the memory, items the position.
void store_byte(emulated_thread* t, const void* data, const std::int64_t*, std::int64_t*, std::int64_t items,
                std::int32_t) {
    if (t->block == 0 && t->thread == 0) static_cast<char* const*>(data)[0][items] = 7;
}
/// Of the grid, the shape, the teams and shared memory.
void store_what_it_is_given(emulated_thread* t, const void* data, const std::int64_t* shape, std::int64_t* status,
                            std::int64_t items, std::int32_t teams) {
    const auto sum = static_cast<std::int64_t>(items + teams + shape[1] + t->blocks);
    if (t->thread == 63) t->store_shared(t, 8, 8, &sum, 1);
    t->barrier(t, 2);
    std::int64_t seen;
    t->load_shared(t, 8, 8, &seen, 3);
    static_cast<std::int64_t* const*>(data)[t->thread & 1][t->block * 32 + t->thread / 2] = seen;
    if (t->thread == 0) status[2 * t->block] = t->block;
}

emulated_code code_of(emulated_kernel kernel, std::int32_t shared_bytes = 0) {
    return {"made", {{kernel, shared_bytes, {}}}};
}

void write_byte(emulated_device& d, void* memory, std::int64_t position) {
    emulated_code code = code_of(store_byte);
    void* const data[]{memory};
    d.launch(code, 0, {1, 32, 1}, {data, {}, nullptr, position});
}

template <class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const std::exception& e) {
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("fresh memory of the device is NaN, at a multiple of 256, and no bytes are null") {
    emulated_device d(1);
    CHECK(d.allocate(0) == nullptr);
    d.release(nullptr);
    for (const std::size_t bytes : {std::size_t{8}, std::size_t{12}, std::size_t{4096}}) {
        void* const memory = d.allocate(bytes);
        CHECK(reinterpret_cast<std::uintptr_t>(memory) % 256 == 0);
        std::vector<float> floats(bytes / 4);
        d.copy_to_host(floats.data(), memory, bytes);
        for (const float f : floats) CHECK(std::isnan(f));
        d.release(memory);
    }
    CHECK(d.allocations() == 0);
}

TEST_CASE("copies, fills and stores do what they say") {
    emulated_device d(1);
    auto* const a = static_cast<char*>(d.allocate(12));
    auto* const b = static_cast<char*>(d.allocate(12));
    d.copy_to_device(a, "gradus", 6);
    d.fill(a + 6, 'x', 2);
    d.store(a + 8, 0x41424344, 4);
    d.copy_within(b, a, 12);
    char seen[13]{};
    d.copy_to_host(seen, b, 12);
    CHECK(std::string(seen) == "gradusxxDCBA");
    d.release(a);
    d.release(b);
}

TEST_CASE("a kernel that writes beside an allocation is reported by its name") {
    emulated_device d(1);
    void* const other = d.allocate(1000);
    void* const memory = d.allocate(100);
    for (const std::int64_t position : {0, 99}) CHECK(message_of([&] { write_byte(d, memory, position); }) == "");
    for (const std::int64_t position : {-1, -256, 100, 355}) {
        emulated_device fresh(1);
        void* const place = fresh.allocate(100);
        INFO(position);
        CHECK(message_of([&] { write_byte(fresh, place, position); }) ==
              "emulator: kernel made_0 wrote beyond an allocation of 100 bytes");
        fresh.release(place);
    }
    d.release(other);
    d.release(memory);
}

TEST_CASE("a copy that leaves an allocation is reported") {
    emulated_device d(1);
    auto* const memory = static_cast<char*>(d.allocate(100));
    std::vector<char> host(300);
    CHECK_NOTHROW(d.copy_to_device(memory + 40, host.data(), 60));
    const std::string behind = "emulator: a copy of 61 bytes leaves an allocation of 100, from byte 40 on";
    CHECK(message_of([&] { d.copy_to_device(memory + 40, host.data(), 61); }) == behind);
    CHECK(message_of([&] { d.copy_to_host(host.data(), memory + 40, 61); }) == behind);
    CHECK(message_of([&] { d.copy_within(memory, memory + 40, 61); }) == behind);
    CHECK(message_of([&] { d.fill(memory + 40, 0, 61); }) == behind);
    CHECK(message_of([&] { d.store(memory + 97, 0, 4); }) ==
          "emulator: a copy of 4 bytes leaves an allocation of 100, from byte 97 on");
    CHECK(message_of([&] { d.copy_to_device(memory - 1, host.data(), 2); }) ==
          "emulator: a copy of 2 bytes leaves an allocation of 100, from byte -1 on");
    CHECK_NOTHROW(d.copy_within(host.data(), memory, 100));  // memory of the host is no allocation
    d.release(memory);
}

TEST_CASE("a launch passes the grid, the parameters and shared memory") {
    emulated_device d(3);
    emulated_code code = code_of(store_what_it_is_given, 16);
    std::vector<std::int64_t> even(64), odd(64), status{-1, -1, -1, -1};
    void* const data[]{even.data(), odd.data()};
    const std::int64_t shape[]{5, 100};
    d.launch(code, 0, {2, 64, 20}, {data, shape, status.data(), 3000});
    CHECK(d.launches() == 1);
    CHECK(even == std::vector<std::int64_t>(64, 3122));
    CHECK(odd == std::vector<std::int64_t>(64, 3122));
    CHECK(status == std::vector<std::int64_t>{0, -1, 1, -1});
    emulated_code too_small = code_of(store_what_it_is_given, 8);
    CHECK_THROWS_AS(d.launch(too_small, 0, {2, 64, 20}, {data, shape, status.data(), 3000}), emulation_fault);
}

TEST_CASE("code that is no object of the host is refused") {
    emulated_device d(1);
    CHECK_THROWS_AS(d.load({".version 7.0", "made", {0}}, 1), internal_error);
}
