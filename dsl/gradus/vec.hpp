// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A growable array for constant evaluation. Plain pointers and no allocator traits: the compiler's
// evaluator runs it about twice as fast as std::vector, and graphs are built of little else. And a view of
// such an array: std::span, whose constraints are checked anew for every type, would be half of the time that
// clang spends on the whole of dsl.hpp.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <type_traits>

namespace gradus {

class builder;

/// The elements of an array that is somebody else's.
template <class T>
class array_view {
public:
    constexpr array_view() = default;
    constexpr array_view(const T* data, std::size_t size) : data_(data), size_(size) {}

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const T* data() const { return data_; }
    constexpr const T* begin() const { return data_; }
    constexpr const T* end() const { return data_ + size_; }
    constexpr const T& operator[](std::size_t i) const { return data_[i]; }
    constexpr const T& front() const { return data_[0]; }
    constexpr const T& back() const { return data_[size_ - 1]; }

private:
    const T* data_ = nullptr;
    std::size_t size_ = 0;
};

template <class T>
class vec {
public:
    constexpr vec() = default;
    constexpr vec(std::initializer_list<T> items) {
        for (const T& item : items) push_back(item);
    }
    constexpr explicit vec(std::size_t count, const T& value = T{}) { resize(count, value); }
    constexpr explicit vec(array_view<T> items) {
        reserve(items.size());
        for (const T& item : items) push_back(item);
    }
    constexpr vec(const vec& other) {
        reserve(other.size_);
        for (const T& item : other) push_back(item);
    }
    constexpr vec(vec&& other) noexcept : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
        other.data_ = nullptr;
        other.size_ = other.capacity_ = 0;
    }
    constexpr vec& operator=(const vec& other) {
        if (this != &other) *this = vec(other);
        return *this;
    }
    constexpr vec& operator=(vec&& other) noexcept {
        swap(other);
        return *this;
    }
    constexpr ~vec() { delete[] data_; }
    constexpr operator array_view<T>() const { return {data_, size_}; }

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr T* data() { return data_; }
    constexpr const T* data() const { return data_; }
    constexpr T* begin() { return data_; }
    constexpr const T* begin() const { return data_; }
    constexpr T* end() { return data_ + size_; }
    constexpr const T* end() const { return data_ + size_; }
    constexpr T& operator[](std::size_t i) { return data_[i]; }
    constexpr const T& operator[](std::size_t i) const { return data_[i]; }
    constexpr T& back() { return data_[size_ - 1]; }
    constexpr const T& back() const { return data_[size_ - 1]; }

    constexpr void push_back(const T& value) {
        if (size_ == capacity_) {
            const T copy = value;  // the value may live in the storage that is about to move
            reserve(capacity_ == 0 ? 16 : 4 * capacity_);
            data_[size_++] = copy;
            return;
        }
        data_[size_++] = value;
    }
    constexpr void pop_back() { --size_; }
    constexpr void clear() { size_ = 0; }
    constexpr void resize(std::size_t count, const T& value = T{}) {
        reserve(count);
        for (std::size_t i = size_; i < count; ++i) data_[i] = value;
        size_ = count;
    }
    constexpr void reserve(std::size_t count) {
        if (count <= capacity_) return;
        T* moved = allocated(count);
        for (std::size_t i = 0; i < size_; ++i) moved[i] = static_cast<T&&>(data_[i]);
        delete[] data_;
        data_ = moved;
        capacity_ = count;
    }
    constexpr void swap(vec& other) noexcept {
        T* data = data_;
        data_ = other.data_;
        other.data_ = data;
        const std::size_t size = size_;
        size_ = other.size_;
        other.size_ = size;
        const std::size_t capacity = capacity_;
        capacity_ = other.capacity_;
        other.capacity_ = capacity;
    }

private:
    /// Evaluators spend nothing on elements that nobody initialises.
    static constexpr T* allocated(std::size_t count) {
        if constexpr (std::is_trivially_default_constructible_v<T>)
            return new T[count];
        else
            return new T[count]{};
    }

    friend class builder;  // reads nodes without a call
    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace gradus
