// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A CUDA driver that needs no GPU: a shared object with the functions that cuda_driver.hpp lists. Device memory is the
// host's. Work on a stream is not done before somebody waits for it, in the order of the streams and events; so what
// must not depend on time is seen. The text of a module names its kernels, a line each with the numbers of pointers and
// of integers among their parameters: "negate_0 2 6".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fake {

struct launch {
    std::string kernel;
    unsigned blocks = 0;
    unsigned threads = 0;
    std::vector<void*> data;
    std::vector<std::int64_t> shape;
    std::int64_t* status = nullptr;
    std::int64_t items = 0;
    std::int32_t teams = 0;
    const void* stream = nullptr;

    template <class T>
    T* pointer(std::size_t i) const {
        return static_cast<T*>(data.at(i));
    }
};

struct device_facts {
    std::string name = "Fake GPU";
    int major = 9;
    int minor = 0;
    int multiprocessors = 4;
};

/// What the driver answers, and what it was asked. One for the process.
struct driver {
    std::vector<device_facts> devices{{}, {"Fake GPU", 8, 6, 2}};
    int version = 12080;
    std::string log;  ///< of the assembler, which then refuses every module
    std::size_t memory = std::size_t{1} << 30;
    std::map<std::string, int> failing;  ///< by function: what it returns

    /// What the kernels do.
    std::map<std::string, std::function<void(const launch&)>> kernels;

    std::map<std::string, int> calls;  ///< by function
    std::vector<launch> launches;      ///< as they were queued
    std::vector<std::string> done;     ///< kernels as they ran
    std::size_t used = 0;              ///< bytes of memory
    int modules = 0;                   ///< that are loaded
    int contexts = 0;                  ///< that are current
    /// Forgets what it was asked, and refuses nothing.
    void forget() {
        version = 12080;
        memory = std::size_t{1} << 30;
        log.clear();
        failing.clear();
        kernels.clear();
        calls.clear();
        launches.clear();
        done.clear();
    }
};

using find_driver = driver*();

}  // namespace fake
