// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One block of threads, each a fiber.
//
// A warp runs until each of its threads waits or has ended. If all 32 wait at one shuffle, they exchange their values
// and the warp may run again; else it is done for this phase. When no warp can run, all threads must wait at one
// barrier, and the next phase begins, or all must have ended.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "emulator/emulated_thread.hpp"
#include "emulator/fiber.hpp"
#include "emulator/shared_memory.hpp"

namespace gradus::testing {

/// The parameters of a kernel behind the first.
struct kernel_parameters {
    const void* data = nullptr;
    const std::int64_t* shape = nullptr;
    std::int64_t* status = nullptr;
    std::int64_t items = 0;
    std::int32_t teams = 1;
};

class emulated_block {
public:
    /// Seed 0: the lowest threads and warps first; any other: in an order of its own.
    explicit emulated_block(std::uint64_t seed) : seed_(seed), random_(seed) {}

    /// Runs block `number` of `blocks`; what the kernel does wrong, if anything. May be called again after that.
    std::optional<fault> run(emulated_kernel kernel, const kernel_parameters& parameters, std::int32_t number,
                             std::int32_t blocks, std::int32_t threads, std::size_t shared_bytes);

private:
    enum class waits { no, at_shuffle, at_barrier, ended };
    struct member : emulated_thread {
        emulated_block* owner = nullptr;
        fiber strand;
        waits state = waits::no;
        std::int32_t site = -1;
        std::uint64_t bits = 0;  ///< given to a shuffle; then received from it
        std::int32_t lane_mask = 0;
        int step = 0;
        fault_place place() const { return {thread, site}; }
    };

    // The functions that a kernel calls.
    static void on_barrier(emulated_thread* t, std::int32_t site);
    static std::uint64_t on_shuffle(emulated_thread* t, std::uint64_t bits, std::int32_t lane_mask, std::int32_t site);
    static void on_load(emulated_thread* t, std::int32_t offset, std::int32_t size, void* to, std::int32_t site);
    static void on_store(emulated_thread* t, std::int32_t offset, std::int32_t size, const void* from,
                         std::int32_t site);
    static void work(void* member_of_block);

    void prepare(std::int32_t number, std::int32_t blocks, std::int32_t threads);
    shared_access access_of(const member& m, std::int32_t site) const { return {{m.thread, site}, phase_, m.step}; }
    void wait(member& m, waits how, std::int32_t site);
    void give_up_if_wrong(member& m);
    void run_phase();
    void run_warp(int warp);
    bool exchange(int warp);
    bool meet();
    void diverge(fault_kind kind, const char* what, const member& at, const member& other);
    int warps() const { return (threads_ + warp_size - 1) / warp_size; }
    int end_of(int warp) const { return std::min((warp + 1) * warp_size, threads_); }
    member& at(int thread) { return *members_[static_cast<std::size_t>(thread)]; }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    std::vector<std::unique_ptr<member>> members_;  ///< as many as the largest block had
    shared_memory shared_;
    emulated_kernel kernel_ = nullptr;
    kernel_parameters parameters_;
    int threads_ = 0;
    int phase_ = 0;
    std::optional<fault> fault_;
};

}  // namespace gradus::testing
