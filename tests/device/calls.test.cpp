// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels called with tensors on a device.
#include <numeric>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>
#include <gradus/kernel.hpp>

#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

std::vector<float> numbers(std::size_t count) {
    std::vector<float> list(count);
    std::iota(list.begin(), list.end(), 1.0f);
    return list;
}
template <class Array>
std::vector<float> elements(const Array& x) {
    return {x.begin(), x.end()};
}

TEST_CASE("a call on a device is queued there with its grid and parameters, and computed when it is waited for") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    const std::vector<float> host = numbers(6000);
    const auto x = to_device(gpu, view(host, {20, 300}));
    const auto a = to_device(gpu, 3.0f);
    device_array<float, 2> y(gpu, {20, 300});
    run_scaling(s.k, x, a, y);
    CHECK(driver.done.empty());
    REQUIRE(driver.launches.size() == 1);
    const fake::launch& l = driver.launches[0];
    CHECK(l.kernel == "scale_0");
    CHECK(l.data == std::vector<void*>{const_cast<float*>(x.data()), const_cast<float*>(a.data()), y.data()});
    CHECK(l.shape == std::vector<std::int64_t>{6000, 1, 0, 1});
    CHECK(l.status == nullptr);
    CHECK(l.items == 1500);
    CHECK(l.threads == 256);
    CHECK(l.blocks == 6);  // 1500 items, one a thread
    CHECK(l.teams == 1);
    CHECK(l.stream == cuda_stream::current(gpu).handle());
    const std::vector<float> result = elements(to_host(y));
    CHECK(driver.done == std::vector<std::string>{"scale_0"});
    for (std::size_t i = 0; i < host.size(); ++i)
        if (result[i] != 3 * host[i]) FAIL(i);
    CHECK(s.targets == std::vector<std::string>{"sm_90"});
    CHECK(driver.contexts == 0);
}

TEST_CASE("code is made and loaded once for each device, and unloaded with the kernel") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    const int modules = driver.modules;
    {
        scaling_kernel s;
        for (const int ordinal : {0, 1, 0, 1}) {
            device& gpu = cuda_device(ordinal);
            const auto x = matrix(gpu, 2, numbers(4));
            device_array<float, 2> y(gpu, {2, 2});
            run_scaling(s.k, x, to_device(gpu, 2.0f), y);
            CHECK(elements(to_host(y)) == std::vector<float>{2, 4, 6, 8});
        }
        CHECK(s.targets == std::vector<std::string>{"sm_90", "sm_80"});
        CHECK(driver.modules == modules + 2);
        CHECK(driver.launches[0].stream != driver.launches[1].stream);
    }
    CHECK(driver.modules == modules);
}

TEST_CASE("a kernel runs what its calls have queued, though it has ended before") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    const auto x = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2});
    {
        scaling_kernel s;
        run_scaling(s.k, x, to_device(gpu, 2.0f), y);
    }
    CHECK(elements(to_host(y)) == std::vector<float>{2, 4, 6, 8});
}

TEST_CASE("numbers of the host are passed to a device as they are at the call") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    const auto x = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2}), z(gpu, {2, 2});
    float a = 2;
    run_scaling(s.k, x, tensor_view<const float, 0>{&a, {}, {}}, y);
    a = 5;
    run_scaling(s.k, x, tensor_view<const float, 0>{&a, {}, {}}, z);
    a = 0;
    CHECK(elements(to_host(y)) == std::vector<float>{2, 4, 6, 8});
    CHECK(elements(to_host(z)) == std::vector<float>{5, 10, 15, 20});
}

