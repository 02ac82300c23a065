// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of other frameworks: DLPack and the CUDA array interface.
#include <cstddef>
#include <numeric>

#include <gradus/cuda.hpp>
#include <gradus/cuda_array.hpp>
#include <gradus/dlpack.hpp>

#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

constexpr dlpack::data_type float32_type{2, 32, 1};

/// x[2, 3] = 0, 1, … as another framework would describe it.
struct their_tensor {
    std::vector<float> memory{0, 1, 2, 3, 4, 5};
    std::array<std::int64_t, 2> extents{2, 3};
    dlpack::tensor described{memory.data(), {dlpack::cpu, 0}, 2, float32_type, extents.data(), nullptr, 0};
};

std::string refusal(const dlpack::tensor& x) {
    return message_of([&] { dlpack::on_host<const float, 2>(x); });
}

TEST_CASE("the structures have the content of dlpack.h in its order") {
    STATIC_REQUIRE(offsetof(dlpack::tensor, place) == 8);
    STATIC_REQUIRE(offsetof(dlpack::tensor, rank) == 16);
    STATIC_REQUIRE(offsetof(dlpack::tensor, type) == 20);
    STATIC_REQUIRE(offsetof(dlpack::tensor, extents) == 24);
    STATIC_REQUIRE(offsetof(dlpack::tensor, strides) == 32);
    STATIC_REQUIRE(offsetof(dlpack::tensor, byte_offset) == 40);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor, manager) == 48);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor, deleter) == 56);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor_versioned, manager) == 8);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor_versioned, deleter) == 16);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor_versioned, flags) == 24);
    STATIC_REQUIRE(offsetof(dlpack::managed_tensor_versioned, content) == 32);
}

TEST_CASE("a DLPack tensor of the host is seen, row-major or strided, from its offset on") {
    their_tensor x;
    const auto seen = dlpack::on_host<float, 2>(x.described);
    CHECK(seen(1, 2) == 5);
    seen(1, 2) = 50;
    CHECK(x.memory[5] == 50);
    std::array<std::int64_t, 2> strides{1, 2};
    x.described.strides = strides.data();
    CHECK(dlpack::on_host<const float, 2>(x.described)(1, 2) == 50);
    CHECK(dlpack::on_host<const float, 2>(x.described)(1, 1) == 3);
    x.described.byte_offset = 4;
    x.extents = {2, 2};
    CHECK(dlpack::on_host<const float, 2>(x.described)(0, 0) == 1);
    x.described.place.type = dlpack::cuda_host;
    CHECK(dlpack::on_host<const float, 2>(x.described)(0, 0) == 1);
}

TEST_CASE("a DLPack tensor of a device is seen on it") {
    fresh_driver();
    device& gpu = cuda_device(1);
    auto there = matrix(gpu, 2, std::vector<float>{0, 1, 2, 3, 4, 5});
    their_tensor x;
    x.described.data = there.data();
    x.described.place = {dlpack::cuda, 1};
    const auto seen = dlpack::on_device<const float, 2>(x.described);
    CHECK(seen.place == &gpu);
    CHECK(seen.elements.data == there.data());
    CHECK(to_host(transpose(seen))(2, 1) == 5);
    CHECK(
        refusal(x.described) ==
        "gradus: a DLPack tensor lives in the memory of CUDA device 1, but was asked for on the host: on_device takes "
        "it");
    x.described.place = {dlpack::cuda, 5};
    CHECK(message_of([&] { dlpack::on_device<const float, 2>(x.described); }) ==
          "gradus: CUDA device 5 was asked for, but the driver lists 2");
}

