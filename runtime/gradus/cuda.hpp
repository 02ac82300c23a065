// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CUDA devices, found when the program runs: the driver is libcuda.so.1, or what the environment variable
// GRADUS_CUDA_DRIVER names. Without one everything else works.
//
//     device& gpu = cuda_device();                          // the first; throws when it is used, if there is none
//     cuda_stream side(gpu);
//     {
//         const stream_scope on(side);                      // calls of this thread go there
//         step(logits = X, target = T, outputs(value, dX));
//     }
//     cuda_graph steps(gpu, [&] { step(…); update(…); });   // recorded, not run
//     steps.launch();
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <gradus/device.hpp>

namespace gradus {

namespace cuda {
struct stream_state;
struct recording;
struct event_state;
}  // namespace cuda

/// The devices that can be used, in the driver's order: those of compute capability 8.0 or more.
std::span<device* const> cuda_devices();

/// The device that the driver lists at that place. If there is none, or it cannot be used: an object whose missing()
/// says what was looked for, and which throws that as gradus::error when it is used.
device& cuda_device(int ordinal = 0);

/// Frees what the device's pool holds and nobody uses. Waits for all work of the device.
void release_cached_memory(device& place);

class cuda_event;

/// Work in order. A copy is the same stream.
class cuda_stream {
public:
    /// A new one, which does not wait for CUDA's default stream nor it for this.
    explicit cuda_stream(device& place);
    /// That of another framework (CUstream or cudaStream_t; null is CUDA's default stream), which outlives the object
    /// and every tensor that is made on it.
    cuda_stream(device& place, void* handle);
    /// The current one of this thread.
    static cuda_stream current(device& place);

    void* handle() const;
    /// Later work of this stream starts after what the event has recorded.
    void wait_for(const cuda_event& event) const;
    /// As device::synchronise(), for this stream.
    void synchronise() const;

private:
    friend class cuda_event;
    friend class cuda_graph;
    friend class stream_scope;
    explicit cuda_stream(std::shared_ptr<cuda::stream_state> state) : state_(std::move(state)) {}
    std::shared_ptr<cuda::stream_state> state_;
};

/// Makes a stream the current one of its device on this thread, as long as it lives. Scopes end in the reverse order.
class stream_scope {
public:
    explicit stream_scope(const cuda_stream& stream);
    ~stream_scope();
    stream_scope(const stream_scope&) = delete;
    stream_scope& operator=(const stream_scope&) = delete;

private:
    friend struct cuda::stream_state;
    std::shared_ptr<cuda::stream_state> state_;
    const stream_scope* outer_;
};

/// A point in a stream's work.
class cuda_event {
public:
    explicit cuda_event(device& place);
    /// The point after the work that is queued now.
    void record(const cuda_stream& stream);
    /// Waits until the device has reached it.
    void synchronise() const;
    /// The time between two recorded points, both of which it waits for.
    double milliseconds_since(const cuda_event& earlier) const;

private:
    friend class cuda_stream;
    std::shared_ptr<cuda::event_state> state_;
};

/// A sequence of calls that is recorded once and launched as one. The tensors that it reads and writes outlive it, and
/// numbers of the host keep the values that they had. The outcome of its checks is looked at when a stream is waited
/// for on which it was launched; after a violation its calls with checks write nothing until then.
class cuda_graph {
public:
    /// Records what `calls` queues on the device's current stream. Throws gradus::error for what cannot be recorded:
    /// copies from and to the host, waiting, and another graph.
    cuda_graph(device& place, const std::function<void()>& calls);
    /// Queues the whole on the current stream. Not on two streams at once.
    void launch() const;

private:
    std::shared_ptr<cuda::recording> state_;
};

}  // namespace gradus
