// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/block.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

namespace gradus::testing {

// ---- what a kernel calls: on the stack of its fiber

void emulated_block::on_barrier(emulated_thread* t, std::int32_t site) {
    auto& m = static_cast<member&>(*t);
    m.owner->wait(m, waits::at_barrier, site);
}

std::uint64_t emulated_block::on_shuffle(emulated_thread* t, std::uint64_t bits, std::int32_t lane_mask,
                                         std::int32_t site) {
    auto& m = static_cast<member&>(*t);
    if (lane_mask < 0 || lane_mask >= warp_size)
        m.owner->fault_ = {fault_kind::lane_mask,
                           {m.thread, site},
                           {},
                           fmt::format("shuffles with the lane mask {}, expected 0 to {}", lane_mask, warp_size - 1)};
    m.owner->give_up_if_wrong(m);
    m.bits = bits;
    m.lane_mask = lane_mask;
    m.owner->wait(m, waits::at_shuffle, site);
    return m.bits;
}

void emulated_block::on_load(emulated_thread* t, std::int32_t offset, std::int32_t size, void* to, std::int32_t site) {
    auto& m = static_cast<member&>(*t);
    m.owner->fault_ = m.owner->shared_.load(m.owner->access_of(m, site), offset, size, to);
    m.owner->give_up_if_wrong(m);
}

void emulated_block::on_store(emulated_thread* t, std::int32_t offset, std::int32_t size, const void* from,
                              std::int32_t site) {
    auto& m = static_cast<member&>(*t);
    m.owner->fault_ = m.owner->shared_.store(m.owner->access_of(m, site), offset, size, from);
    m.owner->give_up_if_wrong(m);
}

void emulated_block::work(void* member_of_block) {
    auto& m = *static_cast<member*>(member_of_block);
    const kernel_parameters& p = m.owner->parameters_;
    m.owner->kernel_(&m, p.data, p.shape, p.status, p.items, p.teams);
    m.state = waits::ended;
    m.site = -1;
}

void emulated_block::wait(member& m, waits how, std::int32_t site) {
    m.state = how;
    m.site = site;
    m.strand.stop();
}

/// Leaves the fiber for good if there is a fault; nothing may be on its stack that has to be destroyed.
void emulated_block::give_up_if_wrong(member& m) {
    if (!fault_) return;
    m.strand.stop();
    std::abort();  // nobody resumes a thread that has given up
}

// ---- outside of the fibers

void emulated_block::prepare(std::int32_t number, std::int32_t blocks, std::int32_t threads) {
    threads_ = threads;
    phase_ = 0;
    fault_.reset();
    while (members_.size() < static_cast<std::size_t>(threads)) members_.push_back(std::make_unique<member>());
    for (int t = 0; t < threads; ++t) {
        member& m = at(t);
        static_cast<emulated_thread&>(m) = {t, number, blocks, 0, on_barrier, on_shuffle, on_load, on_store};
        m.owner = this;
        m.state = waits::no;
        m.site = -1;
        m.step = 0;
        m.strand.begin(&emulated_block::work, &m);
    }
}

std::optional<fault> emulated_block::run(emulated_kernel kernel, const kernel_parameters& parameters,
                                         std::int32_t number, std::int32_t blocks, std::int32_t threads,
                                         std::size_t shared_bytes) {
    kernel_ = kernel;
    parameters_ = parameters;
    shared_.reset(shared_bytes);
    prepare(number, blocks, threads);
    do run_phase();
    while (!fault_ && meet());
    if (fault_) fault_->block = number;
    return fault_;
}

/// Runs all warps up to the next barrier.
void emulated_block::run_phase() {
    std::vector<int> able(static_cast<std::size_t>(warps()));
    std::iota(able.begin(), able.end(), 0);
    while (!able.empty()) {
        const std::size_t k = seed_ == 0 ? 0 : random_() % able.size();
        run_warp(able[k]);
        if (fault_) return;
        if (!exchange(able[k])) able.erase(able.begin() + static_cast<std::ptrdiff_t>(k));
        if (fault_) return;
    }
}

void emulated_block::run_warp(int warp) {
    std::array<int, warp_size> order;
    const int first = warp * warp_size;
    const auto end = order.begin() + (end_of(warp) - first);
    std::iota(order.begin(), end, first);
    if (seed_ != 0) std::shuffle(order.begin(), end, random_);
    for (auto t = order.begin(); t != end && !fault_; ++t) {
        member& m = at(*t);
        if (m.state == waits::ended) continue;
        m.state = waits::no;
        m.strand.resume();
    }
}

/// Whether the threads of the warp were at a shuffle, and may go on.
bool emulated_block::exchange(int warp) {
    const int first = warp * warp_size, end = end_of(warp);
    int here = first;
    while (here < end && at(here).state != waits::at_shuffle) ++here;
    if (here == end) return false;
    for (int t = first; t < end; ++t)
        if (at(t).state != waits::at_shuffle || at(t).site != at(here).site) {
            diverge(fault_kind::divergent_shuffle, "the threads of a warp do not join the same shuffle", at(t),
                    at(here));
            return false;
        }
    if (end - first < warp_size) {
        fault_ = fault{fault_kind::divergent_shuffle,
                       at(here).place(),
                       {},
                       fmt::format("shuffles in a warp that has only {} threads", end - first)};
        return false;
    }
    std::array<std::uint64_t, warp_size> given;
    for (int t = first; t < end; ++t) given[static_cast<std::size_t>(t - first)] = at(t).bits;
    for (int t = first; t < end; ++t) {
        at(t).bits = given[static_cast<std::size_t>((t - first) ^ at(t).lane_mask)];
        ++at(t).step;
    }
    return true;
}

/// Whether all threads were at a barrier, and may go on.
bool emulated_block::meet() {
    for (int t = 1; t < threads_; ++t)
        if (at(t).state != at(0).state || at(t).site != at(0).site) {
            diverge(fault_kind::divergent_barrier, "the threads of a block do not join the same barrier", at(t), at(0));
            return false;
        }
    ++phase_;
    return at(0).state == waits::at_barrier;
}

void emulated_block::diverge(fault_kind kind, const char* what, const member& at, const member& other) {
    const auto doing = [](const member& m) {
        if (m.state == waits::ended) return std::string("has ended");
        return fmt::format("waits at the {} of site {}", m.state == waits::at_barrier ? "barrier" : "shuffle", m.site);
    };
    fault_ = fault{kind, at.place(), other.place(),
                   fmt::format("{}: this one {}, thread {} {}", what, doing(at), other.thread, doing(other))};
}

}  // namespace gradus::testing
