// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cuda_device.hpp"

#include <utility>

#include <fmt/format.h>

#include <gradus/error.hpp>

namespace gradus::cuda {
namespace {

address address_of(const void* memory) { return static_cast<address>(reinterpret_cast<std::uintptr_t>(memory)); }

/// What cannot be recorded is refused before the driver gives up the whole recording.
void refuse_while_recording(const stream_state& s, std::string_view what) {
    if (s.records) throw error(fmt::format("{} cannot be recorded in a cuda_graph: do it before or after", what));
}

}  // namespace

std::string_view target_for(int compute_major) {
    return compute_major >= 10 ? "sm_100" : compute_major == 9 ? "sm_90" : "sm_80";
}

cuda_device_object::cuda_device_object(std::shared_ptr<const driver> cuda, device_facts facts)
    : cuda_(std::move(cuda)),
      facts_(std::move(facts)),
      name_(fmt::format("{} (CUDA device {})", facts_.name, facts_.ordinal)),
      target_(target_for(facts_.compute_major)) {}

void cuda_device_object::start() {
    std::call_once(started_, [this] {
        require(cuda_->cuDevicePrimaryCtxRetain(&context_, facts_.number), "taking the primary context of");
        memory_ = std::make_unique<memory_pool>(*cuda_, context_, name_);
    });
}

context cuda_device_object::made() {
    start();
    return context_;
}

memory_pool& cuda_device_object::memory() {
    start();
    return *memory_;
}

std::shared_ptr<stream_state> cuda_device_object::new_stream(bool recorded_in) {
    const in_context current(*cuda_, made());
    stream_handle handle = nullptr;
    require(cuda_->cuStreamCreate(&handle, stream_non_blocking), "making a stream on");
    return std::make_shared<stream_state>(*this, handle, true, recorded_in);
}

std::shared_ptr<stream_state> cuda_device_object::default_stream() {
    const std::lock_guard lock(guard_);
    if (!default_stream_) default_stream_ = new_stream(false);
    return default_stream_;
}

void* cuda_device_object::allocate(std::size_t bytes) {
    return memory().allocate(stream_state::current(*this)->memory, bytes);
}

void cuda_device_object::copy_to_device(void* to, const void* from, std::size_t bytes) {
    const in_context current(*cuda_, made());
    const std::shared_ptr<stream_state> stream = stream_state::current(*this);
    refuse_while_recording(*stream, "a copy from the host");
    require(cuda_->cuMemcpyHtoDAsync_v2(address_of(to), from, bytes, stream->handle), "copying to");
    require(cuda_->cuStreamSynchronize(stream->handle), "copying to");
}

void cuda_device_object::copy_to_host(void* to, const void* from, std::size_t bytes) {
    const in_context current(*cuda_, made());
    const std::shared_ptr<stream_state> stream = stream_state::current(*this);
    refuse_while_recording(*stream, "a copy to the host");
    require(cuda_->cuMemcpyDtoHAsync_v2(to, address_of(from), bytes, stream->handle), "copying from");
    require(cuda_->cuStreamSynchronize(stream->handle), "copying from");
}

void cuda_device_object::copy_within(void* to, const void* from, std::size_t bytes) {
    const in_context current(*cuda_, made());
    require(cuda_->cuMemcpyDtoDAsync_v2(address_of(to), address_of(from), bytes, stream_state::current(*this)->handle),
            "copying within");
}

void cuda_device_object::fill(void* to, unsigned char value, std::size_t bytes) {
    const in_context current(*cuda_, made());
    require(cuda_->cuMemsetD8Async(address_of(to), value, bytes, stream_state::current(*this)->handle), "filling on");
}

/// By memsets, whose value the driver keeps: the host's number may go, and a recorded sequence has it.
void cuda_device_object::store(void* to, std::uint64_t number, std::size_t bytes) {
    const in_context current(*cuda_, made());
    const stream_handle stream = stream_state::current(*this)->handle;
    const address at = address_of(to);
    const auto low = static_cast<unsigned>(number);
    const auto high = static_cast<unsigned>(number >> 32u);
    const auto set = [&](result code) { require(code, "passing a number to"); };
    if (bytes == 1) set(cuda_->cuMemsetD8Async(at, static_cast<unsigned char>(number), 1, stream));
    if (bytes == 2) set(cuda_->cuMemsetD16Async(at, static_cast<unsigned short>(number), 1, stream));
    if (bytes >= 4) set(cuda_->cuMemsetD32Async(at, low, bytes == 8 && low == high ? 2 : 1, stream));
    if (bytes == 8 && low != high) set(cuda_->cuMemsetD32Async(at + 4, high, 1, stream));
}

void cuda_device_object::wait() {
    const in_context current(*cuda_, made());
    const std::shared_ptr<stream_state> stream = stream_state::current(*this);
    refuse_while_recording(*stream, "waiting");
    require(cuda_->cuStreamSynchronize(stream->handle), "waiting for");
}

pending_checks& cuda_device_object::pending() { return *stream_state::current(*this)->checks; }

cuda_device_object& cuda_object(device& place) {
    if (!place.missing().empty()) throw error(place.missing());
    if (auto* const found = dynamic_cast<cuda_device_object*>(&place)) return *found;
    throw error(fmt::format("{} is no CUDA device", place.name()));
}

}  // namespace gradus::cuda

namespace gradus {

void release_cached_memory(device& place) { cuda::cuda_object(place).memory().trim(); }

}  // namespace gradus
