// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of other frameworks by DLPack, both ways and without copies. The structures are those of dlpack.h 1.x in
// content and order, so that a pointer to one of its is a pointer to one of these; no header of it is needed.
//
//     auto* given = static_cast<dlpack::managed_tensor*>(PyCapsule_GetPointer(capsule, "dltensor"));
//     const auto X = dlpack::on_device<const float, 2>(given->content);
//     const auto value = step(logits = X, target = T);
//     given->deleter(given);                               // once nothing uses X any more
//
// DLPack says nothing of streams: the framework that gives a tensor is told the stream that will use it (the argument
// of __dlpack__), here cuda_stream::current(device).handle().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include <gradus/array.hpp>
#include <gradus/device_array.hpp>
#include <gradus/tensor.hpp>

namespace gradus::dlpack {

/// Where a tensor lives: DLDevice.
struct place {
    std::int32_t type = 0;
    std::int32_t number = 0;
};
inline constexpr std::int32_t cpu = 1;
inline constexpr std::int32_t cuda = 2;
inline constexpr std::int32_t cuda_host = 3;      ///< the host's memory, pinned
inline constexpr std::int32_t cuda_managed = 13;  ///< memory of both

/// DLDataType; `lanes` is 1.
struct data_type {
    std::uint8_t code = 0;  ///< 0 signed, 1 unsigned integer, 2 float, 4 bfloat
    std::uint8_t bits = 0;
    std::uint16_t lanes = 1;
};

/// DLTensor. Strides count elements; null stands for row-major.
struct tensor {
    void* data = nullptr;
    dlpack::place place;
    std::int32_t rank = 0;
    data_type type;
    std::int64_t* extents = nullptr;
    std::int64_t* strides = nullptr;
    std::uint64_t byte_offset = 0;
};

/// DLManagedTensor: who has it calls the deleter, unless it is null, when nothing uses it any more.
struct managed_tensor {
    tensor content;
    void* manager = nullptr;
    void (*deleter)(managed_tensor* self) = nullptr;
};

/// DLManagedTensorVersioned, of major version 1.
struct managed_tensor_versioned {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    void* manager = nullptr;
    void (*deleter)(managed_tensor_versioned* self) = nullptr;
    std::uint64_t flags = 0;  ///< bit 0: must not be written
    tensor content;
};

namespace detail {
argument argument_on_host(const tensor& x, element type, int rank);
argument argument_on_device(const tensor& x, element type, int rank);
data_type type_of(element type);
/// Throws gradus::error for a device that is none of CUDA's.
place place_of(const device* place);

template <class T, int Rank>
tensor_view<T, Rank> view_of(const argument& x) {
    tensor_view<T, Rank> made{static_cast<T*>(x.data), {}, {}};
    for (std::size_t i = 0; i < static_cast<std::size_t>(Rank); ++i) {
        made.extents[i] = x.extents[i];
        made.strides[i] = x.strides[i];
    }
    return made;
}

/// What a tensor that is given away refers to.
template <class Array>
struct given_away {
    static constexpr std::size_t rank = Array::rank;

    managed_tensor managed;
    Array elements;
    std::array<std::int64_t, rank> extents;
    std::array<std::int64_t, rank> strides;

    given_away(Array&& from, place where)
        : elements(std::move(from)),
          extents(elements.extents()),
          strides(gradus::detail::row_major_strides(extents)) {
        managed.content.data = elements.data();
        managed.content.place = where;
        managed.content.rank = static_cast<std::int32_t>(rank);
        managed.content.type = type_of(element_of<typename Array::value_type>);
        managed.content.extents = extents.data();
        managed.content.strides = strides.data();
        managed.manager = this;
        managed.deleter = [](managed_tensor* self) { delete static_cast<given_away*>(self->manager); };
    }
};
}  // namespace detail

/// A view of a tensor in the host's memory. Throws gradus::error, which says what was given, for another element type
/// (T may be const), number of axes or place, and for a null pointer.
template <class T, int Rank>
tensor_view<T, Rank> on_host(const tensor& x) {
    return detail::view_of<T, Rank>(detail::argument_on_host(x, element_of<T>, Rank));
}

/// A view of a tensor in the memory of a CUDA device; errors as above, and for a device that is missing.
template <class T, int Rank>
device_view<T, Rank> on_device(const tensor& x) {
    const argument found = detail::argument_on_device(x, element_of<T>, Rank);
    return {found.place, detail::view_of<T, Rank>(found)};
}

/// Gives an array away: the deleter ends it. One on a device is to be used after the work that its stream has now.
template <class T, int Rank>
managed_tensor* to_dlpack(array<T, Rank>&& x) {
    return &(new detail::given_away<array<T, Rank>>(std::move(x), {cpu, 0}))->managed;
}
template <class T, int Rank>
managed_tensor* to_dlpack(device_array<T, Rank>&& x) {
    const place where = detail::place_of(x.place());
    return &(new detail::given_away<device_array<T, Rank>>(std::move(x), where))->managed;
}

}  // namespace gradus::dlpack
