// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for one call's temporaries: in place when small, else from blocks that the thread keeps. A
// call takes a block off the thread's list and puts it back at its end, so that calls may nest: a
// thread that waits for its own loop may meanwhile run part of another kernel, or all of it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace gradus {

struct aligned_release {
    void operator()(std::byte* data) const { ::operator delete(data, std::align_val_t{64}); }
};

/// A block of memory, aligned for the widest vectors.
struct memory_block {
    std::unique_ptr<std::byte, aligned_release> data;
    std::size_t size = 0;
};

class scratch {
public:
    explicit scratch(std::size_t size);
    ~scratch();
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    std::byte* data() { return block_.data ? block_.data.get() : inline_.data(); }

private:
    alignas(64) std::array<std::byte, 4096> inline_;
    memory_block block_;
};

/// The next place at or after `offset` that is aligned for the widest vectors.
constexpr std::size_t aligned(std::size_t offset) { return (offset + 63) / 64 * 64; }

}  // namespace gradus
