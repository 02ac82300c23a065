// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pool of a device's memory.
#include <set>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>

#include "cuda_memory.hpp"
#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

int asked(fake::driver& driver) { return driver.calls["cuMemAlloc_v2"]; }

TEST_CASE("blocks have four sizes between powers of two, so that at most a fifth is waste") {
    CHECK(cuda::block_size_for(1) == 512);
    CHECK(cuda::block_size_for(512) == 512);
    CHECK(cuda::block_size_for(513) == 640);
    CHECK(cuda::block_size_for(1024) == 1024);
    CHECK(cuda::block_size_for(1025) == 1280);
    CHECK(cuda::block_size_for(std::size_t{3} << 30u) == std::size_t{3} << 30u);
    std::set<std::size_t> sizes;
    for (std::size_t bytes = 513; bytes <= 100'000; ++bytes) {
        const std::size_t size = cuda::block_size_for(bytes);
        sizes.insert(size);
        if (size < bytes || size % 128 != 0 || 5 * (size - bytes) > size) FAIL(bytes << " bytes: " << size);
    }
    CHECK(sizes.size() == 31);
}

TEST_CASE("memory that was given back is taken again by the same stream, without the driver") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    void* const first = gpu.allocate(5000);
    gpu.release(first);
    const int before = asked(driver);
    for (int i = 0; i < 10; ++i) {
        void* const again = gpu.allocate(4900 + static_cast<std::size_t>(i));
        CHECK(again == first);
        gpu.release(again);
    }
    CHECK(asked(driver) == before);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 256 == 0);
}

TEST_CASE("blocks that are in use are apart") {
    fresh_driver();
    device& gpu = cuda_device();
    std::set<void*> blocks;
    for (int i = 0; i < 20; ++i) blocks.insert(gpu.allocate(1000));
    CHECK(blocks.size() == 20);
    for (void* const block : blocks) gpu.release(block);
}

TEST_CASE("another stream does not take memory that this stream's work may still use") {
    fresh_driver();
    device& gpu = cuda_device();
    void* const first = gpu.allocate(70'000);
    gpu.release(first);
    const cuda_stream side(gpu);
    const stream_scope on(side);
    void* const other = gpu.allocate(70'000);
    CHECK(other != first);
    gpu.release(other);
}

TEST_CASE("memory goes back to the stream that it was allocated for, whatever is current") {
    fresh_driver();
    device& gpu = cuda_device();
    const cuda_stream side(gpu);
    void* block = nullptr;
    {
        const stream_scope on(side);
        block = gpu.allocate(90'000);
    }
    gpu.release(block);
    void* const here = gpu.allocate(90'000);
    CHECK(here != block);
    gpu.release(here);
    const stream_scope on(side);
    void* const there = gpu.allocate(90'000);
    CHECK(there == block);
    gpu.release(there);
}

TEST_CASE("when a stream has ended its memory is anybody's, after all work") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    void* block = nullptr;
    {
        const cuda_stream side(gpu);
        const stream_scope on(side);
        block = gpu.allocate(110'000);
        gpu.release(block);
    }
    CHECK(driver.calls["cuCtxSynchronize"] == 1);
    void* const again = gpu.allocate(110'000);
    CHECK(again == block);
    gpu.release(again);
}

TEST_CASE("a tensor outlives its stream") {
    fresh_driver();
    device& gpu = cuda_device();
    device_array<float, 1> x;
    {
        const cuda_stream side(gpu);
        const stream_scope on(side);
        x = to_device(gpu, std::vector<float>{1, 2, 3});
    }
    CHECK(to_host(x)[2] == 3);
}

TEST_CASE("when the device is full, what the pool keeps is freed first") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    release_cached_memory(gpu);
    driver.memory = driver.used + 1'000'000;
    void* const big = gpu.allocate(600'000);
    gpu.release(big);
    void* const bigger = gpu.allocate(900'000);
    CHECK(bigger != nullptr);
    CHECK(message_of([&] { gpu.allocate(800'000); }) ==
          "gradus: Fake GPU (CUDA device 0) gives no memory of 917504 bytes: out of memory (CUDA_ERROR_OUT_OF_MEMORY)");
    gpu.release(bigger);
    void* const again = gpu.allocate(800'000);  // the error has spoilt nothing
    gpu.release(again);
}

TEST_CASE("memory that nobody uses is freed on request, and none that is used") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    release_cached_memory(gpu);
    const std::size_t before = driver.used;
    void* const kept = gpu.allocate(2048);
    gpu.release(gpu.allocate(4096));
    CHECK(driver.used == before + 2048 + 4096);
    release_cached_memory(gpu);
    CHECK(driver.used == before + 2048);
    gpu.release(kept);
    CHECK(driver.contexts == 0);
}

TEST_CASE("no bytes need no memory") {
    fake::driver& driver = fresh_driver();
    CHECK(cuda_device().allocate(0) == nullptr);
    cuda_device().release(nullptr);
    CHECK(asked(driver) == 0);
}

}  // namespace
}  // namespace gradus
