// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Streams, events and recorded sequences.
#include <stdexcept>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>

#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

/// A kernel of one stage that does what `action` does, on a tensor of one axis.
struct one_kernel {
    kernel k;
    explicit one_kernel(fake::driver& driver, const std::string& name, std::function<void(float*)> action)
        : k(made_graph(), name, [name](const layout&, std::span<const element>, std::string_view) {
              return device_program(name, {rows_stage(1, 0)}, 2, 3);
          }) {
        driver.kernels[name + "_0"] = [action = std::move(action)](const fake::launch& l) {
            action(l.pointer<float>(1));
        };
    }
    static graph made_graph() {
        hand_made made;
        made.add_output("y", made.apply(op::neg, {made.add_input("x", {"i"})}), {"i"});
        return made.g;
    }
    void run(const device_array<float, 1>& x, device_array<float, 1>& y) {
        k.run(std::array{make_argument(as_view(x))}, std::array{make_argument(as_view(y))});
    }
};

struct two_tensors {
    device& gpu = cuda_device();
    device_array<float, 1> x = to_device(gpu, std::vector<float>{1});
    device_array<float, 1> y = to_device(gpu, std::vector<float>{1});
};

TEST_CASE("calls go to the innermost stream of their thread, then again to the one before") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float*) {});
    const cuda_stream first(t.gpu), second(t.gpu);
    const void* const usual = cuda_stream::current(t.gpu).handle();
    add.run(t.x, t.y);
    {
        const stream_scope outer(first);
        add.run(t.x, t.y);
        {
            const stream_scope inner(second);
            add.run(t.x, t.y);
        }
        CHECK(cuda_stream::current(t.gpu).handle() == first.handle());
        CHECK(cuda_stream::current(cuda_device(1)).handle() != first.handle());
        add.run(t.x, t.y);
    }
    add.run(t.x, t.y);
    std::vector<const void*> streams;
    for (const fake::launch& l : driver.launches) streams.push_back(l.stream);
    CHECK(streams == std::vector<const void*>{usual, first.handle(), second.handle(), first.handle(), usual});
}

TEST_CASE("the work of a stream is done in order, when that stream is waited for and not another") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float* y) { *y += 1; });
    one_kernel twice(driver, "twice", [](float* y) { *y *= 2; });
    const cuda_stream side(t.gpu);
    {
        const stream_scope on(side);
        add.run(t.x, t.y);
        twice.run(t.x, t.y);
        add.run(t.x, t.y);
    }
    t.gpu.synchronise();
    CHECK(driver.done.empty());
    side.synchronise();
    CHECK(driver.done == std::vector<std::string>{"add_0", "twice_0", "add_0"});
    CHECK(to_host(t.y)[0] == 5);
}

TEST_CASE("a stream that waits for an event starts after what the event has recorded") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float* y) { *y += 1; });
    one_kernel late(driver, "late", [](float* y) { *y += 100; });
    one_kernel twice(driver, "twice", [](float* y) { *y *= 2; });
    const cuda_stream side(t.gpu);
    cuda_event ready(t.gpu);
    add.run(t.x, t.y);
    ready.record(cuda_stream::current(t.gpu));
    late.run(t.x, t.y);
    side.wait_for(ready);
    {
        const stream_scope on(side);
        twice.run(t.x, t.y);
    }
    side.synchronise();
    CHECK(driver.done == std::vector<std::string>{"add_0", "twice_0"});
    t.gpu.synchronise();
    CHECK(driver.done.back() == "late_0");
}

TEST_CASE("events are waited for, and tell the time between them") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float*) {});
    const cuda_stream stream = cuda_stream::current(t.gpu);
    cuda_event before(t.gpu), between(t.gpu), after(t.gpu);
    before.record(stream);
    add.run(t.x, t.y);
    between.record(stream);
    add.run(t.x, t.y);
    add.run(t.x, t.y);
    after.record(stream);
    between.synchronise();
    CHECK(driver.done.size() == 1);
    CHECK(after.milliseconds_since(before) == 3);
    CHECK(after.milliseconds_since(between) == 2);
    CHECK(driver.done.size() == 3);
    cuda_event elsewhere(cuda_device(1));
    CHECK(message_of([&] { elsewhere.record(stream); }) == "gradus: an event records streams of its own device");
}

