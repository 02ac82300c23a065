// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is not row-major goes through memory of the host: on its way to the device its elements are put in order before
// the copy, on its way back all bytes that it spans are copied first.
#include <gradus/device_array.hpp>

#include <cstring>
#include <memory>

#include <gradus/error.hpp>
#include <gradus/pending_checks.hpp>

#include "overlap.hpp"

namespace gradus::detail {
namespace {

bool is_row_major(const argument& x) {
    std::int64_t stride = 1;
    for (auto i = static_cast<std::size_t>(x.rank); i-- > 0;) {
        if (x.extents[i] != 1 && x.strides[i] != stride) return false;
        stride *= x.extents[i];
    }
    return true;
}

/// Puts the elements from `dimension` on in row-major order; returns what follows them.
std::byte* gather(const argument& x, std::size_t dimension, const std::byte* from, std::byte* to) {
    const std::size_t size = size_of(x.type);
    if (dimension == static_cast<std::size_t>(x.rank)) {
        std::memcpy(to, from, size);
        return to + size;
    }
    const std::int64_t stride = x.strides[dimension] * static_cast<std::int64_t>(size);
    for (std::int64_t i = 0; i < x.extents[dimension]; ++i) to = gather(x, dimension + 1, from + i * stride, to);
    return to;
}

std::size_t byte_count(const argument& x) { return static_cast<std::size_t>(element_count(x)) * size_of(x.type); }

}  // namespace

void copy_to_device(device& place, void* to, const argument& from) {
    if (element_count(from) == 0) return;
    if (from.data == nullptr) throw error("to_device was given a null pointer");
    const std::size_t bytes = byte_count(from);
    if (is_row_major(from)) return place.copy_to_device(to, from.data, bytes);
    const auto ordered = std::make_unique_for_overwrite<std::byte[]>(bytes);
    gather(from, 0, static_cast<const std::byte*>(from.data), ordered.get());
    place.copy_to_device(to, ordered.get(), bytes);
}

void copy_to_host(void* to, const argument& from) {
    if (from.place == nullptr) throw error("to_host was given a tensor without a device");
    if (element_count(from) == 0) return from.place->synchronise();
    if (from.data == nullptr) throw error("to_host was given a null pointer");
    if (is_row_major(from)) {
        from.place->copy_to_host(to, from.data, byte_count(from));
    } else {
        const byte_range range = bytes_of(from);
        const auto bytes = static_cast<std::size_t>(range.end - range.begin);
        const auto spanned = std::make_unique_for_overwrite<std::byte[]>(bytes);
        from.place->copy_to_host(spanned.get(), static_cast<const std::byte*>(from.data) + range.begin, bytes);
        gather(from, 0, spanned.get() - range.begin, static_cast<std::byte*>(to));
    }
    from.place->pending().raise();
}

}  // namespace gradus::detail
