// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors in a device's memory. They are passed to kernels as arrays and views of the host are; what a call returns is
// then a device_array too, also a result without axes, and the host goes on before it is computed:
//
//     device& gpu = cuda_device();
//     auto X = to_device(gpu, logits_on_host);
//     auto [value, dX] = step(logits = X, target = T);      // all of them in the device's memory
//     float loss = to_host(value);                          // waits
//
// A tensor belongs to the stream that was current when it was made: who uses it on another stream orders the two by
// events (cuda.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <gradus/array.hpp>
#include <gradus/device.hpp>
#include <gradus/tensor.hpp>

namespace gradus {

/// A tensor_view of elements in a device's memory, which the host cannot read. Owns nothing.
template <class T, int Rank>
struct device_view {
    using value_type = T;
    static constexpr int rank = Rank;

    device* place = nullptr;
    tensor_view<T, Rank> elements;

    constexpr operator device_view<const T, Rank>() const
        requires(!std::is_const_v<T>)
    {
        return {place, elements};
    }
};

template <class T, int Rank>
void set_argument(argument& to, const device_view<T, Rank>& x) {
    set_argument(to, x.elements);
    to.place = x.place;
}
template <class T, int Rank>
argument make_argument(const device_view<T, Rank>& x) {
    argument made;
    set_argument(made, x);
    return made;
}

/// The views of view.hpp, on a device.
template <class T>
constexpr device_view<T, 2> transpose(const device_view<T, 2>& x) {
    return {x.place, transpose(x.elements)};
}
template <class T, int Rank>
device_view<T, Rank> slice(const device_view<T, Rank>& x, std::size_t axis, std::int64_t first, std::int64_t count) {
    return {x.place, slice(x.elements, axis, first, count)};
}
template <class T, int Rank>
device_view<T, Rank> strided(const device_view<T, Rank>& x, std::size_t axis, std::int64_t step) {
    return {x.place, strided(x.elements, axis, step)};
}

/// Row-major elements in a device's memory that belong to the object. To be copied explicitly, by to_device or to_host.
template <class T, int Rank>
class device_array {
    static_assert(tensor_element<T> && !std::is_const_v<T>);

public:
    using value_type = T;
    using extents_type = std::array<std::int64_t, static_cast<std::size_t>(Rank)>;
    static constexpr int rank = Rank;

    /// No elements, on no device.
    device_array() = default;

    /// Elements with no value yet. Errors: a negative extent, a device that is missing or has too little memory.
    device_array(device& place, const extents_type& extents) {
        detail::require_extents(extents, -1);
        view_ = {&place, {nullptr, extents, detail::row_major_strides(extents)}};
        view_.elements.data = static_cast<T*>(place.allocate(bytes()));
    }

    device_array(device_array&& other) noexcept : view_(std::exchange(other.view_, {})) {}
    device_array& operator=(device_array&& other) noexcept {
        std::swap(view_, other.view_);
        return *this;
    }
    ~device_array() {
        if (view_.place != nullptr) view_.place->release(view_.elements.data);
    }

    /// Null for an object without a device.
    device* place() const { return view_.place; }
    /// The first element, at a multiple of 256; null if there are none.
    T* data() { return view_.elements.data; }
    const T* data() const { return view_.elements.data; }
    const extents_type& extents() const { return view_.elements.extents; }
    std::size_t size() const { return view_.place == nullptr ? 0 : static_cast<std::size_t>(view_.elements.size()); }
    std::size_t bytes() const { return size() * sizeof(T); }

    device_view<T, Rank> view() { return view_; }
    device_view<const T, Rank> view() const { return view_; }

private:
    device_view<T, Rank> view_{};
};

template <class T, int Rank>
constexpr device_view<T, Rank> as_view(const device_view<T, Rank>& x) {
    return x;
}
template <class T, int Rank>
device_view<T, Rank> as_view(device_array<T, Rank>& x) {
    return x.view();
}
template <class T, int Rank>
device_view<const T, Rank> as_view(const device_array<T, Rank>& x) {
    return x.view();
}

namespace detail {
/// Fills `to`, row-major, with the elements of a tensor of the host; returns when that is done.
void copy_to_device(device& place, void* to, const argument& from);
/// The other way, from a tensor of a device; also throws what device::synchronise does.
void copy_to_host(void* to, const argument& from);
}  // namespace detail

/// A copy of a tensor of the host.
template <viewable X>
auto to_device(device& place, const X& x) {
    const auto from = as_view(x);
    const argument given = make_argument(from);
    using view_type = std::remove_const_t<decltype(from)>;
    using made_type = device_array<std::remove_const_t<typename view_type::value_type>, view_type::rank>;
    static_assert(!detail::is_device_view<view_type>, "gradus: to_device copies tensors of the host");
    typename made_type::extents_type extents{};
    for (std::size_t i = 0; i < extents.size(); ++i) extents[i] = given.extents[i];
    made_type made(place, extents);
    detail::copy_to_device(place, made.data(), given);
    return made;
}

/// A copy in the host's memory, after the earlier work of the device's current stream. Throws gradus::error for a call
/// in that work whose data violate a requirement.
template <class T, int Rank>
array<std::remove_const_t<T>, Rank> to_host(const device_view<T, Rank>& x) {
    auto made = array<std::remove_const_t<T>, Rank>::for_overwrite(x.elements.extents);
    detail::copy_to_host(made.data(), make_argument(x));
    return made;
}
template <class T, int Rank>
array<T, Rank> to_host(const device_array<T, Rank>& x) {
    return to_host(x.view());
}

}  // namespace gradus
