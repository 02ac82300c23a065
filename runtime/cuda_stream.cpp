// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Streams, events and recorded sequences. The current stream of a thread is that of its innermost scope on the device,
// or else the device's default one, which is ours and not CUDA's.
#include <utility>

#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "cuda_device.hpp"

namespace gradus {
namespace cuda {

struct event_state {
    explicit event_state(device& at) : place(cuda_object(at)) {
        const in_context current(place.cuda(), place.made());
        place.require(place.cuda().cuEventCreate(&handle, event_default), "making an event on");
    }
    ~event_state() {
        try {
            const in_context current(place.cuda(), place.made());
            place.cuda().cuEventDestroy_v2(handle);
        } catch (const error&) {  // the driver has ended with the process
        }
    }
    event_state(const event_state&) = delete;
    event_state& operator=(const event_state&) = delete;

    cuda_device_object& place;
    event_handle handle = nullptr;
};

stream_state::stream_state(cuda_device_object& at, stream_handle stream, bool created, bool recorded_in)
    : place(at),
      handle(stream),
      owned(created),
      memory(std::make_shared<memory_home>(at.memory(), recorded_in)),
      checks(std::make_shared<pending_checks>(at)) {}

stream_state::~stream_state() {
    if (!owned) return;
    try {
        const in_context current(place.cuda(), place.made());
        place.cuda().cuStreamDestroy_v2(handle);
    } catch (const error&) {  // the driver has ended with the process
    }
}

}  // namespace cuda

namespace {
constinit thread_local const stream_scope* innermost = nullptr;
}

std::shared_ptr<cuda::stream_state> cuda::stream_state::current(cuda_device_object& place) {
    for (const stream_scope* scope = innermost; scope != nullptr; scope = scope->outer_)
        if (&scope->state_->place == &place) return scope->state_;
    return place.default_stream();
}

stream_scope::stream_scope(const cuda_stream& stream) : state_(stream.state_), outer_(std::exchange(innermost, this)) {}
stream_scope::~stream_scope() { innermost = outer_; }

cuda_stream::cuda_stream(device& place) : state_(cuda::cuda_object(place).new_stream(false)) {}
cuda_stream::cuda_stream(device& place, void* handle)
    : state_(std::make_shared<cuda::stream_state>(cuda::cuda_object(place), static_cast<cuda::stream_handle>(handle),
                                                  false, false)) {}
cuda_stream cuda_stream::current(device& place) {
    return cuda_stream(cuda::stream_state::current(cuda::cuda_object(place)));
}

void* cuda_stream::handle() const { return state_->handle; }

void cuda_stream::wait_for(const cuda_event& event) const {
    cuda::cuda_device_object& place = state_->place;
    const cuda::in_context current(place.cuda(), place.made());
    place.require(place.cuda().cuStreamWaitEvent(state_->handle, event.state_->handle, 0),
                  "making a stream wait for an event on");
}

void cuda_stream::synchronise() const {
    const stream_scope on(*this);
    state_->place.synchronise();
}

cuda_event::cuda_event(device& place) : state_(std::make_shared<cuda::event_state>(place)) {}

void cuda_event::record(const cuda_stream& stream) {
    cuda::cuda_device_object& place = state_->place;
    if (&stream.state_->place != &place) throw error("an event records streams of its own device");
    const cuda::in_context current(place.cuda(), place.made());
    place.require(place.cuda().cuEventRecord(state_->handle, stream.state_->handle), "recording an event on");
}

void cuda_event::synchronise() const {
    const cuda::in_context current(state_->place.cuda(), state_->place.made());
    state_->place.require(state_->place.cuda().cuEventSynchronize(state_->handle), "waiting for an event on");
}

double cuda_event::milliseconds_since(const cuda_event& earlier) const {
    earlier.synchronise();
    synchronise();
    const cuda::in_context current(state_->place.cuda(), state_->place.made());
    float milliseconds = 0;
    state_->place.require(
        state_->place.cuda().cuEventElapsedTime(&milliseconds, earlier.state_->handle, state_->handle),
        "measuring the time between two events on");
    return static_cast<double>(milliseconds);
}

}  // namespace gradus
