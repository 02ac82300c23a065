// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A device's memory: blocks of some sizes, which the driver is asked for once. A block belongs to the stream that it
// was allocated for, and when it is given back that stream gets it again, whose work is in order; so no event is
// needed. When a stream ends, its blocks are anybody's, after all work of the device.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cuda_driver.hpp"

namespace gradus::cuda {

/// Makes a context current on this thread as long as it lives, and then again what was current before.
class in_context {
public:
    in_context(const driver& cuda, context made);
    ~in_context();
    in_context(const in_context&) = delete;
    in_context& operator=(const in_context&) = delete;

private:
    const driver& cuda_;
};

/// The size of the block for so many bytes: four sizes between a power of two and the next, at least 512.
std::size_t block_size_for(std::size_t bytes);

class memory_home;

/// Any number of threads may use it at once.
class memory_pool {
public:
    /// `name`: of the device, for messages.
    memory_pool(const driver& cuda, context made, std::string name)
        : cuda_(cuda), context_(made), name_(std::move(name)) {}

    /// Null for no bytes. Throws gradus::error if the device has too little memory.
    void* allocate(const std::shared_ptr<memory_home>& home, std::size_t bytes);
    void release(void* memory) noexcept;
    /// Frees the blocks that nobody uses, but for those of recorded sequences. Waits for all work.
    void trim();

private:
    friend class memory_home;
    struct block {
        std::size_t size = 0;
        std::shared_ptr<memory_home> home;  ///< while it is in use
    };
    using blocks = std::unordered_map<void*, block>;
    using free_blocks = std::map<std::size_t, std::vector<blocks::node_type>>;  ///< by size

    static blocks::node_type take(free_blocks& from, std::size_t size);
    blocks::node_type make(std::size_t size);
    void free_all(free_blocks& list);
    void adopt(memory_home& ending);

    const driver& cuda_;
    context context_;
    std::string name_;
    std::mutex guard_;  ///< of the following, and of the homes' lists
    blocks used_;
    free_blocks idle_;  ///< of no stream, and no work uses them
    std::set<memory_home*> homes_;
};

/// The free blocks of one stream, or of a recorded sequence.
class memory_home {
public:
    /// `kept`: its blocks stay while it lives, since recorded work names them.
    memory_home(memory_pool& pool, bool kept);
    ~memory_home();
    memory_home(const memory_home&) = delete;
    memory_home& operator=(const memory_home&) = delete;

private:
    friend class memory_pool;
    memory_pool& pool_;
    bool kept_;
    memory_pool::free_blocks free_;
};

}  // namespace gradus::cuda
