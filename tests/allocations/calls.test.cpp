// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A call whose outputs are given allocates nothing once its kernel is compiled and its thread has what
// memory it needs. Counted, on all threads together: operator new in all its forms; with glibc malloc,
// calloc, realloc and aligned_alloc too, but for launches on several threads: oneTBB keeps its tasks in
// memory of its own, from malloc, which is not ours to control.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <gradus/device_array.hpp>
#include <gradus/gradus.hpp>
#include <gradus/pending_checks.hpp>

#include "support/catch.hpp"

// AddressSanitizer has its own malloc.
#if defined(__SANITIZE_ADDRESS__)
#define GRADUS_SANITIZED 1
#elif defined(__has_feature)
#define GRADUS_SANITIZED __has_feature(address_sanitizer)
#else
#define GRADUS_SANITIZED 0
#endif
#if defined(__GLIBC__) && !GRADUS_SANITIZED
#define GRADUS_COUNT_MALLOC 1
#else
#define GRADUS_COUNT_MALLOC 0
#endif

// g++ 12 sees memory of operator new come to free, once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::atomic<long> news = 0;
std::atomic<long> mallocs = 0;

void* counted(void* memory) {
    ++news;
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
std::size_t whole(std::size_t size, std::size_t alignment) { return (size + alignment - 1) / alignment * alignment; }
}  // namespace

// The forms for arrays call these.
void* operator new(std::size_t size) { return counted(std::malloc(size > 0 ? size : 1)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto bytes = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(bytes, whole(size > 0 ? size : 1, bytes)));
}
// AddressSanitizer's forms without exceptions would not.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++news;
    return std::malloc(size > 0 ? size : 1);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    ++news;
    const auto bytes = static_cast<std::size_t>(alignment);
    return std::aligned_alloc(bytes, whole(size > 0 ? size : 1, bytes));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#if GRADUS_COUNT_MALLOC
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
    ++mallocs;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    ++mallocs;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
    ++mallocs;
    return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    ++mallocs;
    return __libc_memalign(alignment, size);
}
}
#endif

