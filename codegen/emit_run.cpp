// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runs of a sweep: positions that are folded together, at most a block, along the lanes or across them. What is
// exact in any order is folded in registers: the largest or smallest element, and across the lanes a count. The lanes
// of other sums are in registers where a chunk of 64 elements takes few instructions, else in memory.
#include "emit_host.hpp"

namespace gradus {

/// Folds the positions [first, last) of a run along the lanes, and makes its stores.
void kernel_emitter::emit_run(const sweep& part, std::vector<fold_state>& folds, const std::vector<store>& stores,
                              value first, value last) {
    for (fold_state& f : folds) f.carried = is_extremum(f) ? start_of_extremum(f) : values{};
    const bool by_chunks = goes_by_chunks(part);
    const value rest = by_chunks ? emit_chunks(folds, stores, first, last) : first;
    const values after = at_lanes_with(
        rest, last, by_chunks ? body_form::masked : form_of(part), carried_of(folds), [&](const values& carried) {
            carry(folds, carried);
            const value position = ir_.CreateSub(coordinate_[static_cast<std::size_t>(lane_)], first);
            for (fold_state& f : folds) {
                if (f.carried.empty())
                    accumulate(f, false, position);
                else
                    f.carried = with_elements(f, {operand_of(f, false)});
            }
            store_all(stores);
            return carried_of(folds);
        });
    carry(folds, after);
}

/// The same across the lanes, each of which has a run of its own. `term` takes what the lanes of a sum in memory get.
void kernel_emitter::emit_vertical_run(const stage& s, std::vector<fold_state>& folds, value first, value last,
                                       const std::function<void(const fold_state&, value)>& term,
                                       const std::function<void(value)>& after_folds) {
    const auto run = static_cast<std::size_t>(run_axis(s));
    for (fold_state& f : folds) f.carried = start_across_lanes(f);
    const values after =
        loop_with("position", first, last, number(1), carried_of(folds), [&](value position, const values& carried) {
            coordinate_[run] = position;
            carry(folds, carried);
            for (fold_state& f : folds) {
                if (is_extremum(f))
                    f.carried = with_elements(f, {operand_of(f, true)});
                else if (!f.carried.empty())
                    f.carried = {with_term(f, f.carried[0], true)};
                else
                    term(f, position);
            }
            after_folds(position);
            return carried_of(folds);
        });
    carry(folds, after);
}
node_emitter::values kernel_emitter::start_across_lanes(const fold_state& f) {
    if (is_extremum(f)) return start_of_extremum(f);
    return is_count(plan_.body, f.fold) ? values{start_of_lanes(f)} : values{};
}

/// Whether a sweep folds 64 elements at a time: where few vectors do, of few instructions, and all stays in registers.
bool kernel_emitter::goes_by_chunks(const sweep& part) const {
    constexpr int most_registers = 16;
    int registers = 0;
    for (const node_id fold : part.folds) registers += plan_.type_of(fold) == element::float64 ? 8 : 4;
    return machine_.has_mask_registers && lanes_ * 4 == virtual_lanes && !part.folds.empty() &&
           functions_of(part) == 0 && registers <= most_registers;
}

/// The whole chunks of a run; the position behind them.
llvm::Value* kernel_emitter::emit_chunks(std::vector<fold_state>& folds, const std::vector<store>& stores, value first,
                                         value last) {
    const value end = whole_steps(first, last, virtual_lanes);
    for (fold_state& f : folds)
        if (f.carried.empty()) f.carried.assign(virtual_lanes / lanes_, start_of_lanes(f));
    const values after =
        loop_with("chunk", first, end, number(virtual_lanes), carried_of(folds), [&](value i, const values& carried) {
            carry(folds, carried);
            emit_chunk(folds, stores, i);
            return carried_of(folds);
        });
    carry(folds, after);
    for (fold_state& f : folds) {
        if (is_extremum(f)) continue;
        for (unsigned l = 0; l < virtual_lanes; l += lanes_)
            ir_.CreateAlignedStore(f.carried[l / lanes_],
                                   ir_.CreateConstInBoundsGEP1_64(real_type(f.fold), f.accumulators, l),
                                   align_of(f.fold));
        f.carried.clear();
    }
    return end;
}
void kernel_emitter::emit_chunk(std::vector<fold_state>& folds, const std::vector<store>& stores, value first) {
    const values memo = memo_;
    std::vector<values> elements(folds.size());
    for (unsigned l = 0; l < virtual_lanes; l += lanes_) {
        memo_ = memo;
        coordinate_[static_cast<std::size_t>(lane_)] = ir_.CreateAdd(first, number(l));
        for (std::size_t k = 0; k < folds.size(); ++k) {
            fold_state& f = folds[k];
            if (is_extremum(f))
                elements[k].push_back(operand_of(f, false));
            else
                f.carried[l / lanes_] = with_term(f, f.carried[l / lanes_], false);
        }
        store_all(stores);
    }
    for (std::size_t k = 0; k < folds.size(); ++k)
        if (!elements[k].empty()) folds[k].carried = with_elements(folds[k], elements[k]);
}

/// What a loop over positions carries of all folds.
node_emitter::values kernel_emitter::carried_of(const std::vector<fold_state>& folds) {
    values all;
    for (const fold_state& f : folds) all.insert(all.end(), f.carried.begin(), f.carried.end());
    return all;
}
void kernel_emitter::carry(std::vector<fold_state>& folds, const values& all) {
    auto from = all.begin();
    for (fold_state& f : folds)
        for (value& v : f.carried) v = *from++;
}

}  // namespace gradus
