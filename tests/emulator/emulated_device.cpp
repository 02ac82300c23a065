// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/emulated_device.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <gradus/error.hpp>

#include "object.hpp"

namespace gradus::testing {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t guard = 256;  ///< bytes before and after what is given out
constexpr std::byte untouched{0xA5};
constexpr std::byte fresh{0xFF};

}  // namespace

// ---- memory

void* emulated_device::allocate(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    std::vector<std::byte> memory(bytes + 2 * guard + alignment, untouched);
    const std::size_t behind = std::bit_cast<std::uintptr_t>(memory.data()) % alignment;
    std::byte* const given = memory.data() + guard + (alignment - behind) % alignment;
    std::fill_n(given, bytes, fresh);
    // What is left of the room for alignment is guard as well.
    memory.resize(static_cast<std::size_t>(given - memory.data()) + bytes + guard);
    const std::lock_guard lock(guard_);
    blocks_.emplace(given, std::move(memory));
    return given;
}

void emulated_device::release(void* memory) noexcept {
    const std::lock_guard lock(guard_);
    blocks_.erase(static_cast<std::byte*>(memory));
}

/// Memory that is no allocation is the host's, which a test may have lent.
void emulated_device::check_copy(const void* device_memory, std::size_t bytes) const {
    const auto* const begin = static_cast<const std::byte*>(device_memory);
    for (const auto& [given, memory] : blocks_) {
        const std::byte* const last = memory.data() + memory.size() - guard;
        const bool touches = begin + bytes > memory.data() && begin < memory.data() + memory.size();
        if (bytes > 0 && touches && (begin < given || begin + bytes > last))
            throw std::logic_error(
                fmt::format("emulator: a copy of {} bytes leaves an allocation of {}, from byte {} on", bytes,
                            last - given, begin - given));
    }
}

void emulated_device::copy_to_device(void* to, const void* from, std::size_t bytes) {
    const std::lock_guard lock(guard_);
    check_copy(to, bytes);
    if (bytes > 0) std::memcpy(to, from, bytes);
}

void emulated_device::copy_to_host(void* to, const void* from, std::size_t bytes) {
    const std::lock_guard lock(guard_);
    check_copy(from, bytes);
    if (bytes > 0) std::memcpy(to, from, bytes);
}

void emulated_device::copy_within(void* to, const void* from, std::size_t bytes) {
    const std::lock_guard lock(guard_);
    check_copy(from, bytes);
    check_copy(to, bytes);
    if (bytes > 0) std::memcpy(to, from, bytes);
}

void emulated_device::fill(void* to, unsigned char value, std::size_t bytes) {
    const std::lock_guard lock(guard_);
    check_copy(to, bytes);
    if (bytes > 0) std::memset(to, value, bytes);
}

void emulated_device::store(void* to, std::uint64_t number, std::size_t bytes) {
    const std::lock_guard lock(guard_);
    check_copy(to, bytes);
    std::memcpy(to, &number, bytes);  // the low bytes come first
}

// ---- code

std::shared_ptr<loaded_gpu_code> emulated_device::load(const gpu_code& code, int stages) {
    std::vector<emulated_code::stage> loaded;
    for (int i = 0; i < stages; ++i) {
        void* entry = nullptr;
        emulated_code::stage made;
        made.memory = gradus::load(code.text, fmt::format("{}_{}", code.symbol, i), &entry);
        made.kernel = reinterpret_cast<emulated_kernel>(entry);
        made.shared_bytes = code.shared_bytes.at(static_cast<std::size_t>(i));
        loaded.push_back(std::move(made));
    }
    return std::make_shared<emulated_code>(code.symbol, std::move(loaded));
}

void emulated_device::launch(loaded_gpu_code& code, int stage, const gpu_grid& grid, const gpu_parameters& parameters) {
    const auto& loaded = dynamic_cast<const emulated_code&>(code);
    const emulated_code::stage& s = loaded.stages.at(static_cast<std::size_t>(stage));
    const std::string name = fmt::format("{}_{}", loaded.symbol, stage);
    const std::lock_guard lock(guard_);
    emulator_.run(name, s.kernel,
                  {static_cast<std::int32_t>(grid.blocks), static_cast<std::int32_t>(grid.threads), s.shared_bytes},
                  {parameters.data.data(), parameters.shape.data(), parameters.status, parameters.items, grid.teams});
    ++launches_;
    check_guards(name);
}

void emulated_device::check_guards(const std::string& kernel) const {
    for (const auto& [given, memory] : blocks_) {
        const std::byte* const last = memory.data() + memory.size() - guard;
        const auto is_untouched = [](std::byte b) { return b == untouched; };
        if (std::all_of(memory.data(), static_cast<const std::byte*>(given), is_untouched) &&
            std::all_of(last, last + guard, is_untouched))
            continue;
        throw std::logic_error(
            fmt::format("emulator: kernel {} wrote beyond an allocation of {} bytes", kernel, last - given));
    }
}

std::size_t emulated_device::allocations() const {
    const std::lock_guard lock(guard_);
    return blocks_.size();
}

std::uint64_t emulated_device::launches() const {
    const std::lock_guard lock(guard_);
    return launches_;
}

}  // namespace gradus::testing
