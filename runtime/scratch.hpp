// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for one call: in place when small (small_buffer.hpp), else from blocks that the thread keeps. A
// call takes a block off the thread's list and puts it back at its end, so that calls may nest: a
// thread that waits for its own loop may meanwhile run part of another kernel, or all of it.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace gradus {

struct aligned_release {
    void operator()(std::byte* data) const { ::operator delete (data, std::align_val_t{64}); }
};

/// A block of memory, aligned for the widest vectors.
struct memory_block {
    std::unique_ptr<std::byte, aligned_release> data;
    std::size_t size = 0;
};

/// A block of at least `size` bytes: one that the thread keeps, or a new one.
memory_block take_block(std::size_t size);
void put_back(memory_block block);

/// The next place at or after `offset` that is aligned for the widest vectors.
constexpr std::size_t aligned(std::size_t offset) { return (offset + 63) / 64 * 64; }

}  // namespace gradus
