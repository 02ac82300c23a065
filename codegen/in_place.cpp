// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An output may take the place of an input if no element of the input is read after that element of the output was
// written. Stages follow each other, so what earlier ones read does not matter. In the stage that writes the output,
// rows (or blocks) run in any order: each may read the elements that it writes itself, until it writes them. A sweep
// reads the elements at its own position before it writes there, and what does not vary along it (such as a read at a
// label of the row) before it starts.
#include <algorithm>
#include <map>

#include "plan.hpp"

namespace gradus {
namespace {

/// A time within a row: 2k before sweep k, 2k + 1 during it, 2k + 2 after it.
using moment = int;
constexpr moment never = -1;

/// How one stage reads an input.
struct reading {
    moment last = never;
    bool of_others = false;  ///< elements that another row or block may write
};

class stage_readings {
public:
    stage_readings(const plan& p, std::size_t k) : p_(p), stage_(k), inputs_(p.body.inputs.size()) {
        const stage& s = shown();
        moment now = 0;
        for (const node_id read_first : s.first) read(read_first, now);
        read_all(s.row_stores, now);
        for (const sweep& part : s.sweeps) {
            for (const node_id fold : part.folds) read(p.body.nodes[fold].args[0], now + 1);
            read_all(part.stores, now + 1);
            now += 2;
            read_all(part.row_stores, now);
        }
    }
    const reading& operator[](std::size_t input) const { return inputs_[input]; }

private:
    const stage& shown() const { return p_.stages[stage_]; }
    void read_all(const std::vector<store>& stores, moment now) {
        for (const store& to : stores) read(to.value, now);
    }
    void read(node_id root, moment now) {
        std::vector<std::uint8_t> seen(p_.body.nodes.size(), 0);
        std::vector<node_id> open{root};
        while (!open.empty()) {
            const node_id id = open.back();
            open.pop_back();
            if (seen[id] != 0) continue;
            seen[id] = 1;
            const node& n = p_.body.nodes[id];
            if (about(n.code).shape == form::reduction || is_at_hand(id, now)) continue;
            if (n.code == op::input || n.code == op::uniform) note(n.ref, {now, n.code == op::uniform});
            if (n.code == op::at) {
                read_at_label(n, now);
                open.push_back(n.args[1]);
                if (p_.body.nodes[n.args[0]].code != op::at) continue;
            }
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
        }
    }
    bool is_at_hand(node_id id, moment now) const {
        const std::vector<node_id>& first = shown().first;
        const bool read_first = now > 0 && std::find(first.begin(), first.end(), id) != first.end();
        const auto sweeps_before = static_cast<std::size_t>(now / 2);
        return read_first || p_.kept_before(id, stage_) || p_.parked_before(id, stage_, sweeps_before) >= 0;
    }
    /// Notes what the tensor under `at`, or under a chain of them, is read for by this label.
    void read_at_label(const node& n, moment now) {
        const bool own = shown().shape.form == stage_form::rows && (n.over & ~shown().shape.inner) == 0;
        const bool varies = (n.axes & shown().shape.inner) != 0;
        node_id from = n.args[0];
        while (p_.body.nodes[from].code == op::at) from = p_.body.nodes[from].args[0];
        const node& tensor = p_.body.nodes[from];
        if (tensor.code == op::input) note(tensor.ref, {varies ? now + 1 : now - now % 2, !own});
    }
    void note(std::size_t input, reading more) {
        reading& r = inputs_[input];
        r.last = std::max(r.last, more.last);
        r.of_others |= more.of_others;
    }

    const plan& p_;
    std::size_t stage_;
    std::vector<reading> inputs_;
};

class pair_finder {
public:
    explicit pair_finder(const plan& p) : p_(p) {
        for (std::size_t k = 0; k < p.stages.size(); ++k) readings_.emplace_back(p, k);
    }
    std::vector<in_place_pair> run() {
        for (std::size_t k = 0; k < p_.stages.size(); ++k) collect_writes(k);
        for (const auto& [output, writes] : first_writes_)
            for (std::size_t i = 0; i < p_.body.inputs.size(); ++i)
                if (same_axes(i, output) &&
                    std::all_of(writes.begin(), writes.end(), [&](const write& w) { return read_before(i, w); }))
                    pairs_.push_back({static_cast<int>(i), output});
        return pairs_;
    }

private:
    /// When a stage first stores something in an output's place: the output, or what is parked there.
    struct write {
        std::size_t stage = 0;
        moment when = never;
    };
    void collect_writes(std::size_t k) {
        moment now = 0;
        add(k, p_.stages[k].row_stores, now);
        for (const sweep& part : p_.stages[k].sweeps) {
            add(k, part.stores, now + 1);
            now += 2;
            add(k, part.row_stores, now);
        }
    }
    void add(std::size_t k, const std::vector<store>& stores, moment now) {
        for (const store& to : stores) {
            if (to.output < 0) continue;
            std::vector<write>& writes = first_writes_[to.output];
            if (writes.empty() || writes.back().stage != k) writes.push_back({k, now});
        }
    }
    bool same_axes(std::size_t input, int output) const {
        return p_.body.inputs[input].axes.set() == p_.body.outputs[static_cast<std::size_t>(output)].axes.set();
    }
    bool read_before(std::size_t input, const write& w) const {
        const reading& here = readings_[w.stage][input];
        if (here.last > w.when || here.of_others) return false;
        const std::size_t rest = w.stage + (is_for_short_rows(p_.stages[w.stage].shape) ? 2 : 1);
        for (std::size_t later = rest; later < readings_.size(); ++later)
            if (readings_[later][input].last != never) return false;
        return true;
    }

    const plan& p_;
    std::vector<stage_readings> readings_;
    std::map<int, std::vector<write>> first_writes_;  ///< by output; of a pair of stages both
    std::vector<in_place_pair> pairs_;
};

}  // namespace

std::vector<in_place_pair> in_place_pairs(const plan& p) { return pair_finder(p).run(); }

}  // namespace gradus
