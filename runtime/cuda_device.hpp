// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A CUDA device as a `device`. Its context is the primary one, which the runtime API of other frameworks uses too; it
// is taken when the device is first used, and is current only while one of the functions here runs.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gradus/cuda.hpp>
#include <gradus/device.hpp>
#include <gradus/pending_checks.hpp>

#include "cuda_driver.hpp"
#include "cuda_memory.hpp"

namespace gradus::cuda {

class cuda_device_object;

/// What a stream is to us. Blocks and checks that belong to it keep its parts alive.
struct stream_state {
    /// `created`: by us, so that it ends with the object; `recorded_in`: what is recorded keeps its memory.
    stream_state(cuda_device_object& at, stream_handle stream, bool created, bool recorded_in);
    ~stream_state();
    stream_state(const stream_state&) = delete;
    stream_state& operator=(const stream_state&) = delete;

    /// The current one of a device on this thread.
    static std::shared_ptr<stream_state> current(cuda_device_object& place);

    cuda_device_object& place;
    stream_handle handle;
    bool owned;
    std::shared_ptr<memory_home> memory;
    std::shared_ptr<pending_checks> checks;
    bool records = false;                                    ///< now: work is recorded, not run
    std::vector<std::shared_ptr<loaded_gpu_code>> recorded;  ///< the code of that work
};

/// What the driver tells about a device.
struct device_facts {
    device_number number = 0;
    int ordinal = 0;
    std::string name;
    int compute_major = 0;
    int compute_minor = 0;
    int multiprocessors = 0;
};

class cuda_device_object final : public device {
public:
    cuda_device_object(std::shared_ptr<const driver> cuda, device_facts facts);

    std::string_view name() const override { return name_; }
    std::string_view target() const override { return target_; }
    int multiprocessors() const override { return facts_.multiprocessors; }
    void* allocate(std::size_t bytes) override;
    void release(void* memory) noexcept override { memory_->release(memory); }
    void copy_to_device(void* to, const void* from, std::size_t bytes) override;
    void copy_to_host(void* to, const void* from, std::size_t bytes) override;
    void copy_within(void* to, const void* from, std::size_t bytes) override;
    void fill(void* to, unsigned char value, std::size_t bytes) override;
    void store(void* to, std::uint64_t number, std::size_t bytes) override;
    std::shared_ptr<loaded_gpu_code> load(const gpu_code& code, int stages) override;
    void launch(loaded_gpu_code& code, int stage, const gpu_grid& grid, const gpu_parameters& parameters) override;
    void wait() override;
    pending_checks& pending() override;

    const driver& cuda() const { return *cuda_; }
    int ordinal() const { return facts_.ordinal; }
    context made();
    memory_pool& memory();
    void require(result code, std::string_view what) const { cuda_->require(code, what, name_); }
    std::shared_ptr<stream_state> default_stream();
    std::shared_ptr<stream_state> new_stream(bool recorded_in);

private:
    void start();

    std::shared_ptr<const driver> cuda_;
    device_facts facts_;
    std::string name_;
    std::string target_;
    std::once_flag started_;
    context context_ = nullptr;
    std::unique_ptr<memory_pool> memory_;
    std::mutex guard_;
    std::shared_ptr<stream_state> default_stream_;
};

/// Throws gradus::error if it is no CUDA device, or one that is missing.
cuda_device_object& cuda_object(device& place);

/// The name of the code generator's target for a compute capability of at least 8.0: the greatest not above it.
std::string_view target_for(int compute_major);

/// The number of the device that a pointer belongs to, -1 if the driver knows none or is missing.
int ordinal_of(const void* pointer);

/// The devices of a driver in its order, those that cannot be used as objects that throw.
struct device_list {
    std::vector<std::unique_ptr<device>> devices;
    std::string missing;  ///< what was looked for, if there is none
    std::shared_ptr<const driver> functions;
};
device_list list_devices(const opened_driver& opened);

/// A device that is missing, for the reason given.
std::unique_ptr<device> missing_device(std::string name, std::string reason);

}  // namespace gradus::cuda
