// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of other frameworks by the CUDA array interface (the dictionary __cuda_array_interface__ of Numba, CuPy,
// PyTorch), without copies. The other way needs no function: a device_array tells its data(), extents() and stream.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <gradus/device_array.hpp>

namespace gradus {

/// The fields of the interface, version 3.
struct cuda_array {
    void* data = nullptr;
    std::span<const std::int64_t> shape;
    std::span<const std::int64_t> strides = {};  ///< in bytes; none: row-major
    std::string_view typestr;                    ///< "<f4"
    std::optional<std::uintptr_t> stream = {};   ///< where it is made, 1 and 2 are CUDA's default ones; none: it is ready
};

namespace detail {
argument argument_of(const cuda_array& x, element type, int rank);
}

/// A view of it; T may be const. Later work of the current stream starts when the array is made. Throws gradus::error,
/// which says what was given, for another element type or number of axes, strides that are not whole elements, a
/// pointer that no CUDA device knows, and the stream 0.
template <class T, int Rank>
device_view<T, Rank> view_of_cuda_array(const cuda_array& x) {
    const argument found = detail::argument_of(x, element_of<T>, Rank);
    device_view<T, Rank> made{found.place, {static_cast<T*>(found.data), {}, {}}};
    for (std::size_t i = 0; i < static_cast<std::size_t>(Rank); ++i) {
        made.elements.extents[i] = found.extents[i];
        made.elements.strides[i] = found.strides[i];
    }
    return made;
}

}  // namespace gradus
