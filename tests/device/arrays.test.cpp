// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors on a device: copies both ways, views, ownership.
#include <numeric>
#include <type_traits>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>

#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

std::vector<float> numbers(std::size_t count) {
    std::vector<float> list(count);
    std::iota(list.begin(), list.end(), 0.0f);
    return list;
}
template <class Array>
std::vector<float> elements(const Array& x) {
    return {x.begin(), x.end()};
}

TEST_CASE("a tensor goes to a device and comes back") {
    fresh_driver();
    std::vector<float> x = numbers(6);
    const auto there = to_device(cuda_device(), view(x, {2, 3}));
    STATIC_REQUIRE(std::is_same_v<decltype(there), const device_array<float, 2>>);
    std::fill(x.begin(), x.end(), -1.0f);  // the copy has been made
    CHECK(there.place() == &cuda_device());
    CHECK(there.extents() == std::array<std::int64_t, 2>{2, 3});
    CHECK(there.bytes() == 24);
    const array<float, 2> back = to_host(there);
    CHECK(back.extents() == there.extents());
    CHECK(elements(back) == numbers(6));
}

TEST_CASE("tensors that are not row-major are put in order on the way") {
    fresh_driver();
    std::vector<float> x = numbers(12);
    const auto there = to_device(cuda_device(), transpose(view(x, {3, 4})));
    CHECK(elements(to_host(there)) == std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
    const auto columns = slice(transpose(there.view()), 1, 1, 2);  // of the 3 rows the elements 1 and 2
    CHECK(elements(to_host(columns)) == std::vector<float>{1, 2, 5, 6, 9, 10});
    CHECK(elements(to_host(strided(there.view(), 0, 3))) == std::vector<float>{0, 4, 8, 3, 7, 11});
    device_view<const float, 1> backwards{&cuda_device(), {there.data() + 11, {4}, {-3}}};
    CHECK(elements(to_host(backwards)) == std::vector<float>{11, 10, 9, 8});
}

TEST_CASE("numbers, empty tensors and every element type go there and back") {
    fresh_driver();
    device& gpu = cuda_device();
    CHECK(to_host(to_device(gpu, 2.5)) == 2.5);
    CHECK(to_host(to_device(gpu, std::uint8_t{200})) == 200);
    CHECK(static_cast<float>(to_host(to_device(gpu, bfloat16(1.5f)))()) == 1.5f);
    const auto none = to_device(gpu, std::vector<std::int64_t>());
    CHECK(none.data() == nullptr);
    CHECK(to_host(none).size() == 0);
}

TEST_CASE("an array is moved, and gives its memory back once") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    release_cached_memory(gpu);
    const std::size_t before = driver.used;
    {
        device_array<float, 1> a(gpu, {1000});
        const float* const data = a.data();
        device_array<float, 1> b = std::move(a);
        CHECK(a.data() == nullptr);
        CHECK(a.size() == 0);
        CHECK(b.data() == data);
        b = device_array<float, 1>(gpu, {2});
        a = std::move(b);
        CHECK(a.size() == 2);
    }
    release_cached_memory(gpu);
    CHECK(driver.used == before);
}

TEST_CASE("copies of what lives nowhere are refused") {
    fresh_driver();
    CHECK(message_of([] { to_host(device_array<float, 1>()); }) ==
          "gradus: to_host was given a tensor without a device");
    CHECK(message_of([] {
              to_device(cuda_device(), tensor_view<float, 1>{nullptr, {3}, {1}});
          }) == "gradus: to_device was given a null pointer");
    CHECK(message_of([] {
              device_array<float, 2>(cuda_device(), {2, -1});
          }) == "gradus: a view has the extents {2, -1}, but none may be negative");
}

TEST_CASE("errors of the driver say what was done and where") {
    fake::driver& driver = fresh_driver();
    const auto there = to_device(cuda_device(), numbers(2));
    driver.failing["cuMemcpyDtoHAsync_v2"] = 700;
    CHECK(message_of([&] { to_host(there); }) == "gradus: copying from Fake GPU (CUDA device 0): CUDA error 700");
    CHECK(driver.contexts == 0);
}

}  // namespace
}  // namespace gradus
