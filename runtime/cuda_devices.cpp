// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which devices there are. They live until the process ends, as tensors and kernels of static storage may.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "cuda_device.hpp"

namespace gradus {
namespace cuda {
namespace {

constexpr int least_compute_major = 8;

/// Refuses everything with the reason why it is missing.
class missing_device_object final : public device {
public:
    missing_device_object(std::string name, std::string reason) : name_(std::move(name)), reason_(std::move(reason)) {}

    std::string_view name() const override { return name_; }
    std::string_view target() const override { return {}; }
    std::string_view missing() const override { return reason_; }
    int multiprocessors() const override { refuse(); }
    void* allocate(std::size_t) override { refuse(); }
    void release(void*) noexcept override {}
    void copy_to_device(void*, const void*, std::size_t) override { refuse(); }
    void copy_to_host(void*, const void*, std::size_t) override { refuse(); }
    void copy_within(void*, const void*, std::size_t) override { refuse(); }
    void fill(void*, unsigned char, std::size_t) override { refuse(); }
    void store(void*, std::uint64_t, std::size_t) override { refuse(); }
    std::shared_ptr<loaded_gpu_code> load(const gpu_code&, int) override { refuse(); }
    void launch(loaded_gpu_code&, int, const gpu_grid&, const gpu_parameters&) override { refuse(); }
    void wait() override { refuse(); }
    pending_checks& pending() override { refuse(); }

private:
    [[noreturn]] void refuse() const { throw error(reason_); }

    std::string name_;
    std::string reason_;
};

std::string ordinal_text(int ordinal) { return fmt::format("CUDA device {}", ordinal); }

device_facts facts_of(const driver& cuda, int ordinal) {
    device_facts facts;
    facts.ordinal = ordinal;
    const std::string where = ordinal_text(ordinal);
    cuda.require(cuda.cuDeviceGet(&facts.number, ordinal), "finding", where);
    std::array<char, 256> name{};
    cuda.require(cuda.cuDeviceGetName(name.data(), static_cast<int>(name.size()) - 1, facts.number), "naming", where);
    facts.name = name.data();
    const auto read = [&](int attribute, int& value) {
        cuda.require(cuda.cuDeviceGetAttribute(&value, attribute, facts.number), "reading an attribute of", where);
    };
    read(attribute_compute_major, facts.compute_major);
    read(attribute_compute_minor, facts.compute_minor);
    read(attribute_multiprocessors, facts.multiprocessors);
    return facts;
}

std::unique_ptr<device> device_at(const std::shared_ptr<const driver>& cuda, int ordinal) {
    try {
        device_facts facts = facts_of(*cuda, ordinal);
        if (facts.compute_major >= least_compute_major)
            return std::make_unique<cuda_device_object>(cuda, std::move(facts));
        return missing_device(facts.name, fmt::format("{} ({}) has compute capability {}.{}, but {}.0 is needed",
                                                      facts.name, ordinal_text(ordinal), facts.compute_major,
                                                      facts.compute_minor, least_compute_major));
    } catch (const error& e) {
        return missing_device(ordinal_text(ordinal), std::string(e.what()).substr(std::string("gradus: ").size()));
    }
}

const device_list& devices_of_process() {
    static const auto* const found = new device_list(list_devices(open_driver(driver_library())));
    return *found;
}

}  // namespace

int ordinal_of(const void* pointer) {
    const std::shared_ptr<const driver>& cuda = devices_of_process().functions;
    int ordinal = -1;
    if (!cuda) return ordinal;
    const auto at = static_cast<address>(reinterpret_cast<std::uintptr_t>(pointer));
    const result code = cuda->cuPointerGetAttribute(&ordinal, pointer_attribute_device_ordinal, at);
    return code == success ? ordinal : -1;
}

std::unique_ptr<device> missing_device(std::string name, std::string reason) {
    return std::make_unique<missing_device_object>(std::move(name), std::move(reason));
}

device_list list_devices(const opened_driver& opened) {
    device_list found;
    found.missing = opened.missing;
    if (!found.missing.empty()) return found;
    found.functions = opened.functions;
    int count = 0;
    if (const result code = opened.functions->cuDeviceGetCount(&count); code != success)
        found.missing = fmt::format("the CUDA driver lists no devices: {}", opened.functions->text_of(code));
    else if (count == 0)
        found.missing = "the CUDA driver lists no device";
    for (int i = 0; i < count; ++i) found.devices.push_back(device_at(opened.functions, i));
    return found;
}

}  // namespace cuda

std::span<device* const> cuda_devices() {
    static const auto* const usable = [] {
        auto* const list = new std::vector<device*>;
        for (const std::unique_ptr<device>& one : cuda::devices_of_process().devices)
            if (one->missing().empty()) list->push_back(one.get());
        return list;
    }();
    return *usable;
}

device& cuda_device(int ordinal) {
    const cuda::device_list& list = cuda::devices_of_process();
    const auto count = static_cast<int>(list.devices.size());
    if (ordinal >= 0 && ordinal < count) return *list.devices[static_cast<std::size_t>(ordinal)];
    static std::mutex guard;
    static auto* const absent = new std::map<int, std::unique_ptr<device>>;
    const std::lock_guard lock(guard);
    std::unique_ptr<device>& made = (*absent)[ordinal];
    if (!made)
        made = cuda::missing_device(cuda::ordinal_text(ordinal),
                                    !list.missing.empty() ? list.missing
                                                          : fmt::format("{} was asked for, but the driver lists {}",
                                                                        cuda::ordinal_text(ordinal), count));
    return *made;
}

}  // namespace gradus