TEST_CASE("numbers of every size are stored") {
    fresh_driver();
    device& gpu = cuda_device();
    device_array<std::uint64_t, 1> cells(gpu, {5});
    gpu.fill(cells.data(), 0, cells.bytes());
    const std::uint64_t number = 0xfedc'ba98'7654'3210u;
    gpu.store(cells.data() + 0, number, 1);
    gpu.store(cells.data() + 1, number, 2);
    gpu.store(cells.data() + 2, number, 4);
    gpu.store(cells.data() + 3, number, 8);
    gpu.store(cells.data() + 4, 0x1234'5678'1234'5678u, 8);
    const auto stored = to_host(cells);
    CHECK(stored[0] == 0x10u);
    CHECK(stored[1] == 0x3210u);
    CHECK(stored[2] == 0x7654'3210u);
    CHECK(stored[3] == number);
    CHECK(stored[4] == 0x1234'5678'1234'5678u);
}

TEST_CASE("tensors of a call live in one place, and those that do not are named") {
    fresh_driver();
    device& gpu = cuda_device();
    scaling_kernel s;
    const std::vector<float> host = numbers(4);
    const auto x = to_device(gpu, view(host, {2, 2}));
    const auto a = to_device(gpu, 2.0f);
    const auto elsewhere = to_device(cuda_device(1), 2.0f);
    array<float, 2> y({2, 2});
    device_array<float, 2> there(gpu, {2, 2});
    CHECK(message_of([&] { run_scaling(s.k, x, a, y); }) ==
          "gradus: output \"y\" lives in the memory of the host, but \"x\" in the memory of Fake GPU (CUDA device 0): "
          "to_device and to_host make copies");
    CHECK(message_of([&] {
              run_scaling(s.k, view(host, {2, 2}), a, y);
          }) ==
          "gradus: argument \"x\" lives in the memory of the host, but \"a\" in the memory of Fake GPU (CUDA device "
          "0): to_device and to_host make copies");
    CHECK(message_of([&] { run_scaling(s.k, x, elsewhere, there); }) ==
          "gradus: argument \"a\" lives in the memory of Fake GPU (CUDA device 1), but \"x\" in the memory of Fake GPU "
          "(CUDA device 0): to_device and to_host make copies");
    CHECK(message_of([&] {
              run_scaling(s.k, view(host, {2, 2}), 2.0f, there);
          }) ==
          "gradus: argument \"x\" lives in the memory of the host, but output \"y\" in the memory of Fake GPU (CUDA "
          "device 0): to_device and to_host make copies");
    CHECK(s.targets.empty());
}

TEST_CASE("extents, null pointers and overlaps are checked on a device as on the host") {
    fresh_driver();
    device& gpu = cuda_device();
    scaling_kernel s;
    auto x = matrix(gpu, 2, numbers(6));
    device_array<float, 2> y(gpu, {2, 2});
    CHECK(message_of([&] { run_scaling(s.k, x, 1.0f, y); }) ==
          "gradus: output \"y\" has 2 elements along axis \"j\", but \"x\" has 3");
    device_view<float, 2> null = y.view();
    null.elements.data = nullptr;
    CHECK(message_of([&] { run_scaling(s.k, y, 1.0f, null); }) ==
          "gradus: output \"y\" is a null pointer, but needs 4 elements");
    auto left = slice(x.view(), 1, 0, 2), right = slice(x.view(), 1, 1, 2);
    CHECK(message_of([&] { run_scaling(s.k, left, 1.0f, right); }) ==
          "gradus: output \"y\" overlaps argument \"x\": they must be apart, or the same memory with the same axes and "
          "strides");
}

TEST_CASE("a kernel that has run on the host runs on a device, and again on the host") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    int on_host = 0;
    hand_made made;
    const node_id in = made.add_input("x", {"i"});
    made.add_output("y", made.apply(op::neg, {in}), {"i"});
    kernel k(made.g, "both", [&](const layout&, std::span<const element>, std::string_view target) {
        if (!target.empty()) return device_program("both", {rows_stage(1, 0)}, 2, 3);
        ++on_host;
        executable code;
        code.stages = {rows_stage(1, 0)};
        code.entry = [](void* const* data, const std::int64_t* shape, std::int64_t, std::int64_t, std::int64_t) {
            for (std::int64_t i = 0; i < shape[0]; ++i)
                static_cast<float*>(data[1])[i] = -static_cast<const float*>(data[0])[i];
            return std::int64_t{-1};
        };
        return code;
    });
    driver.kernels["both_0"] = [](const fake::launch& l) {
        for (std::int64_t i = 0; i < l.shape[0]; ++i) l.pointer<float>(1)[i] = -l.pointer<float>(0)[i];
    };
    const std::vector<float> host = numbers(3);
    std::vector<float> y(3);
    const auto x = to_device(gpu, host);
    device_array<float, 1> there(gpu, {3});
    for (int i = 0; i < 3; ++i) {
        k.run(std::array{make_argument(as_view(host))}, std::array{make_argument(as_view(y))});
        CHECK(y == std::vector<float>{-1, -2, -3});
        y = {};
        y.resize(3);
        k.run(std::array{make_argument(as_view(x))}, std::array{make_argument(as_view(there))});
        CHECK(elements(to_host(there)) == std::vector<float>{-1, -2, -3});
    }
    CHECK(on_host == 1);
    CHECK(k.variants() == 2);
}

/// y[i] = x[i], whose code may not compute in place, by way of a temporary; the axis of x comes in any order.
executable doubling_program() {
    executable made = device_program("twice", {rows_stage(1, 0), rows_stage(1, 0)}, 4, 3);
    temporary t;
    t.axes = 1;
    t.element_size = 4;
    made.temporaries = {t, t};
    return made;
}

TEST_CASE("temporaries are apart and aligned; an input in whose memory an output lies is copied") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    hand_made made;
    const node_id in = made.add_input("x", {"i"});
    made.add_output("y", made.apply(op::neg, {in}), {"i"});
    kernel k(made.g, "twice",
             [&](const layout&, std::span<const element>, std::string_view) { return doubling_program(); });
    driver.kernels["twice_0"] = [](const fake::launch& l) {
        for (std::int64_t i = 0; i < l.shape[0]; ++i) {
            l.pointer<float>(2)[i] = l.pointer<float>(0)[i * l.shape[1]] + 1;
            l.pointer<float>(3)[i] = 10;
        }
    };
    driver.kernels["twice_1"] = [](const fake::launch& l) {  // would read what it has written
        for (std::int64_t i = 0; i < l.shape[0]; ++i)
            l.pointer<float>(1)[i * l.shape[2]] = l.pointer<float>(2)[i] * l.pointer<float>(3)[i] +
                                                  l.pointer<float>(0)[(l.shape[0] - 1 - i) * l.shape[1]];
    };
    auto x = to_device(gpu, numbers(5));
    k.run(std::array{make_argument(as_view(x))}, std::array{make_argument(as_view(x))});
    const fake::launch& l = driver.launches.at(1);
    CHECK(l.data[1] == x.data());
    CHECK(l.data[0] != x.data());
    for (const std::size_t i : {0u, 2u, 3u}) CHECK(reinterpret_cast<std::uintptr_t>(l.data[i]) % 64 == 0);
    CHECK(elements(to_host(x)) == std::vector<float>{20 + 5, 30 + 4, 40 + 3, 50 + 2, 60 + 1});
    auto z = to_device(gpu, numbers(5));
    const device_view<float, 1> backwards{&gpu, {z.data() + 4, {5}, {-1}}};
    k.run(std::array{make_argument(backwards)}, std::array{make_argument(backwards)});
    CHECK(elements(to_host(z)) == std::vector<float>{20 + 5, 30 + 4, 40 + 3, 50 + 2, 60 + 1});
}

TEST_CASE("calls that follow each other take the same temporary memory, without the driver") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    hand_made made;
    const node_id in = made.add_input("x", {"i"});
    made.add_output("y", made.apply(op::neg, {in}), {"i"});
    kernel k(made.g, "twice",
             [&](const layout&, std::span<const element>, std::string_view) { return doubling_program(); });
    const auto x = to_device(gpu, numbers(5));
    device_array<float, 1> y(gpu, {5});
    const auto call = [&] { k.run(std::array{make_argument(as_view(x))}, std::array{make_argument(as_view(y))}); };
    call();
    driver.calls.clear();
    for (int i = 0; i < 10; ++i) call();
    CHECK(driver.launches.back().data == driver.launches.front().data);
    CHECK(driver.calls ==
          std::map<std::string, int>{{"cuCtxPopCurrent_v2", 20}, {"cuCtxPushCurrent_v2", 20}, {"cuLaunchKernel", 20}});
}

