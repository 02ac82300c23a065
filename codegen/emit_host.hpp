// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of the host. emit.cpp has stages, emit_lanes.cpp loops over lanes, emit_fold.cpp reductions, emit_run.cpp and
// emit_extremum.cpp what they do along a run, emit_at_label.cpp stores that differ at a label.
#pragma once

#include <vector>

#include "emit_node.hpp"

namespace gradus {

class kernel_emitter : node_emitter {
public:
    kernel_emitter(const plan& p, const target& machine, llvm::Module& module, std::string_view name);
    void run();

private:
    /// A reduction under way.
    struct fold_state {
        node_id fold = no_node;
        llvm::Type* wide = nullptr;    ///< float64, of all lanes in a vertical fold: what follows holds such values
        values carried = {};           ///< what the loop along a run being emitted has in registers
        value accumulators = nullptr;  ///< 64 elements, or 64 vectors in a vertical fold
        value partials = nullptr;      ///< binary counter: slot k holds the fold of 2^k blocks
        value count = nullptr;         ///< blocks pushed so far
        value several = nullptr;       ///< whether the run has more than one block; null if there are several runs
        value single = nullptr;        ///< where it has not: the fold of its block
    };

    /// How the body of a loop over lanes stands in the code.
    enum class body_form {
        whole_and_rest,  ///< once for whole vectors, once under a mask for those that are left
        pairs,           ///< for two vectors, their instructions in turns, and once under a mask for those that are left
        masked_pairs,    ///< for two vectors, always under masks
        masked           ///< once, always under a mask
    };
    using lanes_function = std::function<values(const values&)>;

    /// A store of a run that differs at one position alone: where(label == index, exceptional, rest), with a label and
    /// an exceptional value of the row.
    struct exception_at_label {
        store to;
        node_id label = no_node, exceptional = no_node, rest = no_node;
    };

    // ---- emit.cpp: stages
    void prepare_function();
    value emit_stage(int index);
    value emit_check(const stage& s);
    void test_lanes(const stage& s, value first);
    void emit_rows(const stage& s);
    void emit_blocks(const stage& s, int index);
    void emit_combine(const stage& s);
    void emit_row(const stage& s);
    void emit_sweeps(const stage& s);
    std::size_t longest_sweep(const stage& s);
    value prefetch_distance(const memory& from) override;
    void emit_short_runs(const stage& s);
    void emit_short_sweep(const stage& s, const sweep& part);
    void hold(node_id id, held_value& held, value position);
    void for_rows(const stage& s, const std::function<void()>& row);
    void emit_sweep(const stage& s, const sweep& part);
    value local(llvm::Type* type, std::uint64_t count, const char* name);

    // ---- emit_lanes.cpp: loops over lanes
    void at_lanes(value from, value to, body_form form, const std::function<void()>& body);
    void at_masked_lanes(value from, value to, const std::function<void()>& body);
    values at_lanes_with(value from, value to, body_form form, const values& start, const lanes_function& body);
    values at_masked_lanes_with(value from, value to, const values& start, const lanes_function& body);
    values at_pairs_with(value from, value to, const values& start, const lanes_function& body);
    values at_masked_pairs_with(value from, value to, const values& start, const lanes_function& body);
    values emit_pair(value first, const values& before, const lanes_function& body_of_first,
                     const lanes_function& body_of_second);
    values under_mask(value mask, const values& before, const lanes_function& body);
    value whole_steps(value from, value to, std::int64_t step);
    value mask_of(value count);
    body_form form_of(std::vector<node_id> values) const;
    body_form form_of(const sweep& part) const;
    body_form form_of(const stage& s) const;

    // ---- emit_fold.cpp: reductions
    std::vector<fold_state> open_folds(const stage& s, const sweep& part, bool with_counter);
    void start_block(const fold_state& f, bool is_vertical, value used);
    void accumulate(const fold_state& f, bool is_vertical, value position);
    llvm::Constant* start_of_lanes(const fold_state& f);
    value with_term(const fold_state& f, value before, bool is_vertical);
    value operand_of(const fold_state& f, bool is_vertical);
    value finish_block(const fold_state& f, bool is_vertical, value used);
    value over_lanes(op code, value v);
    value rotated(value v, unsigned count);
    void add_block(const fold_state& f, value partial);
    void push(const fold_state& f, value partial);
    value finish_row(const fold_state& f);
    value total_of_blocks(const fold_state& f);

    // ---- emit_run.cpp: the runs of a sweep
    void emit_run(const sweep& part, std::vector<fold_state>& folds, const std::vector<store>& stores, value first,
                  value last);
    void emit_vertical_run(const stage& s, std::vector<fold_state>& folds, value first, value last,
                           const std::function<void(const fold_state&, value)>& term,
                           const std::function<void(value)>& after_folds);
    values start_across_lanes(const fold_state& f);
    bool goes_by_chunks(const sweep& part) const;
    value emit_chunks(std::vector<fold_state>& folds, const std::vector<store>& stores, value first, value last);
    void emit_chunk(std::vector<fold_state>& folds, const std::vector<store>& stores, value first);
    static values carried_of(const std::vector<fold_state>& folds);
    static void carry(std::vector<fold_state>& folds, const values& all);

    // ---- emit_extremum.cpp: the largest or smallest element
    bool is_extremum(const fold_state& f) const;
    value as_flags(value mask, llvm::Type* numbers);
    values start_of_extremum(const fold_state& f);
    value farther(op code, value a, value b);
    values with_elements(const fold_state& f, values elements);
    value finish_extremum(const fold_state& f);
    value finish_extremum_of_lanes(const fold_state& f);
    value told(value best, value is_number, value is_negative);

    // ---- emit_at_label.cpp
    std::vector<exception_at_label> exceptions_of(const stage& s, const sweep& part);
    static std::vector<store> unparked(std::vector<store> stores);
    static std::vector<store> without(const std::vector<exception_at_label>& exceptions, std::vector<store> stores);
    void store_at_label(const exception_at_label& e);

    value begin_ = nullptr, end_ = nullptr;
    std::size_t prefetching_sweep_ = 0;  ///< of the stage being emitted
};

}  // namespace gradus
