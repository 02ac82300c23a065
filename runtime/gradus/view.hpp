// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tensor_view: a pointer with extents and strides, its element type and rank known to the compiler. It
// owns nothing. Extents and strides count elements; a view of one's own data is made with view(…).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/element.hpp>

namespace gradus {

template <class T, int Rank>
struct tensor_view {
    static_assert(tensor_element<T>, "gradus: a tensor holds float, double, float16, bfloat16 or integers of 8 to 64 bits (not bool)");
    using value_type = T;
    static constexpr int rank = Rank;

    T* data = nullptr;
    std::array<std::int64_t, static_cast<std::size_t>(Rank)> extents{};
    std::array<std::int64_t, static_cast<std::size_t>(Rank)> strides{};

    constexpr std::int64_t size() const {
        std::int64_t count = 1;
        for (const std::int64_t extent : extents) count *= extent;
        return count;
    }
    template <std::integral... Index>
        requires(sizeof...(Index) == Rank)
    constexpr T& operator()(Index... index) const {
        std::int64_t offset = 0;
        std::size_t axis = 0;
        ((offset += static_cast<std::int64_t>(index) * strides[axis++]), ...);
        return data[offset];
    }
    constexpr operator tensor_view<const T, Rank>() const
        requires(!std::is_const_v<T>)
    {
        return {data, extents, strides};
    }
};

namespace detail {
/// One number of a braced list of extents or strides, of whatever integer type.
struct count {
    std::int64_t value;
    template <std::integral I>
    constexpr count(I number) : value(static_cast<std::int64_t>(number)) {}
};

template <std::size_t Rank>
constexpr std::array<std::int64_t, Rank> values_of(const count (&list)[Rank]) {
    std::array<std::int64_t, Rank> values{};
    for (std::size_t i = 0; i < Rank; ++i) values[i] = list[i].value;
    return values;
}

template <std::size_t Rank>
constexpr std::array<std::int64_t, Rank> row_major_strides(const std::array<std::int64_t, Rank>& extents) {
    std::array<std::int64_t, Rank> strides{};
    std::int64_t stride = 1;
    for (std::size_t i = Rank; i-- > 0;) {
        strides[i] = stride;
        stride *= extents[i] > 0 ? extents[i] : 1;
    }
    return strides;
}

/// Throws gradus::error if an extent is negative, or if `size` (unless it is -1) is not their product.
void require_extents(std::span<const std::int64_t> extents, std::int64_t size);

/// Throws gradus::error unless 0 <= first, 0 <= count and first + count <= extent.
void require_slice(std::int64_t first, std::int64_t count, std::int64_t extent);

template <class T, std::size_t Rank>
tensor_view<T, static_cast<int>(Rank)> dense(T* data, const std::array<std::int64_t, Rank>& extents,
                                             std::int64_t size) {
    require_extents(extents, size);
    return {data, extents, row_major_strides(extents)};
}
}  // namespace detail

/// Row-major data: view(pointer, {rows, columns}).
template <tensor_element T, std::size_t Rank>
tensor_view<T, static_cast<int>(Rank)> view(T* data, const detail::count (&extents)[Rank]) {
    return detail::dense(data, detail::values_of(extents), -1);
}

/// Data in any arrangement: view(pointer, {rows, columns}, {row_stride, column_stride}).
template <tensor_element T, std::size_t Rank>
tensor_view<T, static_cast<int>(Rank)> view(T* data, const detail::count (&extents)[Rank],
                                            const detail::count (&strides)[Rank]) {
    detail::require_extents(detail::values_of(extents), -1);
    return {data, detail::values_of(extents), detail::values_of(strides)};
}

/// A vector as a tensor of one axis. The vector must outlive the view.
template <tensor_element T, class Allocator>
tensor_view<T, 1> view(std::vector<T, Allocator>& data) {
    return {data.data(), {static_cast<std::int64_t>(data.size())}, {1}};
}
template <tensor_element T, class Allocator>
tensor_view<const T, 1> view(const std::vector<T, Allocator>& data) {
    return {data.data(), {static_cast<std::int64_t>(data.size())}, {1}};
}

/// A vector as a row-major tensor: view(data, {rows, columns}). Error: its size is not the product.
template <tensor_element T, class Allocator, std::size_t Rank>
tensor_view<T, static_cast<int>(Rank)> view(std::vector<T, Allocator>& data, const detail::count (&extents)[Rank]) {
    return detail::dense(data.data(), detail::values_of(extents), static_cast<std::int64_t>(data.size()));
}
template <tensor_element T, class Allocator, std::size_t Rank>
tensor_view<const T, static_cast<int>(Rank)> view(const std::vector<T, Allocator>& data,
                                                  const detail::count (&extents)[Rank]) {
    return detail::dense(data.data(), detail::values_of(extents), static_cast<std::int64_t>(data.size()));
}

/// A temporary vector is gone before the view is used: give it a name first.
template <tensor_element T, class Allocator>
void view(const std::vector<T, Allocator>&&) = delete;
template <tensor_element T, class Allocator, std::size_t Rank>
void view(const std::vector<T, Allocator>&&, const detail::count (&)[Rank]) = delete;

/// A span as a tensor of one axis, or as a row-major tensor with the given extents.
template <tensor_element T, std::size_t Size>
tensor_view<T, 1> view(std::span<T, Size> data) {
    return {data.data(), {static_cast<std::int64_t>(data.size())}, {1}};
}
template <tensor_element T, std::size_t Size, std::size_t Rank>
tensor_view<T, static_cast<int>(Rank)> view(std::span<T, Size> data, const detail::count (&extents)[Rank]) {
    return detail::dense(data.data(), detail::values_of(extents), static_cast<std::int64_t>(data.size()));
}

/// The same elements with rows and columns exchanged.
template <class T>
constexpr tensor_view<T, 2> transpose(const tensor_view<T, 2>& x) {
    return {x.data, {x.extents[1], x.extents[0]}, {x.strides[1], x.strides[0]}};
}

/// `count` elements along an axis, from `first` on.
template <class T, int Rank>
tensor_view<T, Rank> slice(tensor_view<T, Rank> x, std::size_t axis, std::int64_t first, std::int64_t count) {
    detail::require_slice(first, count, x.extents.at(axis));
    if (x.size() > 0) x.data += first * x.strides[axis];  // data without elements may be a null pointer
    x.extents[axis] = count;
    return x;
}

/// Every `step`-th element along an axis, from the first on; step > 0.
template <class T, int Rank>
tensor_view<T, Rank> strided(tensor_view<T, Rank> x, std::size_t axis, std::int64_t step) {
    x.extents.at(axis) = (x.extents.at(axis) + step - 1) / step;
    x.strides[axis] *= step;
    return x;
}

}  // namespace gradus