TEST_CASE("a stream of another framework is used and not ended") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float* y) { *y += 1; });
    {
        const cuda_stream theirs(t.gpu, nullptr);  // CUDA's default stream
        const stream_scope on(theirs);
        add.run(t.x, t.y);
        CHECK(driver.launches.back().stream == nullptr);
        theirs.synchronise();
    }
    CHECK(driver.calls["cuStreamDestroy_v2"] == 0);
    CHECK(to_host(t.y)[0] == 2);
    { const cuda_stream ours(t.gpu); }
    CHECK(driver.calls["cuStreamDestroy_v2"] == 1);
}

TEST_CASE("a recorded sequence does nothing when it is recorded, and everything each time it is launched") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float* y) { *y += 1; });
    one_kernel twice(driver, "twice", [](float* y) { *y *= 2; });
    const cuda_graph sequence(t.gpu, [&] {
        add.run(t.x, t.y);
        twice.run(t.x, t.y);
    });
    CHECK(to_host(t.y)[0] == 1);
    CHECK(driver.done.empty());
    driver.calls.clear();
    sequence.launch();
    sequence.launch();
    CHECK(driver.calls["cuLaunchKernel"] == 0);
    CHECK(driver.calls["cuGraphLaunch"] == 2);
    CHECK(to_host(t.y)[0] == 10);
    CHECK(driver.contexts == 0);
}

TEST_CASE("memory that a recorded sequence takes stays its own, and its code stays loaded") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    const void* inner = nullptr;
    const int modules = driver.modules;
    {
        std::unique_ptr<cuda_graph> sequence;
        {
            one_kernel set(driver, "set", [](float* y) { *y = 7; });
            one_kernel copy(driver, "copy", [](float*) {});
            driver.kernels["copy_0"] = [](const fake::launch& l) { *l.pointer<float>(1) = *l.pointer<float>(0); };
            sequence = std::make_unique<cuda_graph>(t.gpu, [&] {
                device_array<float, 1> between(t.gpu, {1});
                inner = between.data();
                set.run(t.x, between);
                copy.run(between, t.y);
            });
        }
        CHECK(driver.modules == modules + 2);
        release_cached_memory(t.gpu);
        const auto others = to_device(t.gpu, std::vector<float>{1});
        CHECK(others.data() != inner);
        sequence->launch();
        CHECK(to_host(t.y)[0] == 7);
    }
    CHECK(driver.modules == modules);
}

TEST_CASE("what cannot be recorded is refused with its name, and the device works on") {
    fake::driver& driver = fresh_driver();
    two_tensors t;
    one_kernel add(driver, "add", [](float* y) { *y += 1; });
    const auto recording = [&](std::function<void()> calls) { return message_of([&] { cuda_graph(t.gpu, calls); }); };
    const std::string rest = " cannot be recorded in a cuda_graph: do it before or after";
    CHECK(recording([&] { to_host(t.x); }) == "gradus: a copy to the host" + rest);
    CHECK(recording([&] { to_device(t.gpu, 1.0f); }) == "gradus: a copy from the host" + rest);
    CHECK(recording([&] { t.gpu.synchronise(); }) == "gradus: waiting" + rest);
    const cuda_graph inner(t.gpu, [&] { add.run(t.x, t.y); });
    CHECK(recording([&] { inner.launch(); }) == "gradus: a cuda_graph cannot be recorded in another: record its calls");
    CHECK_THROWS_AS(cuda_graph(t.gpu, [] { throw std::runtime_error("theirs"); }), std::runtime_error);
    add.run(t.x, t.y);
    CHECK(to_host(t.y)[0] == 2);
    CHECK(driver.contexts == 0);
}

TEST_CASE("a recorded sequence keeps the numbers of the host that it was recorded with") {
    fake::driver& driver = fresh_driver();
    driver.kernels["scale_0"] = scale;
    device& gpu = cuda_device();
    scaling_kernel s;
    const auto x = matrix(gpu, 1, std::vector<float>{1, 2});
    device_array<float, 2> y(gpu, {1, 2});
    std::unique_ptr<cuda_graph> sequence;
    {
        float a = 3;
        sequence = std::make_unique<cuda_graph>(gpu, [&] {
            run_scaling(s.k, x, tensor_view<const float, 0>{&a, {}, {}}, y);
        });
        a = 100;
    }
    sequence->launch();
    CHECK(to_host(y)[1] == 6);
}

