// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of GPUs, one for each stage; how they are called says gradus/gpu_code.hpp.
//
// A thread computes `lanes` adjacent elements at a time, a vector. Where rows are swept along the lane axis, 64 / lanes
// neighbouring threads are a team, whose vectors are the 64 virtual lanes of a fold; they fold them by shuffles. Where
// the lanes are the rows, a thread is a team: it folds its own row, in the order of the tree (fold_tree). The blocks of
// 4096 of one row fall to several teams in turn, which leave their folds in the memory of the thread block, where one
// thread merges them as emit_fold.cpp does. So the tree of every fold is that of the host, and no atomic operation but
// the minimum of a check is needed.
//
// Nothing is parked: reading and computing again costs less memory traffic. Threads without work go along, so that all
// threads of a block meet at every barrier and shuffle.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/gpu_code.hpp>

#include "emit_node.hpp"
#include "simt_machine.hpp"

namespace gradus {

class simt_emitter : node_emitter {
public:
    /// `source`: the graph that the plan was made of.
    simt_emitter(const plan& p, graph_view source, const target& machine, llvm::Module& module, std::string_view name);
    /// All stages; the bytes of shared memory of each.
    std::vector<int> run();

private:
    /// The threads that share an item, a row or block, and this one's place among them.
    struct place_in_block {
        value item = nullptr;      ///< which of the block's items
        value team = nullptr;      ///< which of the item's teams
        value member = nullptr;    ///< which of the team's threads
        value items = nullptr;     ///< of the block at a time
        value teams = nullptr;     ///< of an item
        value is_owner = nullptr;  ///< the thread that stores what there is once an item
    };
    /// Where the teams of a block leave what they folded: offsets of shared memory.
    struct fold_memory {
        int partials = 0;  ///< a double for each team
        int slots = 0;     ///< for each item a binary counter; see emit_fold.cpp
        int totals = 0;    ///< a double for each item
    };

    /// Where a unit lies along the axis of its run.
    struct unit_range {
        value from = nullptr;
        value to = nullptr;
    };

    // ---- emit_simt.cpp
    void emit_stage(int index);
    unsigned blocks_at_a_time(const stage& s) const;
    value status_place(std::size_t check, std::uint64_t field);
    void leave_if_violated();
    void note_violation(const stage& s, value row, std::size_t check);
    void emit_check(const stage& s);
    value row_number(const stage& s, unsigned lane);
    void report_row(value row, value place);
    void emit_threads(const stage& s);
    void for_threads(const stage& s, const body_function& body);
    value vectors_of_rows(const stage& s);
    void one_by_one(value from, value count, const std::function<void()>& body);
    void sweep_alone(const stage& s, const sweep& part);
    void emit_units(const stage& s, int index);
    values along_run(std::size_t run, const sweep& part, value from, value to);
    value units_of_row(const stage& s);
    unit_range place_unit(const stage& s, value unit);
    value partials_of(const stage& s, int index, std::size_t fold, value row);
    void store_partials(const stage& s, int index, value unit, const values& folds);
    void emit_merge(const stage& s);
    void emit_blocks(const stage& s, int index);
    void emit_combine(const stage& s);
    value global_pointer(value given) override { return simt_->global(given); }

    // ---- emit_simt_teams.cpp
    value mask_of(value count);
    int members_of_team() const { return virtual_lanes / static_cast<int>(lanes_); }
    int teams_of_block() const { return gpu_block_threads / members_of_team(); }
    place_in_block place_of(value teams);
    void for_items(const body_function& body);
    void emit_teams(const stage& s);
    void store_once(const std::vector<store>& stores);
    void emit_sweep(const stage& s, const sweep& part, const std::vector<fold_memory>& memory);
    values sweep_unit(const stage& s, const sweep& part, value unit, value is_mine);
    int vectors_together(const sweep& part) const;
    values at_vectors(const sweep& part, value first, const values& before, int count);
    values along_lanes(const sweep& part, value from, value to);
    void emit_units_by_teams(const stage& s, int index);

    // ---- emit_simt_fold.cpp
    value of_nothing(op code, llvm::Type* type);
    values identities(const sweep& part);
    values accumulated(const sweep& part, const values& before);
    value over_team(op code, value v);
    values fold_tree(std::size_t run, const sweep& part, value from, value to);
    fold_memory reserve_fold();
    value shared_place(int start, value index);
    value slot_place(const fold_memory& m, value slot);
    void merge(const sweep& part, const std::vector<fold_memory>& memory, const values& folded, value is_mine,
               value first_unit, value units);
    void push(op code, const fold_memory& m, value unit, value partial);
    values totals(const sweep& part, const std::vector<fold_memory>& memory, value units, const values& none);
    value total(op code, value units, const std::function<value(value)>& slot_value);
    void fold_pairs(op code, value partials, value count, int threads);
    void fold_group(op code, value partials, value first, value distance);
    void fold_part_of_group(op code, value partials, value first, value count, value distance);
    value fold_of_pairs(op code, value partials, value count);

    graph_view source_;
    std::string name_;
    std::unique_ptr<simt_machine> simt_;
    simt_parameters given_;
    value thread_ = nullptr, block_ = nullptr, blocks_ = nullptr;
    place_in_block here_;
    value is_active_ = nullptr;  ///< whether this thread's item exists
    int shared_bytes_ = 0;       ///< of the stage so far
};

}  // namespace gradus
