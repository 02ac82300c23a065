// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gradus/error.hpp>
#include <gradus/view.hpp>

namespace gradus::detail {

void require_extents(std::span<const std::int64_t> extents, std::int64_t size) {
    std::int64_t product = 1;
    for (const std::int64_t extent : extents) {
        if (extent < 0)
            throw error(
                fmt::format("a view has the extents {{{}}}, but none may be negative", fmt::join(extents, ", ")));
        product *= extent;
    }
    if (size == -1 || size == product) return;
    throw error(
        fmt::format("a view with the extents {{{}}} needs {} elements, but the data has {}: "
                    "give extents whose product is {}",
                    fmt::join(extents, ", "), product, size, size));
}

void require_slice(std::int64_t first, std::int64_t count, std::int64_t extent) {
    if (first >= 0 && count >= 0 && first <= extent && count <= extent - first) return;
    throw error(
        fmt::format("a slice of {} elements from {} on does not lie within an axis of {}", count, first, extent));
}

}  // namespace gradus::detail
