// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/on_device.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gradus/tensor.hpp>

#include "overlap.hpp"

namespace gradus::testing {
namespace {

constexpr std::byte untouched{0xA5};

/// A range of the host's memory on a device.
class device_copy {
public:
    device_copy(device& place, std::byte* of, std::size_t size)
        : place_(place), of_(of), before_(std::bit_cast<std::uintptr_t>(of) % 64), image_(before_, untouched) {
        image_.insert(image_.end(), of, of + size);
        memory_ = static_cast<std::byte*>(place.allocate(image_.size()));
        place.copy_to_device(memory_, image_.data(), image_.size());
    }
    ~device_copy() { place_.release(memory_); }
    device_copy(const device_copy&) = delete;
    device_copy& operator=(const device_copy&) = delete;

    std::byte* begin() const { return memory_ + before_; }
    void copy_back() {
        place_.copy_to_host(image_.data(), memory_, image_.size());
        if (std::any_of(image_.data(), image_.data() + before_, [](std::byte b) { return b != untouched; }))
            throw std::logic_error("an element before an output was written");
        std::copy(image_.data() + before_, image_.data() + image_.size(), of_);
    }

private:
    device& place_;
    std::byte* of_;
    std::size_t before_;  ///< bytes of the image before the range
    std::vector<std::byte> image_;
    std::byte* memory_ = nullptr;
};
using device_copies = std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<device_copy>>;  ///< by addresses

std::vector<argument> moved(std::span<const argument> arguments, device& place, device_copies& copies) {
    std::vector<argument> there(arguments.begin(), arguments.end());
    for (argument& a : there) {
        if (a.rank < 0) continue;
        a.place = &place;
        const byte_range range = bytes_of(a), address = addresses_of(a);
        if (range.begin == range.end) continue;
        std::unique_ptr<device_copy>& copy = copies[{address.begin, address.end}];
        if (copy == nullptr)
            copy = std::make_unique<device_copy>(place, static_cast<std::byte*>(a.data) + range.begin,
                                                 static_cast<std::size_t>(range.end - range.begin));
        a.data = copy->begin() - range.begin;
    }
    return there;
}

}  // namespace

void run_on(device& place, kernel& code, std::span<const argument> inputs, std::span<const argument> outputs) {
    device_copies copies;
    const std::vector<argument> in = moved(inputs, place, copies), out = moved(outputs, place, copies);
    code.run(in, out);
    place.synchronise();
    for (const argument& a : outputs) {
        const byte_range address = addresses_of(a);
        if (const auto found = copies.find({address.begin, address.end}); found != copies.end())
            found->second->copy_back();
    }
}

}  // namespace gradus::testing
