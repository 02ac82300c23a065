// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/pending_checks.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <gradus/device.hpp>
#include <gradus/error.hpp>
#include <gradus/requirement.hpp>

#include "violation.hpp"

namespace gradus {
namespace {

constexpr std::size_t room = 512;         ///< pairs
constexpr unsigned char all_ones = 0xff;  ///< a byte of -1
constexpr std::size_t pair_bytes = 2 * sizeof(std::int64_t);

}  // namespace

void device::synchronise() {
    wait();
    pending().raise();
}

pending_checks::~pending_checks() { place_.release(pairs_); }

void pending_checks::allocate() {
    if (pairs_ != nullptr) return;
    pairs_ = static_cast<std::int64_t*>(place_.allocate(room * pair_bytes));
    place_.fill(pairs_, all_ones, room * pair_bytes);
}

pending_checks::taken pending_checks::take(std::shared_ptr<const checked_code> code, const bound_call& call) {
    std::unique_lock lock(guard_);
    allocate();
    const std::size_t count = code->checks.size();
    if (used_ + count > room) {
        if (kept_) throw error("a recorded sequence of calls has more than 512 checks of data: record it in parts");
        look();
    }
    std::int64_t* const pairs = pairs_ + 2 * used_;
    entries_.push_back({std::move(code), call, used_});
    used_ += count;
    return {std::move(lock), pairs};
}

void pending_checks::keep() {
    const std::lock_guard lock(guard_);
    allocate();
    place_.wait();  // so that the pairs are -1, whatever stream the calls will run on
    kept_ = true;
}

void pending_checks::include(std::shared_ptr<pending_checks> recorded) {
    const std::lock_guard lock(guard_);
    if (std::ranges::find(recorded_, recorded) == recorded_.end()) recorded_.push_back(std::move(recorded));
}

void pending_checks::raise() {
    const std::lock_guard lock(guard_);
    look();
    if (!error_.empty()) throw error(std::exchange(error_, {}));
}

void pending_checks::look() {
    look_at_own(error_);
    for (const std::shared_ptr<pending_checks>& recorded : std::exchange(recorded_, {})) {
        const std::lock_guard lock(recorded->guard_);
        recorded->look_at_own(error_);
    }
}

/// Waits for the current stream, on which the pairs' calls have been queued.
void pending_checks::look_at_own(std::string& first_error) {
    if (used_ == 0) return;
    std::array<std::int64_t, 2 * room> seen;
    place_.copy_to_host(seen.data(), pairs_, used_ * pair_bytes);
    const auto violated = [&](std::size_t pair) { return seen[2 * pair] != -1; };
    bool any = false;
    for (std::size_t pair = 0; pair < used_; ++pair) any = any || violated(pair);
    if (any) place_.fill(pairs_, all_ones, used_ * pair_bytes);
    for (const entry& e : entries_)
        if (any && first_error.empty()) first_error = message_of(e, seen.data() + 2 * e.first);
    if (kept_) return;
    used_ = 0;
    entries_.clear();
}

/// Empty if nothing is violated.
std::string pending_checks::message_of(const entry& e, const std::int64_t* pairs) const {
    for (const stage_shape& stage : e.code->checks) {
        const std::int64_t row = *pairs++, value = *pairs++;
        if (row == -1) continue;
        const graph_view g = e.code->g;
        const int subject = subject_of(g, g.requirements[static_cast<std::size_t>(stage.requirement)]);
        element_value given;
        if (subject >= 0) given = element_at(e.code->input_types[static_cast<std::size_t>(subject)], &value);
        return violation_message(g, e.code->arrangement, e.call, stage, row, given);
    }
    return {};
}

}  // namespace gradus
