// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cuda_memory.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <gradus/error.hpp>

namespace gradus::cuda {
namespace {

constexpr std::size_t least_block = 512;

address address_of(void* memory) { return static_cast<address>(reinterpret_cast<std::uintptr_t>(memory)); }

}  // namespace

in_context::in_context(const driver& cuda, context made) : cuda_(cuda) {
    cuda.require(cuda.cuCtxPushCurrent_v2(made), "making a context current", "on this thread");
}

in_context::~in_context() {
    context popped = nullptr;
    cuda_.cuCtxPopCurrent_v2(&popped);
}

std::size_t block_size_for(std::size_t bytes) {
    if (bytes <= least_block) return least_block;
    const std::size_t step = std::bit_floor(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
}

memory_pool::blocks::node_type memory_pool::take(free_blocks& from, std::size_t size) {
    const auto found = from.find(size);
    if (found == from.end() || found->second.empty()) return {};
    blocks::node_type block = std::move(found->second.back());
    found->second.pop_back();
    return block;
}

memory_pool::blocks::node_type memory_pool::make(std::size_t size) {
    const in_context current(cuda_, context_);
    address memory = 0;
    result code = cuda_.cuMemAlloc_v2(&memory, size);
    if (code == out_of_memory) {
        trim();
        code = cuda_.cuMemAlloc_v2(&memory, size);
    }
    if (code != success)
        throw error(fmt::format("{} gives no memory of {} bytes: {}", name_, size, cuda_.text_of(code)));
    blocks one;
    one[reinterpret_cast<void*>(static_cast<std::uintptr_t>(memory))].size = size;
    return one.extract(one.begin());
}

void* memory_pool::allocate(const std::shared_ptr<memory_home>& home, std::size_t bytes) {
    if (bytes == 0) return nullptr;
    const std::size_t size = block_size_for(bytes);
    std::unique_lock lock(guard_);
    blocks::node_type block = take(home->free_, size);
    if (block.empty()) block = take(idle_, size);
    if (block.empty()) {
        lock.unlock();
        block = make(size);
        lock.lock();
    }
    block.mapped().home = home;
    return used_.insert(std::move(block)).position->first;
}

void memory_pool::release(void* memory) noexcept {
    if (memory == nullptr) return;
    std::shared_ptr<memory_home> home;  // maybe the last reference, whose end takes the lock
    const std::lock_guard lock(guard_);
    blocks::node_type block = used_.extract(memory);
    home = std::move(block.mapped().home);
    home->free_[block.mapped().size].push_back(std::move(block));
}

void memory_pool::free_all(free_blocks& list) {
    for (auto& [size, same_size] : list)
        for (blocks::node_type& block : same_size) cuda_.cuMemFree_v2(address_of(block.key()));
    list.clear();
}

void memory_pool::trim() {
    const in_context current(cuda_, context_);
    const std::lock_guard lock(guard_);
    cuda_.require(cuda_.cuCtxSynchronize(), "waiting for all work of", name_);
    free_all(idle_);
    for (memory_home* const home : homes_)
        if (!home->kept_) free_all(home->free_);
}

void memory_pool::adopt(memory_home& ending) {
    const std::lock_guard lock(guard_);
    homes_.erase(&ending);
    for (auto& [size, same_size] : ending.free_) std::ranges::move(same_size, std::back_inserter(idle_[size]));
}

memory_home::memory_home(memory_pool& pool, bool kept) : pool_(pool), kept_(kept) {
    const std::lock_guard lock(pool_.guard_);
    pool_.homes_.insert(this);
}

memory_home::~memory_home() {
    try {
        const in_context current(pool_.cuda_, pool_.context_);
        pool_.cuda_.cuCtxSynchronize();
    } catch (const error&) {  // the driver has ended with the process
    }
    pool_.adopt(*this);
}

}  // namespace gradus::cuda
