// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the plan of the host to that of GPUs.
//
// Nothing is parked: reading and computing again costs less memory traffic. Rows with folds get a second way, for calls
// with too few rows to fill a GPU. Instead of one stage for whole rows:
//
//     before    row_stores, and the reads at labels of the row, which are kept
//     units     for each sweep: of each unit of each row the stores, and the folds as partials
//     merge     after it for each row: the folds of the units, which are kept, and row_stores
//
// Which of the two ways a call takes, item_count() decides by the extents.
#include <algorithm>
#include <bit>

#include <gradus/gpu_grid.hpp>

#include "emit.hpp"

namespace gradus {
namespace {

bool has_folds(const stage& s) {
    return std::any_of(s.sweeps.begin(), s.sweeps.end(), [](const sweep& part) { return !part.folds.empty(); });
}

class second_ways {
public:
    explicit second_ways(plan p) : from_(std::move(p)), to_(from_) {
        to_.stages.clear();
        to_.kept_values.clear();
    }

    plan run() {
        for (const stage& old : from_.stages) {
            stage s = old;
            if (s.partials_of >= 0) s.partials_of = new_number(s.partials_of);
            if (s.shape.form == stage_form::rows && s.shape.inner != 0) s.shape.units = units_of(s.shape);
            const bool has_two = s.shape.units.swept != 0 && has_folds(s) && !is_for_short_rows(s.shape);
            if (has_two) s.shape.units.way = row_way::whole;
            to_.stages.push_back(s);
            if (has_two) add_second_way(s);
            last_.push_back(to_.stages.size() - 1);
        }
        for (std::size_t t = 0; t < from_.temporaries.size(); ++t)
            if (int& maker = to_.temporaries[t].blocks_of; maker >= 0) maker = new_number(maker);
        for (kept k : from_.kept_values) {
            k.stage = last_[k.stage];
            to_.kept_values.push_back(k);
        }
        return std::move(to_);
    }

private:
    int new_number(int old) const { return static_cast<int>(last_[static_cast<std::size_t>(old)]); }

    static row_units units_of(const stage_shape& s) {
        const bool along_run = sweeps_along_lanes(s);
        return {s.inner, along_run ? s.lane : max_axes - 1 - std::countl_zero(s.inner), along_run, row_way::only};
    }

    void add_second_way(const stage& whole) {
        const std::size_t first_kept = to_.kept_values.size();
        stage like;
        like.shape = whole.shape;
        like.shape.across = -1;
        like.shape.units.way = row_way::by_units;
        add_before(like, whole);
        for (const sweep& part : whole.sweeps) {
            stage units = like;
            units.shape.form = stage_form::units;
            units.sweeps.push_back({part.folds, part.stores, {}});
            to_.stages.push_back(units);
            if (!part.folds.empty() || !part.row_stores.empty()) add_merge(like, part);
        }
        for (std::size_t k = first_kept; k < to_.kept_values.size(); ++k) to_.kept_values[k].end = to_.stages.size();
    }
    void add_before(stage before, const stage& whole) {
        if (whole.first.empty() && whole.row_stores.empty()) return;
        before.shape.inner = 0;
        if (!lanes_are_rows(before.shape)) before.shape.lane = -1;
        before.row_stores = whole.row_stores;
        for (const node_id read : whole.first) keep(read, before.row_stores);
        add_keeping(before, before.row_stores);
    }
    /// After the stage of the sweep's units.
    void add_merge(stage merge, const sweep& part) {
        const int units = static_cast<int>(to_.stages.size()) - 1;
        merge.shape.form = stage_form::merge;
        merge.shape.lane = -1;
        merge.partials_of = units;
        sweep after{part.folds, {}, part.row_stores};
        for (const node_id fold : part.folds) keep(fold, after.row_stores);
        if (!part.folds.empty()) to_.temporaries.push_back({0, units, sizeof(double), part.folds.size()});
        merge.sweeps.push_back(after);
        add_keeping(merge, after.row_stores);
    }
    /// Stores a value in a temporary, unless that is done already.
    void keep(node_id value, std::vector<store>& stores) {
        for (const store& to : stores)
            if (to.value == value && to.temporary >= 0) return;
        const node& n = from_.body.nodes[value];
        const std::size_t size = n.type == kind::real ? size_of(from_.type_of(value)) : sizeof(double);
        to_.temporaries.push_back({n.axes, -1, size, 1});
        stores.push_back({value, -1, static_cast<int>(to_.temporaries.size()) - 1, false});
    }
    void add_keeping(const stage& s, const std::vector<store>& stores) {
        for (const store& to : stores)
            if (to.temporary >= 0) to_.kept_values.push_back({to.value, to.temporary, to_.stages.size()});
        to_.stages.push_back(s);
    }

    plan from_, to_;
    std::vector<std::size_t> last_;  ///< by old stage, the last new one of it
};

/// What 16 bytes hold of the narrowest real element type.
int lanes_of_16_bytes(const graph& body) {
    std::size_t narrowest = sizeof(double);
    for (const input& in : body.inputs)
        if (in.used && is_real(in.type)) narrowest = std::min(narrowest, size_of(in.type));
    for (const output& out : body.outputs) narrowest = std::min(narrowest, size_of(out.type));
    return static_cast<int>(16 / narrowest);
}

/// How many registers a lane takes, roughly: one for each costly function, and for each fold.
struct burden {
    int functions = 0;
    int folds = 0;
};
burden burden_of(const plan& p, std::size_t i) {
    const stage& s = p.stages[i];
    std::vector<node_id> of_row;
    for (const store& to : s.row_stores) of_row.push_back(to.value);
    burden most;
    if (s.shape.lane >= 0) most.functions = costly_functions(p, of_row, i, 0);
    for (const sweep& part : s.sweeps) {
        most.folds = std::max(most.folds, static_cast<int>(part.folds.size()));
        if (s.shape.lane >= 0) most.functions = std::max(most.functions, costly_functions(p, values_of(p, part), i, 0));
    }
    return most;
}

/// The lanes of a thread: of simple work what 16 bytes hold, else fewer, so that its registers suffice. A team has at
/// most the threads of a warp.
int lanes_of(const plan& p, std::size_t i, int of_16_bytes) {
    const stage& s = p.stages[i];
    constexpr int least_of_teams = 2, most_of_rows = 4;
    if (s.shape.form == stage_form::merge || s.shape.lane < 0 || is_for_short_rows(s.shape)) return 1;
    const burden b = burden_of(p, i);
    if (s.shape.inner == 0) return b.functions < 4 ? of_16_bytes : std::max(1, of_16_bytes / 2);
    if (lanes_are_rows(s.shape)) return b.functions + b.folds < 3 ? std::min(2, of_16_bytes) : 1;
    const int most = s.shape.form == stage_form::blocks ? of_16_bytes : std::min(of_16_bytes, most_of_rows);
    return std::max(least_of_teams, b.functions < 2 ? most : most / 2);
}

}  // namespace

plan simt_plan(plan p) {
    const int of_16_bytes = lanes_of_16_bytes(p.body);
    for (stage& s : p.stages)
        for (sweep& part : s.sweeps) std::erase_if(part.stores, [](const store& to) { return to.parked; });
    p = second_ways(std::move(p)).run();
    for (std::size_t i = 0; i < p.stages.size(); ++i) {
        stage& s = p.stages[i];
        s.shape.lanes = lanes_of(p, i, of_16_bytes);
        if (lanes_are_rows(s.shape)) s.shape.chunk = s.shape.lanes;
    }
    return p;
}

}  // namespace gradus
