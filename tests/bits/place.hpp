// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a tensor of a test lies: memory of its own at a chosen alignment and with chosen strides, filled with a pattern
// that shows whether anything but its elements was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/tensor.hpp>

namespace gradus::testing {

/// Row-major elements.
struct elements {
    element type = element::float32;
    std::vector<std::int64_t> extents;
    std::vector<std::byte> bytes;
};
using element_lists = std::vector<elements>;

/// How a tensor lies in memory.
enum class arrangement { row_major, column_major, spread };  ///< spread: row-major, two elements' room for each

std::size_t count_of(const std::vector<std::int64_t>& extents);

class place {
public:
    /// The first element lies `offset` elements behind a multiple of 64 bytes.
    place(element type, const std::vector<std::int64_t>& extents, arrangement how, std::size_t offset);
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    const argument& as_argument() const { return argument_; }

    /// From the first element to behind the last, what lies between them included.
    std::span<std::byte> image() { return {first_, span_}; }

    void write(const std::vector<std::byte>& values);
    /// The elements in order. Blanks them, so that what is left must be the pattern; else throws std::logic_error.
    std::vector<std::byte> take();

private:
    template <class Visit>
    void for_each_element(Visit visit);

    std::size_t size_, span_;
    std::vector<std::int64_t> extents_, strides_;
    std::vector<std::byte> bytes_;
    std::byte* first_ = nullptr;
    argument argument_;
};

}  // namespace gradus::testing
