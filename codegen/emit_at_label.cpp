// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stores that differ at a label.
#include <bit>

#include "emit_host.hpp"

namespace gradus {

/// The stores of a horizontal sweep along one axis that need no choice in each lane: the exceptional element is
/// stored after the others.
std::vector<kernel_emitter::exception_at_label> kernel_emitter::exceptions_of(const stage& s, const sweep& part) {
    std::vector<exception_at_label> found;
    if (vertical(s) || std::popcount(s.shape.inner) != 1) return found;
    const auto is_of_row = [&](node_id id) { return (at(id).axes & s.shape.inner) == 0; };
    for (const store& to : part.stores) {
        const node& choice = at(to.value);
        if (choice.code != op::where || is_in_memory(to.value) || !is_of_row(choice.args[1])) continue;
        const node& test = at(choice.args[0]);
        if (test.code != op::equal || is_in_memory(choice.args[0])) continue;
        for (std::size_t i = 0; i < 2; ++i)
            if (at(test.args[i]).code == op::index && at(test.args[i]).over == s.shape.inner &&
                at(test.args[1 - i]).type == kind::integer && is_of_row(test.args[1 - i]))
                found.push_back({to, test.args[1 - i], choice.args[1], choice.args[2]});
    }
    return found;
}

/// The stores without those that only later sweeps read.
std::vector<store> kernel_emitter::unparked(std::vector<store> stores) {
    std::erase_if(stores, [](const store& to) { return to.parked; });
    return stores;
}

/// The stores with the rest in place of the choice.
std::vector<store> kernel_emitter::without(const std::vector<exception_at_label>& exceptions,
                                           std::vector<store> stores) {
    for (store& to : stores)
        for (const exception_at_label& e : exceptions)
            if (e.to.output == to.output && e.to.value == to.value) to.value = e.rest;
    return stores;
}

void kernel_emitter::store_at_label(const exception_at_label& e) {
    const memory& m = memory_of(e.to);
    const value label = first_lane(in_kind(e.label, kind::integer));
    const value element = first_lane(stored_value(e.exceptional, m.type));
    when(ir_.CreateICmpULT(label, extents_[static_cast<std::size_t>(lane_)]), [&] {
        const value place = ir_.CreateGEP(scalar_type(m.type), m.data, scalar_offset(m, {{lane_, e.label}}));
        ir_.CreateAlignedStore(element, place, llvm::Align(size_of(m.type)));
    });
}

}  // namespace gradus