/// y[i, j] = x[i, j] + b[j]: two loops, whatever their extents.
graph adding() {
    hand_made made;
    const node_id x = made.add_input("x", {"i", "j"});
    const node_id b = made.add_input("b", {"j"});
    made.add_output("y", made.apply(op::add, {x, b}), {"i", "j"});
    return made.g;
}

TEST_CASE("code may rely on rows that start at multiples of 16 bytes only where they do") {
    fresh_driver();
    device& gpu = cuda_device();
    device_array<float, 2> memory(gpu, {8, 12}), result(gpu, {8, 12}), more(gpu, {1, 12});
    const auto aligned_for = [&](device_view<float, 2> x, device_view<float, 1> b, device_view<float, 2> y) {
        return classify(adding(), std::array{make_argument(x), make_argument(b)}, std::array{make_argument(y)}).aligned;
    };
    const auto x = memory.view(), y = result.view();
    const auto row = [&](std::int64_t first, std::int64_t count, std::int64_t stride = 1) {
        return device_view<float, 1>{&gpu, {more.data() + first, {count}, {stride}}};
    };
    CHECK(aligned_for(x, row(0, 12), y));
    CHECK(aligned_for(slice(x, 1, 4, 8), row(4, 8), slice(y, 1, 0, 8)));
    CHECK_FALSE(aligned_for(slice(x, 1, 1, 8), row(0, 8), slice(y, 1, 0, 8)));  // the first element is off
    CHECK_FALSE(aligned_for(slice(x, 1, 0, 8), row(2, 8), slice(y, 1, 0, 8)));
    CHECK_FALSE(aligned_for(slice(x, 1, 0, 8), row(0, 8), slice(y, 1, 2, 8)));
    const device_view<float, 2> narrow{&gpu, {memory.data(), {8, 9}, {9, 1}}};
    CHECK_FALSE(aligned_for(narrow, row(0, 9), slice(y, 1, 0, 9)));                            // the second row is off,
    CHECK(aligned_for(slice(narrow, 0, 0, 1), row(0, 9), slice(slice(y, 1, 0, 9), 0, 0, 1)));  // and now there is none
    CHECK(aligned_for(slice(x, 1, 0, 4), row(1, 4, 2), slice(y, 1, 4, 4)));  // no adjacent elements in b
}

