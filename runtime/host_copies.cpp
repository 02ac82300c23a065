// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "host_copies.hpp"

#include <gradus/device.hpp>

#include "overlap.hpp"

namespace gradus {

host_copies::host_copies(std::span<const argument> tensors) : arguments_(tensors.begin(), tensors.end()) {
    for (argument& x : arguments_) {
        if (x.rank < 0 || x.place == nullptr) continue;
        const byte_range range = bytes_of(x);
        const auto bytes = static_cast<std::size_t>(range.end - range.begin);
        std::byte* const copy = memory_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(bytes)).get();
        if (bytes > 0) x.place->copy_to_host(copy, static_cast<const std::byte*>(x.data) + range.begin, bytes);
        x.data = copy - range.begin;
        x.place = nullptr;
    }
}

}  // namespace gradus
