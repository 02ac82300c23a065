// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Variants form a list that only grows at its head. A call walks it with one atomic load; a call that
// finds nothing takes the lock, looks again and claims the class: it compiles without the lock, so that several classes
// compile at once, while other calls of the class wait. Before that a call is compared with the last one
// of its kernel on the same thread (remembered_call.hpp), which most calls are equal to.
#include <gradus/kernel.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <gradus/device.hpp>
#include <gradus/error.hpp>

#include "call_class.hpp"
#include "copy_graph.hpp"
#include "launch.hpp"
#include "overlap.hpp"
#include "remembered_call.hpp"
#include "row_major.hpp"
#include "small_buffer.hpp"

namespace gradus {
namespace {

/// True if the environment's GRADUS_LOG, a list of words, holds "launch".
bool launches_are_logged() {
    const char* words = std::getenv("GRADUS_LOG");
    return words != nullptr && std::string_view(words).find("launch") != std::string_view::npos;
}

/// Never used again, so that what a thread remembers of a kernel is never taken for another's.
std::uint64_t new_number() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

constexpr std::size_t remembered_kernels = 16;  ///< a thread's; 2 KiB each
constinit thread_local std::array<remembered_call, remembered_kernels> calls_of_thread;

std::uint64_t bytes_moved(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs) {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (g.inputs[i].used) bytes += element_count(inputs[i]) * static_cast<std::int64_t>(size_of(inputs[i].type));
    for (const argument& out : outputs) bytes += element_count(out) * static_cast<std::int64_t>(size_of(out.type));
    return static_cast<std::uint64_t>(bytes);
}

/// gradus: launch NAME AXIS=EXTENT… loops=N BYTES bytes TIME us
void log_launch(graph_view g, const std::string& name, const bound_call& call, std::size_t loops, std::uint64_t bytes,
                std::uint64_t nanoseconds) {
    std::string line = fmt::format("gradus: launch {}", name);
    for (std::size_t a = 0; a < g.axes.size(); ++a) {
        line += fmt::format(" {}=", g.axis_name(static_cast<int>(a)));
        for (std::size_t s = call.first[a]; s < call.first[a + 1]; ++s)
            line += fmt::format("{}{}", s == call.first[a] ? "" : "x", call.extents[s]);
    }
    line += fmt::format(" loops={} {} bytes {:.1f} us\n", loops, bytes, static_cast<double>(nanoseconds) / 1000);
    std::fputs(line.c_str(), stderr);
}

/// What messages about violated requirements need; null for code without checks.
std::shared_ptr<const checked_code> checks_of(graph_view g, const layout& arrangement, const executable& code,
                                              std::span<const element> input_types) {
    std::vector<stage_shape> checks;
    for (const stage_shape& stage : code.stages)
        if (stage.form == stage_form::check) checks.push_back(stage);
    if (checks.empty()) return nullptr;
    return std::make_shared<checked_code>(
        checked_code{copy_of(g), arrangement, std::move(checks), {input_types.begin(), input_types.end()}});
}

}  // namespace

struct kernel::variant {
    call_class key;
    layout arrangement;
    executable code;
    schedule_parts parts;
    device_code on;  ///< for a key with a device
    const variant* next = nullptr;
};

kernel::kernel(graph g, std::string name, compile_function compile)
    : owned_(std::move(g)),
      graph_(owned_),
      name_(std::move(name)),
      compile_(std::move(compile)),
      number_(new_number()),
      joinable_(joinable_axes(graph_)),
      logged_(launches_are_logged()),
      observed_(logged_) {}

kernel::kernel(graph_view g, std::string name, compile_function compile)
    : graph_(g),
      name_(std::move(name)),
      compile_(std::move(compile)),
      number_(new_number()),
      joinable_(joinable_axes(graph_)),
      logged_(launches_are_logged()),
      observed_(logged_) {}

kernel::~kernel() {
    for (const variant* v = newest_.load(); v != nullptr;) delete std::exchange(v, v->next);
}

/// The right to make the variant of a class, which one thread has at a time.
class kernel::claim {
public:
    /// Waits while another thread has it. `lock`: of the kernel's guard; held here and when the claim is given up.
    claim(kernel& k, const call_class& key, std::unique_lock<std::mutex>& lock) : kernel_(k), key_(key), lock_(lock) {
        kernel_.one_was_made_.wait(lock, [&] { return std::ranges::count(kernel_.being_made_, key) == 0; });
        kernel_.being_made_.push_back(key);
    }
    ~claim() {
        if (!lock_.owns_lock()) lock_.lock();
        std::erase(kernel_.being_made_, key_);
        kernel_.one_was_made_.notify_all();
    }
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;

private:
    kernel& kernel_;
    const call_class& key_;
    std::unique_lock<std::mutex>& lock_;
};

const kernel::variant* kernel::find(const call_class& key) const {
    const variant* v = newest_.load(std::memory_order_acquire);
    while (v != nullptr && !(v->key == key)) v = v->next;
    return v;
}

std::unique_ptr<kernel::variant> kernel::make_variant(const call_class& key) const {
    device* const place = key.place;
    if (place != nullptr && !place->missing().empty()) throw error(place->missing());
    layout arrangement = layout_of(graph_, key);
    std::vector<element> types;
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) types.push_back(static_cast<element>(key.types[i]));
    executable code = compile_(arrangement, types, place == nullptr ? std::string_view() : place->target());
    if ((place != nullptr) != (code.gpu != nullptr)) throw internal_error("code for another kind of machine");
    const schedule_parts parts(graph_.inputs.size() + graph_.outputs.size(), arrangement.loops.size(), code);
    device_code on;
    if (place != nullptr)
        on = {place, place->load(*code.gpu, static_cast<int>(code.stages.size())),
              checks_of(graph_, arrangement, code, types)};
    return std::make_unique<variant>(variant{key, std::move(arrangement), std::move(code), parts, std::move(on)});
}