TEST_CASE("a violation in a recorded sequence is the error of the stream on which it was launched, each time") {
    fake::driver& driver = fresh_driver();
    device& gpu = cuda_device();
    hand_made made;
    const node_id x = made.add_input("x", {"i"});
    made.require({made.apply(op::greater_equal, {x, made.apply(op::constant, {})}), x, 0});
    made.add_output("y", made.apply(op::neg, {x}), {"i"});
    kernel k(made.g, "positive", [](const layout&, std::span<const element>, std::string_view) {
        std::vector<stage_shape> stages{rows_stage(1, 0), rows_stage(1, 0)};
        stages[0].form = stage_form::check;
        stages[0].requirement = 0;
        return device_program("positive", stages, 2, 3);
    });
    driver.kernels["positive_0"] = [](const fake::launch& l) {
        if (*l.pointer<float>(0) < 0) l.status[0] = 0;
    };
    driver.kernels["positive_1"] = [](const fake::launch& l) {
        if (l.status[0] != -1)
            std::memcpy(l.status + 1, l.data[0], sizeof(float));
        else
            *l.pointer<float>(1) = -*l.pointer<float>(0);
    };
    release_cached_memory(gpu);  // new memory is not -1 by chance
    auto in = to_device(gpu, std::vector<float>{3});
    auto out = to_device(gpu, std::vector<float>{5});
    const cuda_graph sequence(
        gpu, [&] { k.run(std::array{make_argument(as_view(in))}, std::array{make_argument(as_view(out))}); });
    const std::string text = "gradus: argument \"x\" is -2 at i = 0, but x >= 0 is required";
    CHECK(message_of([&] { gpu.synchronise(); }) == "no error");
    sequence.launch();
    CHECK(to_host(out)[0] == -3);
    gpu.store(in.data(), 0xc000'0000u, 4);  // -2
    for (int i = 0; i < 2; ++i) {
        sequence.launch();
        sequence.launch();
        CHECK(message_of([&] { gpu.synchronise(); }) == text);
        CHECK(message_of([&] { gpu.synchronise(); }) == "no error");
        CHECK(to_host(out)[0] == -3);
    }
    gpu.fill(in.data(), 0, in.bytes());
    sequence.launch();
    CHECK(to_host(out)[0] == 0);
    const cuda_stream side(gpu);
    gpu.store(in.data(), 0xc000'0000u, 4);  // -2
    gpu.synchronise();
    {
        const stream_scope on(side);
        sequence.launch();
    }
    CHECK(message_of([&] { gpu.synchronise(); }) == "no error");
    CHECK(message_of([&] { side.synchronise(); }) == text);
}

TEST_CASE("streams and sequences are CUDA's: another device is named") {
    class other_device final : public device {
        std::string_view name() const override { return "the other"; }
        std::string_view target() const override { return "other"; }
        int multiprocessors() const override { return 1; }
        void* allocate(std::size_t) override { return nullptr; }
        void release(void*) noexcept override {}
        void copy_to_device(void*, const void*, std::size_t) override {}
        void copy_to_host(void*, const void*, std::size_t) override {}
        void copy_within(void*, const void*, std::size_t) override {}
        void fill(void*, unsigned char, std::size_t) override {}
        void store(void*, std::uint64_t, std::size_t) override {}
        std::shared_ptr<loaded_gpu_code> load(const gpu_code&, int) override { return nullptr; }
        void launch(loaded_gpu_code&, int, const gpu_grid&, const gpu_parameters&) override {}
        void wait() override {}
        pending_checks& pending() override { throw error("unused"); }
    };
    other_device other;
    CHECK(message_of([&] { cuda_stream side(other); }) == "gradus: the other is no CUDA device");
    CHECK(message_of([&] { release_cached_memory(other); }) == "gradus: the other is no CUDA device");
}

}  // namespace
}  // namespace gradus