TEST_CASE("tensors of the host have no aligned layout, and aligned ones have a code of their own") {
    fresh_driver();
    device& gpu = cuda_device();
    scaling_kernel s;
    const auto x = matrix(gpu, 2, numbers(32));
    device_array<float, 2> y(gpu, {2, 16});
    auto left = slice(y.view(), 1, 1, 8);
    run_scaling(s.k, slice(x.view(), 1, 0, 8), 1.0f, left);
    auto other = slice(y.view(), 1, 4, 8);
    run_scaling(s.k, slice(x.view(), 1, 0, 8), 1.0f, other);
    REQUIRE(s.layouts.size() == 2);
    CHECK_FALSE(s.layouts[0].aligned);
    CHECK(s.layouts[1].aligned);
    const std::vector<float> host = numbers(4);
    array<float, 2> result({2, 2});
    const std::array inputs{make_argument(view(host, {2, 2})),
                            make_argument(tensor_view<const float, 0>{&host[0], {}, {}})};
    CHECK_FALSE(classify(scaling(), inputs, std::array{make_argument(as_view(result))}).aligned);
}

TEST_CASE("what a call on a device needs is compiled and loaded before, from views without memory") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    device_view<const float, 2> x{&gpu, {nullptr, {2, 2}, {2, 1}}};
    const float number = 0;
    const std::array inputs{make_argument(x), make_argument(tensor_view<const float, 0>{&number, {}, {}})};
    s.k.preparation(inputs, {})();
    CHECK(s.targets == std::vector<std::string>{"sm_90"});
    const int modules = driver.modules;
    const auto real = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2});
    run_scaling(s.k, real, 2.0f, y);
    CHECK(elements(to_host(y)) == std::vector<float>{2, 4, 6, 8});
    CHECK(s.targets.size() == 1);
    CHECK(driver.modules == modules);
}

TEST_CASE("a measured call is waited for") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    scaling_kernel s;
    const auto x = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2});
    s.k.measure(true);
    run_scaling(s.k, x, 2.0f, y);
    CHECK(driver.done.size() == 1);
    CHECK(s.k.stats().calls == 1);
    CHECK(s.k.stats().bytes == 4 * (4 + 1 + 4));
}

TEST_CASE("a launch that the driver refuses is an error, and later calls work") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    const auto x = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2});
    driver.failing["cuLaunchKernel"] = 2;
    CHECK(message_of([&] { run_scaling(s.k, x, 2.0f, y); }) ==
          "gradus: launching a kernel on Fake GPU (CUDA device 0): out of memory (CUDA_ERROR_OUT_OF_MEMORY)");
    driver.failing.clear();
    run_scaling(s.k, x, 2.0f, y);
    CHECK(elements(to_host(y)) == std::vector<float>{2, 4, 6, 8});
    CHECK(driver.contexts == 0);
}

TEST_CASE("code of the host for a device is a defect of the library") {
    fresh_driver();
    device& gpu = cuda_device();
    kernel k(scaling(), "wrong",
             [](const layout&, std::span<const element>, std::string_view) { return executable{}; });
    const auto x = matrix(gpu, 2, numbers(4));
    device_array<float, 2> y(gpu, {2, 2});
    CHECK_THROWS_AS(run_scaling(k, x, 1.0f, y), internal_error);
}

}  // namespace
}  // namespace gradus
