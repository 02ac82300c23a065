// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// device: where tensors of a GPU live and its code runs. A CUDA device is one (cuda.hpp); so is the emulator of the
// tests, on the memory of the host.
//
// Work is queued on the current stream, in order, and the host goes on; only copies from and to the host wait. Whether
// data violate a requirement, such as labels out of range, is known when the host waits: synchronise() and to_host()
// throw the error that the call would have thrown on the host. The outputs of such a call are not written; other calls
// are not concerned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <gradus/gpu_code.hpp>
#include <gradus/gpu_grid.hpp>

namespace gradus {

class pending_checks;

/// Code that a device has made ready to run. It may be dropped while it runs: the device sees to that.
struct loaded_gpu_code {
    loaded_gpu_code() = default;
    loaded_gpu_code(const loaded_gpu_code&) = delete;
    loaded_gpu_code& operator=(const loaded_gpu_code&) = delete;
    virtual ~loaded_gpu_code() = default;
};

/// What a stage is launched with (see gpu_code.hpp). Read before launch() returns.
struct gpu_parameters {
    std::span<void* const> data;
    std::span<const std::int64_t> shape;
    std::int64_t* status;  ///< in the device's memory; null for code without checks
    std::int64_t items;
};

/// Lives as long as the process. Any number of threads may use it at once. Every function but name, target and missing
/// throws gradus::error for a device that is missing.
class device {
public:
    device() = default;
    device(const device&) = delete;
    device& operator=(const device&) = delete;
    virtual ~device() = default;

    /// "NVIDIA H100 (CUDA device 0)"; stands in messages.
    virtual std::string_view name() const = 0;
    /// The name of the code generator's target: "sm_90", "emulator".
    virtual std::string_view target() const = 0;
    /// What was looked for and not found; empty if the device can be used.
    virtual std::string_view missing() const { return {}; }
    virtual int multiprocessors() const = 0;

    /// Memory for work on the current stream, at a multiple of 256; null for no bytes.
    virtual void* allocate(std::size_t bytes) = 0;
    /// Gives memory back to the stream that it was allocated for, whose later work may get it while earlier work still
    /// uses it. Null is nothing; anything else was allocated here.
    virtual void release(void* memory) noexcept = 0;

    /// Copies after the earlier work of the current stream; returns when it is done.
    virtual void copy_to_device(void* to, const void* from, std::size_t bytes) = 0;
    virtual void copy_to_host(void* to, const void* from, std::size_t bytes) = 0;
    /// Queues a copy within the device; the two do not overlap.
    virtual void copy_within(void* to, const void* from, std::size_t bytes) = 0;
    /// Queues that every byte becomes `value`.
    virtual void fill(void* to, unsigned char value, std::size_t bytes) = 0;
    /// Queues that the low `bytes` (1, 2, 4 or 8) of a number are written, at a multiple of their count.
    virtual void store(void* to, std::uint64_t number, std::size_t bytes) = 0;

    /// The kernels of stages 0 … stages - 1. Throws gradus::error, with the log of the assembler, for code that it
    /// refuses.
    virtual std::shared_ptr<loaded_gpu_code> load(const gpu_code& code, int stages) = 0;
    /// Queues a stage of code that this device has loaded.
    virtual void launch(loaded_gpu_code& code, int stage, const gpu_grid& grid, const gpu_parameters& parameters) = 0;

    /// Waits for all work of the current stream.
    virtual void wait() = 0;
    /// The checks whose outcome nobody has looked at, of the current stream: one object for each stream, made with this
    /// device.
    virtual pending_checks& pending() = 0;

    /// Waits for all work of the current stream; throws gradus::error for the first of its calls since the last time
    /// whose data violate a requirement.
    void synchronise();
};

}  // namespace gradus