namespace gradus {
namespace {

constexpr auto x = tensor<"x[i]">;
constexpr auto beta = scalar<"beta">;
constexpr auto activated = silu(beta * x);
constexpr auto total = sum(x * x);
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);
constexpr auto centred = x - mean(x);

struct counts {
    long news = 0;
    long mallocs = 0;
};

/// What a hundred calls allocate after `before` calls.
template <class Call>
counts allocations_of(Call call, int before = 1) {
    for (int i = 0; i < before; ++i) call();
    const counts start{news, mallocs};
    for (int i = 0; i < 100; ++i) call();
    return {news - start.news, mallocs - start.mallocs};
}

template <class Call>
void check_none(Call call, int before = 1) {
    const counts found = allocations_of(call, before);
    CHECK(found.news == 0);
    CHECK(found.mallocs == 0);
}

TEST_CASE("what the other tests count is counted") {
    CHECK(allocations_of([] { std::vector<float> made(1000); }).news == 100);
    const std::vector<float> X(5, 1);
    const auto f = jit<activated>();
    CHECK(allocations_of([&] { f(x = X, beta = 2); }).news >= 100);  // results that own their memory
#if GRADUS_COUNT_MALLOC
    CHECK(allocations_of([] { std::free(std::malloc(1000)); }).mallocs == 100);
#endif
}

TEST_CASE("a pointwise call allocates nothing") {
    const std::vector<float> X(5, 1);
    std::vector<float> Y(5);
    const auto f = jit<activated>();
    check_none([&] { f(x = X, beta = 2, outputs(Y)); });
    check_none([&] { f(x = std::span<const float>(X), beta = 0.5, outputs(std::span<float>(Y))); });
    check_none([&] { f(x = Y, beta = 2, outputs(Y)); });
}

TEST_CASE("calls whose extents and strides differ from each other's allocate nothing") {
    std::vector<float> X(600, 1), Y(600);
    const auto f = jit<activated>();
    std::size_t size = 0;
    check_none([&] {
        size = size % 500 + 7;
        f(x = std::span(X).first(size), beta = 2, outputs(std::span(Y).first(size)));
        f(x = strided(view(X), 0, 2), beta = 2, outputs(strided(view(Y), 0, 2)));
    });
}

TEST_CASE("a reduction allocates nothing") {
    const std::vector<float> X(30'000, 1);
    float value = 0;
    const auto f = jit<total>();
    check_none([&] { f(x = X, outputs(value)); });
    CHECK(value == 30'000);
}

TEST_CASE("a loss of labels with its gradient allocates nothing") {
    const std::vector<float> X(64 * 10, 1);
    const std::vector<int> T(64, 3);
    std::vector<float> dX(X.size());
    float value = 0;
    const auto f = jit<loss, dlogits>();
    check_none([&] { f(logits = view(X, {64, 10}), target = T, outputs(value, view(dX, {64, 10}))); });
}

TEST_CASE("a call that copies an input allocates nothing") {
    std::vector<float> X(3000, 1);
    const auto f = jit<total, centred>();
    float value = 0;
    check_none([&] { f(x = X, outputs(value, X)); });
}

/// Takes launches and does nothing. Its memory is handed out once, so that nobody else has to allocate.
class idle_device final : public device {
public:
    std::string_view name() const override { return "idle"; }
    std::string_view target() const override { return "sm_80"; }
    int multiprocessors() const override { return 100; }
    void* allocate(std::size_t bytes) override {
        return memory_.data() + std::exchange(used_, used_ + (bytes + 255) / 256 * 256);
    }
    void release(void*) noexcept override {}
    void copy_to_device(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }
    void copy_to_host(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }
    void copy_within(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }
    void fill(void* to, unsigned char value, std::size_t bytes) override { std::memset(to, value, bytes); }
    void store(void* to, std::uint64_t number, std::size_t bytes) override { std::memcpy(to, &number, bytes); }
    std::shared_ptr<loaded_gpu_code> load(const gpu_code&, int) override { return std::make_shared<loaded_gpu_code>(); }
    void launch(loaded_gpu_code&, int, const gpu_grid&, const gpu_parameters&) override { ++launches; }
    void wait() override {}
    pending_checks& pending() override { return pending_; }

    int launches = 0;

private:
    std::vector<std::byte> memory_ = std::vector<std::byte>(std::size_t{16} << 20u);
    std::size_t used_ = 0;
    pending_checks pending_{*this};
};

TEST_CASE("of a call on a device the library allocates nothing, with numbers of the host and checks of data too") {
    idle_device gpu;
    const auto X = to_device(gpu, std::vector<float>(5, 1));
    device_array<float, 1> Y(gpu, {5});
    const auto pointwise = jit<activated>();
    check_none([&] { pointwise(x = X, beta = 2, outputs(Y)); });
    const std::vector<float> host(64 * 10, 1);
    const auto L = to_device(gpu, view(host, {64, 10}));
    const auto T = to_device(gpu, std::vector<int>(64, 3));
    device_array<float, 0> value(gpu, {});
    device_array<float, 2> dL(gpu, {64, 10});
    const auto step = jit<loss, dlogits>();
    check_none([&] { step(logits = L, target = T, outputs(value, dL)); }, 600);  // until pairs are used again
    CHECK(gpu.launches > 2 * 101 + 700);
}

TEST_CASE("of a launch on several threads, the library allocates nothing") {
    const std::vector<float> X(3'000'000, 1);  // 733 partial sums: more than a launch holds in place
    std::vector<float> Y(X.size());
    float value = 0;
    const auto pointwise = jit<activated>();
    const auto reduction = jit<total>();
    const counts found = allocations_of(
        [&] {
            pointwise(x = X, beta = 2, outputs(Y));
            reduction(x = X, outputs(value));
        },
        20);
    CHECK(found.news == 0);
    CHECK(value == 3'000'000);
}

}  // namespace
}  // namespace gradus
