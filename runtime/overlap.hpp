// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the elements of an argument lie in memory, and whether two arguments share some.
#pragma once

#include <cstddef>
#include <cstdint>

#include <gradus/tensor.hpp>

namespace gradus {

std::int64_t element_count(const argument& x);

/// The bytes from the lowest to the end of the highest element, empty if there are none.
struct byte_range {
    std::int64_t begin;
    std::int64_t end;
};
/// Relative to x.data.
byte_range bytes_of(const argument& x);
/// As addresses.
byte_range addresses_of(const argument& x);

/// False if a and b certainly share no memory.
constexpr bool meet(const byte_range& a, const byte_range& b) { return a.begin < b.end && b.begin < a.end; }

/// True if two elements of x may lie in the same place. Exact but for strides that interleave axes.
bool shares_elements(const argument& x);

/// True if elements of a and b, whose addresses meet, may share memory. Exact where both are slices of
/// one regular tensor.
bool overlap(const argument& a, const argument& b);

}  // namespace gradus
