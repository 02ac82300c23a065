// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text at compile time: fixed_string, a literal that can be a template argument, and text, a
// string that grows, in constant evaluation and at run time alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/vec.hpp>

namespace gradus {

/// A string literal as a template argument: tensor<"x[batch]">.
template <std::size_t N>
struct fixed_string {
    char chars[N + 1] = {};

    constexpr fixed_string() = default;
    constexpr fixed_string(const char (&literal)[N + 1]) {
        for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
    }
    constexpr explicit fixed_string(std::string_view source) {
        for (std::size_t i = 0; i < N; ++i) chars[i] = source[i];
    }
    constexpr std::string_view view() const { return {chars, N}; }
    constexpr operator std::string_view() const { return view(); }
    static constexpr std::size_t size() { return N; }
    friend constexpr bool operator==(const fixed_string&, const fixed_string&) = default;
};
template <std::size_t N>
fixed_string(const char (&)[N]) -> fixed_string<N - 1>;

/// A string under construction. `<<` appends text, whole numbers and, in the shortest form that
/// reads back to the same value, float64 numbers (see number_text.hpp).
class text {
public:
    constexpr text() = default;
    constexpr text(std::string_view start) { *this << start; }
    constexpr text(const char* start) : text(std::string_view(start)) {}

    constexpr text& operator<<(std::string_view piece) {
        chars_.reserve(chars_.size() + piece.size());
        for (const char c : piece) chars_.push_back(c);
        return *this;
    }
    constexpr text& operator<<(const char* piece) { return *this << std::string_view(piece); }
    constexpr text& operator<<(const text& piece) { return *this << piece.view(); }
    constexpr text& operator<<(char c) {
        chars_.push_back(c);
        return *this;
    }
    constexpr text& operator<<(std::int64_t value) {
        if (value < 0) *this << '-';
        return append_digits(value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value));
    }
    constexpr text& operator<<(std::uint64_t value) { return append_digits(value); }
    constexpr text& operator<<(std::uint32_t value) { return append_digits(value); }
    constexpr text& operator<<(int value) { return *this << static_cast<std::int64_t>(value); }

    constexpr std::string_view view() const { return {chars_.data(), chars_.size()}; }
    constexpr operator std::string_view() const { return view(); }
    constexpr std::size_t size() const { return chars_.size(); }
    constexpr bool empty() const { return chars_.empty(); }
    std::string str() const { return std::string(view()); }

    friend constexpr bool operator==(const text& a, std::string_view b) { return a.view() == b; }
    friend constexpr bool operator==(const text& a, const text& b) { return a.view() == b.view(); }
    friend constexpr bool operator==(const text& a, const char* b) { return a.view() == std::string_view(b); }

private:
    constexpr text& append_digits(std::uint64_t value) {
        char digits[20] = {};
        int count = 0;
        do {
            digits[count++] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
        while (count > 0) chars_.push_back(digits[--count]);
        return *this;
    }

    vec<char> chars_;
};

/// a == b, as a plain loop, which evaluators run several times as fast as the operator.
constexpr bool same_text(std::string_view a, std::string_view b) {
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    const char* const left = a.data();
    const char* const right = b.data();
    for (std::size_t i = 0; i < size; ++i)
        if (left[i] != right[i]) return false;
    return true;
}

/// A 64-bit hash of a text (FNV-1a), the same on every compiler and machine.
constexpr std::uint64_t hash_of(std::string_view source) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : source) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// Mixes a value into a hash (the finaliser of SplitMix64).
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t y = hash + 0x9e3779b97f4a7c15u + value * 0xbf58476d1ce4e5b9u;
    const std::uint64_t z = (y ^ (y >> 30)) * 0xbf58476d1ce4e5b9u, w = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return w ^ (w >> 31);
}

}  // namespace gradus
