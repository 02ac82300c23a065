// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// array: a tensor that owns its elements, row-major and aligned for the widest vectors. Calls return
// their results as arrays.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>

#include <gradus/view.hpp>

namespace gradus {

/// Row-major elements that belong to the object. An array of rank 0 holds one number and converts to it.
template <class T, int Rank>
class array {
    static_assert(tensor_element<T> && !std::is_const_v<T>);

public:
    using value_type = T;
    using extents_type = std::array<std::int64_t, static_cast<std::size_t>(Rank)>;
    static constexpr int rank = Rank;
    static constexpr std::size_t alignment = 64;

    /// No elements; one zero at rank 0.
    array() : array(extents_type{}) {}

    /// Zeros. Error: a negative extent.
    explicit array(const extents_type& extents) : array(for_overwrite(extents)) { std::fill(begin(), end(), T{}); }

    /// Elements with no value yet, for a caller that writes them all.
    static array for_overwrite(const extents_type& extents) { return array(extents, no_values{}); }

    array(const array& other) : array(other.extents_, no_values{}) { std::copy(other.begin(), other.end(), begin()); }
    array(array&& other) noexcept
        : extents_(std::exchange(other.extents_, {})),
          size_(std::exchange(other.size_, 0)),
          data_(std::move(other.data_)) {}
    array& operator=(const array& other) { return *this = array(other); }
    array& operator=(array&& other) noexcept {
        extents_ = std::exchange(other.extents_, {});
        size_ = std::exchange(other.size_, 0);
        data_ = std::move(other.data_);
        return *this;
    }
    ~array() = default;

    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    const extents_type& extents() const { return extents_; }
    T* begin() { return data(); }
    T* end() { return data() + size_; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }

    /// The element with the given coordinates; with no coordinates at rank 0.
    template <std::integral... Index>
        requires(sizeof...(Index) == Rank)
    T& operator()(Index... index) {
        return view()(index...);
    }
    template <std::integral... Index>
        requires(sizeof...(Index) == Rank)
    const T& operator()(Index... index) const {
        return view()(index...);
    }
    /// The i-th element in row-major order.
    T& operator[](std::size_t i) { return data_.get()[i]; }
    const T& operator[](std::size_t i) const { return data_.get()[i]; }

    operator T() const
        requires(Rank == 0)
    {
        return *data();
    }

    tensor_view<T, Rank> view() { return {data(), extents_, detail::row_major_strides(extents_)}; }
    tensor_view<const T, Rank> view() const { return {data(), extents_, detail::row_major_strides(extents_)}; }

private:
    struct no_values {};
    struct release {
        void operator()(T* data) const { ::operator delete(data, std::align_val_t{alignment}); }
    };

    array(const extents_type& extents, no_values) : extents_(extents) {
        detail::require_extents(extents_, -1);
        size_ = static_cast<std::size_t>(view().size());
        data_.reset(static_cast<T*>(::operator new(size_ * sizeof(T), std::align_val_t{alignment})));
    }

    extents_type extents_{};
    std::size_t size_ = 0;
    std::unique_ptr<T, release> data_;
};

}  // namespace gradus
