// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The emulator as a device, so that the runtime's own calls run on it.
//
// Device memory is the host's. Every allocation holds ones at first, which is NaN in every real type, and lies between
// guards: a launch that writes into a guard throws std::logic_error, as does a copy that leaves an allocation. There is
// one stream, and work is done when it is queued; each launch runs in an order of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/device.hpp>
#include <gradus/pending_checks.hpp>

#include "emulator/emulator.hpp"

namespace gradus::testing {

/// Code that the emulated device has loaded, or kernels of a test.
struct emulated_code final : loaded_gpu_code {
    struct stage {
        emulated_kernel kernel = nullptr;
        std::int32_t shared_bytes = 0;
        std::shared_ptr<void> memory;  ///< keeps the kernel alive
    };
    emulated_code(std::string name, std::vector<stage> all) : symbol(std::move(name)), stages(std::move(all)) {}

    std::string symbol;
    std::vector<stage> stages;
};

class emulated_device final : public device {
public:
    explicit emulated_device(std::uint64_t seed) : emulator_(seed) {}

    std::string_view name() const override { return "emulator"; }
    std::string_view target() const override { return "emulator"; }
    int multiprocessors() const override { return 2; }

    void* allocate(std::size_t bytes) override;
    void release(void* memory) noexcept override;
    void copy_to_device(void* to, const void* from, std::size_t bytes) override;
    void copy_to_host(void* to, const void* from, std::size_t bytes) override;
    void copy_within(void* to, const void* from, std::size_t bytes) override;
    void fill(void* to, unsigned char value, std::size_t bytes) override;
    void store(void* to, std::uint64_t number, std::size_t bytes) override;

    std::shared_ptr<loaded_gpu_code> load(const gpu_code& code, int stages) override;
    void launch(loaded_gpu_code& code, int stage, const gpu_grid& grid, const gpu_parameters& parameters) override;

    void wait() override {}
    pending_checks& pending() override { return pending_; }

    std::size_t allocations() const;
    std::uint64_t launches() const;

private:
    void check_copy(const void* device_memory, std::size_t bytes) const;
    void check_guards(const std::string& kernel) const;

    mutable std::mutex guard_;  ///< of the following
    emulator emulator_;
    std::map<std::byte*, std::vector<std::byte>> blocks_;  ///< by the address that was given out: its memory
    std::uint64_t launches_ = 0;
    pending_checks pending_{*this};  ///< last, since it gives memory back
};

}  // namespace gradus::testing