const kernel::variant& kernel::variant_for(const call_class& key) {
    if (const variant* const known = find(key)) return *known;
    std::unique_lock lock(guard_);
    const claim mine(*this, key, lock);
    if (const variant* const known = find(key)) return *known;
    lock.unlock();
    std::unique_ptr<variant> made = make_variant(key);
    lock.lock();
    made->next = newest_.load(std::memory_order_relaxed);
    newest_.store(made.get(), std::memory_order_release);
    return *made.release();
}

std::function<void()> kernel::preparation(std::span<const argument> inputs, std::span<const argument> outputs) {
    const bound_call call = check_shapes(graph_, inputs, outputs);
    std::vector<argument> row_major_ones;
    if (outputs.empty())
        for (const output& out : graph_.outputs) row_major_ones.push_back(row_major_argument(call, out.axes, 0));
    const call_geometry geometry(graph_, joinable_, call, inputs, outputs.empty() ? row_major_ones : outputs);
    return [this, key = geometry.key()] { variant_for(key); };
}

void kernel::run(std::span<const argument> inputs, std::span<const argument> outputs) {
    remembered_call& last = calls_of_thread[number_ % remembered_kernels];
    const bool measured = measured_.load(std::memory_order_relaxed);
    if (measured || observed_ || !last.fits(number_, inputs, outputs)) return run_checked(inputs, outputs, measured);
    const variant& found = *static_cast<const variant*>(last.variant());
    small_buffer<std::int64_t, 256> schedule(found.parts.size);  // a copy, since another call may come in between
    std::copy_n(last.schedule(), found.parts.size, schedule.data());
    gradus::run({graph_, found.arrangement, found.code, found.parts, schedule.data(), inputs, outputs, 0});
}

void kernel::run_checked(std::span<const argument> inputs, std::span<const argument> outputs, bool measured) {
    const bound_call call = check(graph_, inputs, outputs);
    const call_geometry geometry(graph_, joinable_, call, inputs, outputs);
    const variant& found = variant_for(geometry.key());
    const bool on_device = found.key.place != nullptr;
    small_buffer<std::int64_t, 256> schedule(found.parts.size);
    make_schedule(geometry, found.code, found.parts, schedule.data());
    const launch work{graph_,
                      found.arrangement,
                      found.code,
                      found.parts,
                      schedule.data(),
                      inputs,
                      outputs,
                      inputs_to_copy(graph_, found.code, inputs, outputs),
                      on_device ? &found.on : nullptr,
                      &call};
    if (measured || observed_) return run_observed(work, call, measured);
    if (work.to_copy == 0 && !on_device) calls_of_thread[number_ % remembered_kernels].remember(number_, &found, work);
    gradus::run(work);
}

void kernel::run_observed(const launch& work, const bound_call& call, bool measured) {
    const auto start = std::chrono::steady_clock::now();
    if (watch_)
        watch_(work.inputs, work.outputs, [&] { gradus::run(work); });
    else
        gradus::run(work);
    if (work.on != nullptr) work.on->place->wait();
    const auto taken = std::chrono::steady_clock::now() - start;
    const auto nanoseconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count());
    const std::uint64_t bytes = bytes_moved(graph_, work.inputs, work.outputs);
    if (measured) {
        calls_ += 1;
        nanoseconds_ += nanoseconds;
        bytes_ += bytes;
    }
    if (logged_) log_launch(graph_, name_, call, work.arrangement.loops.size(), bytes, nanoseconds);
}

void kernel::watch(watch_function watch) {
    watch_ = std::move(watch);
    observed_ = true;
}

int kernel::variants() const {
    int count = 0;
    for (const variant* v = newest_.load(std::memory_order_acquire); v != nullptr; v = v->next) ++count;
    return count;
}

kernel_stats kernel::stats() const { return {calls_, nanoseconds_, bytes_}; }

}  // namespace gradus
