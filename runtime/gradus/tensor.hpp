// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a caller may pass: as_view turns it into a tensor_view, whose element type and rank the
// compiler knows, and make_argument turns that into the form that the compiled runtime reads. A type
// of one's own becomes an argument by an overload of as_view in its namespace.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/array.hpp>
#include <gradus/view.hpp>

namespace gradus {

/// One number passed by value: a tensor of rank 0 that holds its element.
template <class T>
struct number {
    using value_type = const T;
    static constexpr int rank = 0;
    T value;

    /// The same number in the element type that an argument was declared with.
    template <tensor_element U>
    constexpr number<U> to() const {
        return {static_cast<U>(value)};
    }
};

template <class T, int Rank>
constexpr tensor_view<T, Rank> as_view(const tensor_view<T, Rank>& x) {
    return x;
}
template <class T, int Rank>
tensor_view<T, Rank> as_view(array<T, Rank>& x) {
    return x.view();
}
template <class T, int Rank>
tensor_view<const T, Rank> as_view(const array<T, Rank>& x) {
    return x.view();
}
template <tensor_element T, class Allocator>
tensor_view<T, 1> as_view(std::vector<T, Allocator>& x) {
    return view(x);
}
template <tensor_element T, class Allocator>
tensor_view<const T, 1> as_view(const std::vector<T, Allocator>& x) {
    return view(x);
}
template <tensor_element T, std::size_t Size>
tensor_view<T, 1> as_view(const std::span<T, Size>& x) {
    return view(x);
}
template <tensor_element T, std::size_t Size>
tensor_view<T, 1> as_view(std::array<T, Size>& x) {
    return view(std::span(x));
}
template <tensor_element T, std::size_t Size>
tensor_view<const T, 1> as_view(const std::array<T, Size>& x) {
    return view(std::span(x));
}
template <tensor_element T, std::size_t Size>
tensor_view<T, 1> as_view(T (&x)[Size]) {
    return {x, {static_cast<std::int64_t>(Size)}, {1}};
}
template <tensor_element T, std::size_t Rows, std::size_t Columns>
tensor_view<T, 2> as_view(T (&x)[Rows][Columns]) {
    return {x[0],
            {static_cast<std::int64_t>(Rows), static_cast<std::int64_t>(Columns)},
            {static_cast<std::int64_t>(Columns), 1}};
}
template <tensor_element T>
constexpr number<T> as_view(const T& x) {
    return {x};
}

/// What can be passed to a kernel.
template <class X>
concept viewable = requires(X& x) { as_view(x); };

/// The view of an argument: view_of<X>::value_type (const if it may not be written) and ::rank.
template <viewable X>
using view_of = decltype(as_view(std::declval<X&>()));

/// The most axes of an argument, those that "..." stands for included.
inline constexpr int max_argument_rank = 16;

class device;
template <class T, int Rank>
struct device_view;
template <class T, int Rank>
class device_array;
namespace detail {
template <class View>
inline constexpr bool is_device_view = false;
template <class T, int Rank>
inline constexpr bool is_device_view<device_view<T, Rank>> = true;
}  // namespace detail

/// A tensor whose element type and rank are known at run time. Arrays beyond `rank` hold no values.
struct argument {
    void* data = nullptr;
    device* place = nullptr;  ///< where it lives; null: the host's memory
    element type = element::float32;
    int rank = -1;  ///< -1: not given, for inputs that no output depends on
    std::array<std::int64_t, max_argument_rank> extents;
    std::array<std::int64_t, max_argument_rank> strides;
};

/// Makes an argument refer to a view's elements. Kernels do not write through inputs.
template <class T, int Rank>
void set_argument(argument& to, const tensor_view<T, Rank>& x) {
    static_assert(Rank <= max_argument_rank, "gradus: an argument has at most 16 axes");
    to.data = const_cast<std::remove_const_t<T>*>(x.data);
    to.place = nullptr;
    to.type = element_of<T>;
    to.rank = Rank;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Rank); ++i) {
        to.extents[i] = x.extents[i];
        to.strides[i] = x.strides[i];
    }
}

/// The form of an argument that the runtime reads.
template <class T, int Rank>
argument make_argument(const tensor_view<T, Rank>& x) {
    argument made;
    set_argument(made, x);
    return made;
}

/// A number's argument refers to the number, which must outlive it.
template <class T>
argument make_argument(const number<T>& x) {
    return make_argument(tensor_view<const T, 0>{&x.value, {}, {}});
}
template <class T>
argument make_argument(const number<T>&&) = delete;

}  // namespace gradus
