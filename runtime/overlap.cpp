// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two arguments are apart if their ranges of bytes are, or if they are apart modulo some stride:
// axes whose stride is a multiple of the modulus do not move an element's address modulo it, so that
// two column ranges of one matrix, or odd and even elements, are seen to be apart.
#include "overlap.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace gradus {
namespace {

std::int64_t address(const argument& x) { return static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(x.data)); }

std::int64_t byte_stride(const argument& x, std::size_t i) {
    return x.strides[i] * static_cast<std::int64_t>(size_of(x.type));
}

/// The bytes that x covers modulo `modulus` (all of them for 0), from the lowest on.
byte_range bytes_modulo(const argument& x, std::int64_t modulus) {
    byte_range range{0, static_cast<std::int64_t>(size_of(x.type))};
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.rank); ++i) {
        const std::int64_t stride = byte_stride(x, i);
        if (modulus != 0 && stride % modulus == 0) continue;
        (stride < 0 ? range.begin : range.end) += stride * (x.extents[i] - 1);
    }
    return range;
}

bool apart_modulo(const argument& a, const argument& b, std::int64_t modulus) {
    const byte_range in_a = bytes_modulo(a, modulus);
    const byte_range in_b = bytes_modulo(b, modulus);
    const std::int64_t distance = address(b) + in_b.begin - address(a) - in_a.begin;
    const std::int64_t from = (distance % modulus + modulus) % modulus;
    return from >= in_a.end - in_a.begin && from + (in_b.end - in_b.begin) <= modulus;
}

bool apart_modulo_a_stride_of(const argument& x, const argument& a, const argument& b) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.rank); ++i) {
        const std::int64_t modulus = std::abs(byte_stride(x, i));
        if (modulus != 0 && x.extents[i] > 1 && apart_modulo(a, b, modulus)) return true;
    }
    return false;
}

}  // namespace

std::int64_t element_count(const argument& x) {
    std::int64_t count = 1;
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.rank); ++i) count *= x.extents[i];
    return count;
}

byte_range bytes_of(const argument& x) { return element_count(x) == 0 ? byte_range{0, 0} : bytes_modulo(x, 0); }

byte_range addresses_of(const argument& x) {
    const byte_range range = bytes_of(x);
    return {address(x) + range.begin, address(x) + range.end};
}

bool shares_elements(const argument& x) {
    if (element_count(x) == 0) return false;
    std::array<std::pair<std::int64_t, std::int64_t>, max_argument_rank> axes;
    std::size_t count = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.rank); ++i)
        if (x.extents[i] > 1) axes[count++] = {std::abs(x.strides[i]), x.extents[i]};
    std::sort(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(count));
    std::int64_t reach = 1;
    for (std::size_t i = 0; i < count; ++i) {
        if (axes[i].first < reach) return true;
        reach += axes[i].first * (axes[i].second - 1);
    }
    return false;
}

bool overlap(const argument& a, const argument& b) {
    return !apart_modulo_a_stride_of(a, a, b) && !apart_modulo_a_stride_of(b, a, b);
}

}  // namespace gradus
