// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace gradus {

/// An array whose size is known at the call: in place up to N elements, on the heap beyond. Elements
/// have no values yet.
template <class T, std::size_t N>
class small_buffer {
public:
    explicit small_buffer(std::size_t size)
        : heap_(size > N ? new T[size] : nullptr), data_(size > N ? heap_.get() : inline_.data()), size_(size) {}
    small_buffer(const small_buffer&) = delete;
    small_buffer& operator=(const small_buffer&) = delete;

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

private:
    std::array<T, N> inline_;
    std::unique_ptr<T[]> heap_;
    T* data_;
    std::size_t size_;
};

}  // namespace gradus
