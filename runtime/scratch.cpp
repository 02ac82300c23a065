// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "scratch.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace gradus {
namespace {

constexpr std::size_t kept_blocks = 8;                     ///< a thread keeps at most so many,
constexpr std::size_t kept_size = std::size_t{16} << 20u;  ///< none larger than this many bytes

std::vector<memory_block>& blocks_of_thread() {
    thread_local std::vector<memory_block> blocks;
    return blocks;
}

}  // namespace

memory_block take_block(std::size_t size) {
    std::vector<memory_block>& blocks = blocks_of_thread();
    auto best = blocks.end();  // the smallest, so that a call that needs the same blocks again finds them
    for (auto block = blocks.begin(); block != blocks.end(); ++block)
        if (block->size >= size && (best == blocks.end() || block->size < best->size)) best = block;
    if (best != blocks.end()) {
        memory_block block = std::move(*best);
        blocks.erase(best);
        return block;
    }
    blocks.reserve(kept_blocks);
    std::byte* data = static_cast<std::byte*>(::operator new (size, std::align_val_t{64}));
    return {std::unique_ptr<std::byte, aligned_release>(data), size};
}

void put_back(memory_block block) {
    std::vector<memory_block>& blocks = blocks_of_thread();
    if (block.size > kept_size) return;
    if (blocks.size() == kept_blocks) {
        const auto smaller = [](const memory_block& a, const memory_block& b) { return a.size < b.size; };
        const auto smallest = std::min_element(blocks.begin(), blocks.end(), smaller);
        if (smallest->size < block.size) *smallest = std::move(block);
        return;
    }
    blocks.push_back(std::move(block));
}

}  // namespace gradus
