// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "scratch.hpp"

namespace gradus {

/// An array whose size is known at the call: in place up to N elements, in a block of the thread beyond.
/// Aligned for the widest vectors. Elements have no values yet.
template <class T, std::size_t N>
class small_buffer {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    explicit small_buffer(std::size_t size) : size_(size) {
        if (size > N) block_ = take_block(size * sizeof(T));
        data_ = size > N ? reinterpret_cast<T*>(block_.data.get()) : inline_.data();
    }
    ~small_buffer() {
        if (block_.data) put_back(std::move(block_));
    }
    small_buffer(const small_buffer&) = delete;
    small_buffer& operator=(const small_buffer&) = delete;

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

private:
    alignas(64) std::array<T, N> inline_;
    memory_block block_;
    T* data_;
    std::size_t size_;
};

}  // namespace gradus
