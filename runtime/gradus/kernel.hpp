// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// kernel: a graph that can be called. Each call is checked and classified; the first call of a class
// compiles a variant, later calls find it without a lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/check.hpp>
#include <gradus/executable.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>
#include <gradus/tensor.hpp>

namespace gradus {

struct call_class;
struct launch;

/// Makes the program for a layout and the element types of the inputs, one for each input of the graph. `target`: that
/// of the device which is to run it, empty for the host.
using compile_function =
    std::function<executable(const layout&, std::span<const element> input_types, std::string_view target)>;

/// Stands around the computation of a call: computes, and may look at inputs and outputs before and after.
using watch_function = std::function<void(std::span<const argument> inputs, std::span<const argument> outputs,
                                          const std::function<void()>& compute)>;

/// What a kernel has done since its statistics were switched on.
struct kernel_stats {
    std::uint64_t calls = 0;
    std::uint64_t nanoseconds = 0;  ///< calls on a device are waited for
    std::uint64_t bytes = 0;        ///< of the inputs that are read and of the outputs, each counted once a call
};

class kernel {
public:
    /// `name` stands in log lines. The first form keeps the graph; the second refers to one that must
    /// outlive the kernel.
    kernel(graph g, std::string name, compile_function compile);
    kernel(graph_view g, std::string name, compile_function compile);
    ~kernel();
    kernel(const kernel&) = delete;
    kernel& operator=(const kernel&) = delete;

    /// Computes the outputs: one argument for each input and each output of the graph, in its order;
    /// inputs that no output depends on may have rank -1. Large work runs on oneTBB's threads, in the
    /// caller's arena; results do not depend on their number. Any number of threads may call at once.
    /// Tensors on a device are computed there, on its current stream, and the call returns before (see device.hpp);
    /// inputs without axes may then be the host's, and are read before it returns.
    /// Throws gradus::error for arguments that do not fit and for data that violate a requirement of the
    /// graph, such as labels out of range; then no output has been written.
    void run(std::span<const argument> inputs, std::span<const argument> outputs);

    /// What a call with such arguments has to do before it can compute: compile, unless that has been done. To be run
    /// on any thread while the kernel lives, any number of them at once. Only ranks, element types, extents and strides
    /// matter; pointers may be null. Without outputs, row-major ones are meant. Throws gradus::error for arguments that
    /// do not fit.
    std::function<void()> preparation(std::span<const argument> inputs, std::span<const argument> outputs);

    /// Has every call watched; without a watch a call pays nothing for it. To be set before the first call.
    void watch(watch_function watch);

    graph_view view() const { return graph_; }
    const std::string& name() const { return name_; }

    /// The number of variants compiled so far.
    int variants() const;

    /// Switches statistics on or off; off at first, when a call does not look at the clock.
    void measure(bool on) { measured_.store(on, std::memory_order_relaxed); }
    kernel_stats stats() const;

private:
    struct variant;
    class claim;
    const variant* find(const call_class& key) const;
    const variant& variant_for(const call_class& key);
    std::unique_ptr<variant> make_variant(const call_class& key) const;
    void run_checked(std::span<const argument> inputs, std::span<const argument> outputs, bool measured);
    void run_observed(const launch& work, const bound_call& call, bool measured);

    graph owned_;
    graph_view graph_;
    std::string name_;
    compile_function compile_;
    std::uint64_t number_;  ///< no other kernel of the process has or had it
    axis_set joinable_;
    bool logged_;
    watch_function watch_;
    bool observed_;  ///< logged or watched
    std::atomic<bool> measured_ = false;
    std::atomic<std::uint64_t> calls_ = 0;
    std::atomic<std::uint64_t> nanoseconds_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<const variant*> newest_ = nullptr;  ///< the head of a list that only grows
    std::mutex guard_;                              ///< of the growth of that list, and of the following
    std::vector<call_class> being_made_;
    std::condition_variable one_was_made_;
};

}  // namespace gradus