TEST_CASE("what does not fit about a DLPack tensor is named") {
    their_tensor x;
    x.described.type = {0, 64, 1};
    CHECK(refusal(x.described) == "gradus: a DLPack tensor holds int64, but float32 was asked for");
    x.described.type = {4, 16, 1};
    CHECK(refusal(x.described) == "gradus: a DLPack tensor holds bfloat16, but float32 was asked for");
    x.described.type = {2, 32, 4};
    CHECK(refusal(x.described) == "gradus: a DLPack tensor holds float32 in vectors of 4, but float32 was asked for");
    x.described.type = {200, 8, 1};
    CHECK(refusal(x.described) == "gradus: a DLPack tensor holds type 200 of 8, but float32 was asked for");
    x.described.type = float32_type;
    x.described.rank = 3;
    CHECK(refusal(x.described) == "gradus: a DLPack tensor has 3 axes, but 2 were asked for");
    x.described.rank = 2;
    x.described.byte_offset = 2;
    CHECK(refusal(x.described) ==
          "gradus: a DLPack tensor starts at an address that is no multiple of 4, the size of float32");
    x.described.byte_offset = 0;
    x.extents[0] = -2;
    CHECK(refusal(x.described) == "gradus: a DLPack tensor has the extent -2 along axis 1");
    x.extents[0] = 2;
    x.described.data = nullptr;
    CHECK(refusal(x.described) == "gradus: a DLPack tensor is a null pointer, but has 6 elements");
    x.extents[0] = 0;
    CHECK(refusal(x.described) == "no error");
    x.described.extents = nullptr;
    CHECK(refusal(x.described) == "gradus: a DLPack tensor has no extents: their pointer is null");
}

TEST_CASE("a DLPack tensor that lives elsewhere is named with its place") {
    their_tensor x;
    CHECK(message_of([&] { dlpack::on_device<const float, 2>(x.described); }) ==
          "gradus: a DLPack tensor lives in the memory of the host, but was asked for on a CUDA device: on_host takes "
          "it");
    x.described.place = {10, 1};
    CHECK(message_of([&] { dlpack::on_device<const float, 2>(x.described); }) ==
          "gradus: a DLPack tensor lives in the memory of device 1 of DLPack's type 10, but was asked for on a CUDA "
          "device");
}

TEST_CASE("every element type has its DLPack type") {
    const auto type_of = []<class T>(T value) {
        dlpack::managed_tensor* const given = dlpack::to_dlpack([&] {
            array<T, 1> x({1});
            x[0] = value;
            return x;
        }());
        const dlpack::data_type type = given->content.type;
        given->deleter(given);
        return std::array<int, 3>{type.code, type.bits, type.lanes};
    };
    CHECK(type_of(1.0f) == std::array{2, 32, 1});
    CHECK(type_of(1.0) == std::array{2, 64, 1});
    CHECK(type_of(float16(1.0f)) == std::array{2, 16, 1});
    CHECK(type_of(bfloat16(1.0f)) == std::array{4, 16, 1});
    CHECK(type_of(std::int8_t{1}) == std::array{0, 8, 1});
    CHECK(type_of(std::int64_t{1}) == std::array{0, 64, 1});
    CHECK(type_of(std::uint8_t{1}) == std::array{1, 8, 1});
    CHECK(type_of(std::uint32_t{1}) == std::array{1, 32, 1});
}

TEST_CASE("an array of the host is given away, and read again where it went") {
    array<double, 2> x({2, 2});
    std::iota(x.begin(), x.end(), 1.0);
    const double* const data = x.data();
    dlpack::managed_tensor* const given = dlpack::to_dlpack(std::move(x));
    CHECK(given->content.data == data);
    CHECK(given->content.place.type == dlpack::cpu);
    CHECK(given->content.strides[0] == 2);
    CHECK(dlpack::on_host<const double, 2>(given->content)(1, 0) == 3);
    given->deleter(given);
}

TEST_CASE("an array of a device is given away; its memory goes back with the deleter") {
    fresh_driver();
    device& gpu = cuda_device(1);
    auto x = to_device(gpu, std::vector<float>{1, 2, 3});
    void* const data = x.data();
    dlpack::managed_tensor* const given = dlpack::to_dlpack(std::move(x));
    CHECK(given->content.place.type == dlpack::cuda);
    CHECK(given->content.place.number == 1);
    CHECK(to_host(dlpack::on_device<const float, 1>(given->content))[2] == 3);
    void* const other = gpu.allocate(12);
    CHECK(other != data);
    gpu.release(other);
    given->deleter(given);
    std::vector<void*> blocks{gpu.allocate(12), gpu.allocate(12)};
    CHECK(std::count(blocks.begin(), blocks.end(), data) == 1);
    for (void* const block : blocks) gpu.release(block);
    CHECK(message_of([] { dlpack::to_dlpack(device_array<float, 1>()); }) ==
          "gradus: an array without a device cannot be given away by DLPack");
}

// ---- the CUDA array interface

struct their_array {
    device_array<float, 2> memory = matrix(cuda_device(), 2, std::vector<float>{0, 1, 2, 3, 4, 5});
    std::vector<std::int64_t> shape{2, 3};
    std::vector<std::int64_t> strides;
    cuda_array described() { return {memory.data(), shape, strides, "<f4", {}}; }
};
std::string refusal(const cuda_array& x) {
    return message_of([&] { view_of_cuda_array<const float, 2>(x); });
}

TEST_CASE("a CUDA array is seen on the device that made its memory") {
    fresh_driver();
    their_array x;
    const auto seen = view_of_cuda_array<float, 2>(x.described());
    CHECK(seen.place == &cuda_device());
    CHECK(to_host(seen)(1, 2) == 5);
    x.shape = {3, 2};
    x.strides = {4, 12};
    CHECK(to_host(view_of_cuda_array<const float, 2>(x.described()))(2, 1) == 5);
    x.shape = {0, 2};
    x.strides = {};
    cuda_array empty = x.described();
    empty.data = nullptr;
    CHECK(to_host(view_of_cuda_array<const float, 2>(empty)).size() == 0);
}

TEST_CASE("what does not fit about a CUDA array is named") {
    fresh_driver();
    their_array x;
    cuda_array given = x.described();
    given.typestr = "<i4";
    CHECK(refusal(given) == "gradus: a CUDA array holds \"<i4\", but float32 was asked for");
    given.typestr = ">f4";
    CHECK(refusal(given) == "gradus: a CUDA array holds \">f4\", but float32 was asked for");
    given.typestr = "<f4";
    CHECK(message_of([&] { view_of_cuda_array<const float, 3>(given); }) ==
          "gradus: a CUDA array has 2 axes, but 3 were asked for");
    x.strides = {12};
    CHECK(refusal(x.described()) == "gradus: a CUDA array has 2 axes, but 1 strides");
    x.strides = {13, 4};
    CHECK(refusal(x.described()) == "gradus: a CUDA array has a stride of 13 bytes, but its elements have 4");
    x.strides = {};
    given.data = nullptr;
    CHECK(refusal(given) == "gradus: a CUDA array is a null pointer, but has 6 elements");
    given.data = &given;
    CHECK_THAT(refusal(given), Catch::Matchers::EndsWith(", an address that CUDA does not know"));
    x.shape = {-1, 3};
    CHECK(refusal(x.described()) == "gradus: a CUDA array has the extent -1 along axis 1");
    x.shape = {2, 3};
    given = x.described();
    given.stream = 0;
    CHECK(refusal(given) ==
          "gradus: a CUDA array names the stream 0, which may be either default stream: 1 or 2 says which");
}

TEST_CASE("type strings of all element types are known, those of bytes without an order") {
    fresh_driver();
    const auto memory = to_device(cuda_device(), std::vector<std::uint64_t>{1});
    const std::vector<std::int64_t> shape{1};
    const auto fits = [&]<class T>(T, std::string_view typestr) {
        const cuda_array x{const_cast<std::uint64_t*>(memory.data()), shape, {}, typestr, {}};
        return message_of([&] { view_of_cuda_array<const T, 1>(x); }) == "no error";
    };
    CHECK(fits(1.0, "<f8"));
    CHECK(fits(float16(1.0f), "<f2"));
    CHECK(fits(std::int8_t{}, "|i1"));
    CHECK(fits(std::uint8_t{}, "<u1"));
    CHECK(fits(std::int64_t{}, "<i8"));
    CHECK(fits(std::uint32_t{}, "<u4"));
    CHECK_FALSE(fits(std::uint32_t{}, "|u4"));
    CHECK_FALSE(fits(bfloat16(1.0f), "<f2"));
    CHECK_FALSE(fits(1.0, ""));
}

TEST_CASE("later work waits for the stream that makes a CUDA array") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    their_array x;
    const cuda_stream theirs(gpu);
    {
        const stream_scope on(theirs);
        gpu.store(x.memory.data(), 0x4110'0000u, 4);  // 9
    }
    cuda_array given = x.described();
    given.stream = reinterpret_cast<std::uintptr_t>(theirs.handle());
    const auto seen = view_of_cuda_array<const float, 2>(given);
    device_array<float, 2> y(gpu, {2, 3});
    run_scaling(s.k, seen, 2.0f, y);
    CHECK(to_host(y)(0, 0) == 18);
}

}  // namespace
}  // namespace gradus
