// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cutting a legalised graph into stages.
//
// A reduction's group is (axes of its result, axes that it removes). Its level is one more than that of
// the reductions it needs, except that within one group with rows it may follow them in a later sweep
// of the same row. A stage is a group at a level. Outputs join a stage that walks their axes, so that
// values and gradients leave in the sweep that computes them; only what fits nowhere gets a stage of
// its own. A group whose result some output on the same axes needs late is moved to that later level,
// so that its inputs are not swept twice, unless what the output waits for is made of that very result:
// then it is kept, and the output has a stage of its own.
//
// A value of the row is stored as soon as the folds it needs are known, before the sweeps to come, which may
// write an output where the row's elements are.
//
// A check has the level after the reductions it needs, and runs before the other stages of its level. No
// output is stored at a level before that of the last check.
#include "plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "legalise.hpp"

namespace gradus {
namespace {

struct group {
    axis_set rows = 0;
    axis_set inner = 0;
    friend auto operator<=>(const group&, const group&) = default;
    axis_set all() const { return rows | inner; }
};

/// A reduction that a value needs, and whether it is read at other positions than the value's own.
struct need {
    node_id fold = no_node;
    bool gathered = false;
    friend bool operator==(const need&, const need&) = default;
};
using needs = std::vector<need>;

bool is_fold(const node& n) { return about(n.code).shape == form::reduction; }

class planner {
public:
    planner(graph_view g, const layout& arrangement) {
        legalised made = legalise(g, arrangement);
        plan_.body = std::move(made.body);
        plan_.arrangement = arrangement;
        plan_.arithmetic = arithmetic_of(plan_.body);
        plan_.precisions = precisions_of(plan_.body, plan_.arithmetic);
        sources_ = std::move(made.sources);
    }

    plan run() {
        collect_needs();
        assign_levels();
        place_outputs();
        add_stages();
        for (std::size_t s = 0; s < plan_.stages.size(); ++s) plan_.stages[s].shape.cost = element_cost(plan_, s);
        return std::move(plan_);
    }

private:
    /// Stages in the order in which they run: by level, at one level in any fixed order.
    struct stage_key {
        int level = 0;
        group walks;
        friend auto operator<=>(const stage_key&, const stage_key&) = default;
    };
    struct contents {
        std::vector<node_id> folds;
        std::vector<int> outputs;
    };

    const node& at(node_id id) const { return plan_.body.nodes[id]; }
    group group_of(node_id fold) const { return {at(fold).axes, at(fold).over}; }

    // ---- what needs what

    static void merge(needs& into, const needs& from, bool gathered) {
        for (need n : from) {
            n.gathered |= gathered;
            if (std::find(into.begin(), into.end(), n) == into.end()) into.push_back(n);
        }
    }
    /// needs_[id]: the reductions that the value of a node is computed from directly.
    void collect_needs() {
        needs_.resize(plan_.body.nodes.size());
        for (node_id id = 0; id < needs_.size(); ++id) {
            const node& n = at(id);
            needs below;
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i)
                merge(below, needs_of_operand(n.args[i]), n.code == op::at && i == 0);
            needs_[id] = below;
            if (is_fold(n)) add_reduction(id);
        }
    }
    void add_reduction(node_id fold) {
        folds_.push_back(fold);
        std::set<node_id>& all = made_of_[fold];
        all.insert(fold);
        for (const need& n : needs_[fold]) all.insert(made_of_[n.fold].begin(), made_of_[n.fold].end());
    }
    needs needs_of_operand(node_id id) const { return is_fold(at(id)) ? needs{{id, false}} : needs_[id]; }

    // ---- levels

    bool same_row(const need& n, const group& g) const { return !n.gathered && g.rows != 0 && group_of(n.fold) == g; }
    int level_after(const needs& all, const group& g) const {
        int level = 0;
        for (const need& n : all) level = std::max(level, level_.at(n.fold) + (same_row(n, g) ? 0 : 1));
        return level;
    }
    void assign_levels() {
        for (const node_id fold : folds_) wanted_[fold] = 0;
        constexpr int attempts = 16;  // every attempt moves a group to a later level; graphs need two or three
        for (int i = 0; i < attempts; ++i) {
            for (const node_id fold : folds_)
                level_[fold] = std::max(wanted_[fold], level_after(needs_[fold], group_of(fold)));
            if (!delay_groups()) return;
        }
    }
    /// Moves a group to the level at which an output on its axes can be stored; false if none had to.
    bool delay_groups() {
        bool moved = false;
        const int last_check = last_check_level();
        for (const output& out : plan_.body.outputs) {
            const needs all = needs_of_operand(out.value);
            for (const need& n : all) {
                const group g = group_of(n.fold);
                if (n.gathered || g.rows == 0 || g.all() != out.axes.set() || needed_early(all, g)) continue;
                if (needed_by_check(n.fold)) continue;
                const int wanted = std::max(level_after(all, g), last_check);
                if (level_.at(n.fold) < wanted) moved |= delay(n.fold, wanted);
            }
        }
        return moved;
    }
    /// Whether something that is needed besides the folds of a row is itself computed from one of them.
    bool needed_early(const needs& all, const group& g) const {
        for (const need& other : all)
            for (const need& n : all)
                if (!same_row(other, g) && same_row(n, g) && made_of_.at(other.fold).contains(n.fold)) return true;
        return false;
    }
    /// Whether a check is computed from a fold, or from one of its row that moves with it.
    bool needed_by_check(node_id fold) const {
        for (const requirement& r : plan_.body.requirements)
            for (const need& n : needs_of_operand(r.condition))
                for (const node_id part : made_of_.at(fold))
                    if (group_of(part) == group_of(fold) && made_of_.at(n.fold).contains(part)) return true;
        return false;
    }
    bool delay(node_id fold, int level) {
        if (wanted_[fold] >= level) return false;
        wanted_[fold] = level;
        for (const need& n : needs_[fold])
            if (same_row(n, group_of(fold))) delay(n.fold, level);
        return true;
    }

    // ---- checks

    int check_level(const requirement& r) const {
        return level_after(needs_of_operand(r.condition), {at(r.condition).axes, 0});
    }
    /// The level from which outputs may be stored.
    int last_check_level() const {
        int level = 0;
        for (const requirement& r : plan_.body.requirements) level = std::max(level, check_level(r));
        return level;
    }
    void add_check(int i) {
        const requirement& r = plan_.body.requirements[static_cast<std::size_t>(i)];
        stage made;
        made.tested = i;
        made.shape.form = stage_form::check;
        made.shape.rows = at(r.condition).axes;
        made.shape.requirement = sources_[static_cast<std::size_t>(i)];
        made.shape.lane = lane_of(made);
        plan_.stages.push_back(made);
    }

    // ---- outputs

    void place_outputs() {
        first_level_ = last_check_level();

        for (const node_id fold : folds_) stages_[{level_[fold], group_of(fold)}].folds.push_back(fold);
        for (int i = 0; i < static_cast<int>(plan_.body.outputs.size()); ++i) stages_[home_of(i)].outputs.push_back(i);
    }
    bool can_store(const stage_key& key, axis_set axes, const needs& all) const {
        if (key.level < first_level_) return false;
        if (key.walks.inner != 0 && axes != key.walks.all() && (axes != key.walks.rows || key.walks.rows == 0))
            return false;
        if (key.walks.inner == 0 && axes != key.walks.rows) return false;
        for (const need& n : all) {
            const bool here = same_row(n, key.walks) && level_.at(n.fold) == key.level;
            if (!here && level_.at(n.fold) >= key.level) return false;
        }
        return true;
    }
    /// The stage that computes a fold's operand once a row, from results of its own rows. It keeps the operand.
    std::optional<stage_key> operand_maker(node_id fold) const {
        const node_id operand = at(fold).args[0];
        const needs& all = needs_[fold];
        if (is_fold(at(operand)) || at(operand).type != kind::real || all.empty()) return std::nullopt;
        stage_key maker{0, group_of(all.front().fold)};
        if (maker.walks.rows != at(operand).axes) return std::nullopt;
        for (const need& n : all) {
            if (!same_row(n, maker.walks)) return std::nullopt;
            maker.level = std::max(maker.level, level_.at(n.fold));
        }
        return maker;
    }
    stage_key home_of(int i) const {
        const output& out = plan_.body.outputs[static_cast<std::size_t>(i)];
        const axis_set axes = out.axes.set();
        const needs all = needs_of_operand(out.value);
        for (const auto& [key, members] : stages_)
            if (can_store(key, axes, all)) return key;
        return {std::max(level_after(all, {axes, 0}), first_level_), {axes, 0}};
    }

    // ---- stages

    /// Checks before the other stages of their level, in the order of the formula.
    void add_stages() {
        std::vector<std::pair<int, int>> checks;
        for (int i = 0; i < static_cast<int>(plan_.body.requirements.size()); ++i)
            checks.emplace_back(check_level(plan_.body.requirements[static_cast<std::size_t>(i)]), i);
        std::sort(checks.begin(), checks.end());
        auto next = checks.begin();
        for (const auto& [key, members] : stages_) {
            for (; next != checks.end() && next->first <= key.level; ++next) add_check(next->second);
            add_stage(key, members);
        }
    }

    void add_stage(const stage_key& key, const contents& members) {
        stage made;
        made.shape.rows = key.walks.rows;
        made.shape.inner = key.walks.inner;
        const bool blocks = key.walks.rows == 0 && key.walks.inner != 0;
        made.shape.form = blocks ? stage_form::blocks : stage_form::rows;
        for (const node_id fold : members.folds) add_fold(made, sweep_of(fold, key), fold);
        for (const int i : members.outputs) add_output(made, i, key);
        made.shape.lane = lane_of(made);
        made.shape.chunk = key.walks.inner == 0 ? block_size : 512;
        if (!blocks) made.shape.across = axis_across(made);
        if (blocks) made.sweeps.resize(std::max<std::size_t>(made.sweeps.size(), 1));
        keep_needed(made, key);
        if (made.shape.form == stage_form::rows) {
            park(made);
            made.first = row_reads(made);
            made.shared = shared_by_sweeps(made);
        }
        if (blocks && !members.folds.empty()) return add_blocks(std::move(made), members);
        if (made.shape.across >= 0) plan_.stages.push_back(across_rows(made));
        plan_.stages.push_back(std::move(made));
    }
    /// The axis of the rows along which lanes could run instead of along the rows, -1 if they do not run along them.
    static int axis_across(const stage& s) {
        const bool along = s.shape.lane >= 0 && s.shape.inner == axis_set{1} << s.shape.lane;
        return along && s.shape.rows != 0 ? max_axes - 1 - std::countl_zero(s.shape.rows) : -1;
    }
    /// The same stage for short rows. It parks nothing: it holds what its sweeps share.
    static stage across_rows(const stage& along) {
        stage made = along;
        made.shape.lane = along.shape.across;
        for (sweep& part : made.sweeps) std::erase_if(part.stores, [](const store& to) { return to.parked; });
        return made;
    }
    /// The sweep of a row that can compute a fold, or store a value: after those of what it needs.
    std::size_t sweep_after(const needs& all, const stage_key& key) const {
        std::size_t after = 0;
        for (const need& n : all)
            if (same_row(n, key.walks) && level_.at(n.fold) == key.level)
                after = std::max(after, sweep_of(n.fold, key) + 1);
        return after;
    }
    std::size_t sweep_of(node_id fold, const stage_key& key) const { return sweep_after(needs_[fold], key); }

    static sweep& sweep_at(stage& s, std::size_t i) {
        if (s.sweeps.size() <= i) s.sweeps.resize(i + 1);
        return s.sweeps[i];
    }
    static void add_fold(stage& s, std::size_t i, node_id fold) { sweep_at(s, i).folds.push_back(fold); }
    void add_output(stage& s, int i, const stage_key& key) {
        const output& out = plan_.body.outputs[static_cast<std::size_t>(i)];
        const store to{out.value, i, -1, false};
        const std::size_t after = sweep_after(needs_of_operand(out.value), key);
        if (key.walks.inner != 0 && out.axes.set() == key.walks.all())
            sweep_at(s, after).stores.push_back(to);
        else
            add_row_store(s, after, to);
    }
    /// Stores a value of the row after so many of its sweeps.
    static void add_row_store(stage& s, std::size_t sweeps, const store& to) {
        (sweeps == 0 ? s.row_stores : sweep_at(s, sweeps - 1).row_stores).push_back(to);
    }

    /// Gives every value that this stage computes and another one reads a temporary.
    void keep_needed(stage& s, const stage_key& key) {
        for (std::size_t i = 0; i < s.sweeps.size(); ++i)
            for (const node_id fold : s.sweeps[i].folds)
                if (key.walks.rows == 0 || read_elsewhere(fold, key)) keep(s, i + 1, fold);
        for (const node_id fold : folds_)
            if (const node_id operand = at(fold).args[0]; operand_maker(fold) == key && !is_kept(operand))
                keep(s, sweep_after(needs_[fold], key), operand);
    }
    void keep(stage& s, std::size_t sweeps, node_id value) {
        const int place = add_temporary({at(value).axes, -1, size_of(plan_.type_of(value)), 1});
        // Of a pair of stages the second counts: neither reads what it keeps.
        plan_.kept_values.push_back({value, place, plan_.stages.size() + (s.shape.across >= 0 ? 1 : 0)});
        if (s.shape.form == stage_form::rows) add_row_store(s, sweeps, {value, -1, place, false});
    }
    bool is_kept(node_id value) const {
        return std::any_of(plan_.kept_values.begin(), plan_.kept_values.end(),
                           [&](const kept& k) { return k.value == value; });
    }
    int add_temporary(temporary t) {
        plan_.temporaries.push_back(t);
        return static_cast<int>(plan_.temporaries.size()) - 1;
    }
    bool reads_from_outside(const stage_key& reader, const needs& all, node_id fold, const stage_key& maker) const {
        for (const need& n : all)
            if (n.fold == fold && (n.gathered || reader != maker)) return true;
        return false;
    }
    bool read_elsewhere(node_id fold, const stage_key& maker) const {
        for (const auto& [key, members] : stages_) {
            for (const node_id other : members.folds)
                if (reads_from_outside(operand_maker(other).value_or(key), needs_[other], fold, maker)) return true;
            for (const int i : members.outputs)
                if (reads_from_outside(key, needs_of_operand(plan_.body.outputs[static_cast<std::size_t>(i)].value),
                                       fold, maker))
                    return true;
        }
        for (const requirement& r : plan_.body.requirements)
            for (const need& n : needs_of_operand(r.condition))
                if (n.fold == fold) return true;
        return false;
    }

    // ---- what two sweeps need

    /// What a sweep computes from directly, apart from stores that are made once a row.
    std::vector<node_id> roots_of(const sweep& part) const {
        std::vector<node_id> roots;
        for (const node_id fold : part.folds) roots.push_back(at(fold).args[0]);
        for (const store& to : part.stores) roots.push_back(to.value);
        return roots;
    }
    /// Visits the nodes that the present stage computes for these values, until visit says not to go on below one.
    template <class Visit>
    void walk(std::vector<node_id> open, Visit visit) const {
        std::vector<std::uint8_t> seen(plan_.body.nodes.size(), 0);
        while (!open.empty()) {
            const node_id id = open.back();
            open.pop_back();
            if (seen[id] != 0 || is_fold(at(id)) || plan_.kept_before(id, plan_.stages.size())) continue;
            seen[id] = 1;
            if (!visit(id)) continue;
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(at(id))); ++i) open.push_back(at(id).args[i]);
        }
    }
    /// Whether an output's place can hold a value of a sweep, and is reached as fast as it is.
    bool can_hold(const stage& s, int out, node_id value) const {
        const output& place = plan_.body.outputs[static_cast<std::size_t>(out)];
        return at(value).type == kind::real && at(value).axes == place.axes.set() &&
               plan_.type_of(value) == place.type && s.shape.lane >= 0 &&
               plan_.arrangement.unit[plan_.body.inputs.size() + static_cast<std::size_t>(out)] == s.shape.lane;
    }
    std::vector<std::uint8_t> reached_by(const sweep& part) const {
        std::vector<std::uint8_t> reached(plan_.body.nodes.size(), 0);
        walk(roots_of(part), [&](node_id id) { return reached[id] = 1, true; });
        return reached;
    }
    /// The last made costly value that a sweep shares with a later one, and can leave in an output of that.
    node_id shared_value(const stage& s, const sweep& early, const sweep& late, int out) const {
        const std::vector<std::uint8_t> in_early = reached_by(early), in_late = reached_by(late);
        for (auto id = static_cast<node_id>(in_late.size()); id-- > 0;)
            if (in_early[id] != 0 && in_late[id] != 0 && is_costly(at(id).code) && can_hold(s, out, id)) return id;
        return no_node;
    }
    /// Costly values that more than one sweep needs, and loads that still are when those are at hand.
    std::vector<node_id> shared_by_sweeps(const stage& s) const {
        std::vector<int> users(plan_.body.nodes.size(), 0);
        const auto is_shared = [&](node_id id) {
            return users[id] > 1 && at(id).type == kind::real && (at(id).axes & s.shape.inner) != 0;
        };
        for (const sweep& part : s.sweeps) {
            const std::vector<std::uint8_t> reached = reached_by(part);
            for (node_id id = 0; id < reached.size(); ++id)
                if (is_costly(at(id).code)) users[id] += reached[id];
        }
        std::vector<std::uint8_t> at_hand(plan_.body.nodes.size(), 0);
        for (const sweep& part : s.sweeps) {
            std::vector<node_id> made;
            walk(roots_of(part), [&](node_id id) {
                if (at(id).code == op::input) ++users[id];
                if (is_costly(at(id).code)) made.push_back(id);
                return at_hand[id] == 0;
            });
            for (const node_id id : made)
                if (is_shared(id)) at_hand[id] = 1;
        }
        std::vector<node_id> shared;
        for (node_id id = 0; id < users.size(); ++id)
            if (is_shared(id)) shared.push_back(id);
        return shared;
    }
    /// Parks one value of the stage, as long as possible.
    void park(stage& s) const {
        for (std::size_t late = s.sweeps.size(); late-- > 1;)
            for (const store& to : s.sweeps[late].stores)
                for (std::size_t early = 0; early < late; ++early)
                    if (const node_id value = shared_value(s, s.sweeps[early], s.sweeps[late], to.output);
                        value != no_node)
                        return s.sweeps[early].stores.push_back({value, to.output, -1, true});
    }
    /// The reads of inputs at labels that do not vary along the inner axes, and need no fold of the stage.
    std::vector<node_id> row_reads(const stage& s) const {
        std::vector<node_id> roots, found;
        for (const sweep& part : s.sweeps) {
            const std::vector<node_id> more = roots_of(part);
            roots.insert(roots.end(), more.begin(), more.end());
            for (const store& to : part.row_stores) roots.push_back(to.value);
        }
        walk(roots, [&](node_id id) {
            const bool is_read = at(id).code == op::at && (at(id).axes & s.shape.inner) == 0 && reads_inputs_alone(id);
            if (is_read) found.push_back(id);
            return !is_read;
        });
        return found;
    }
    bool reads_inputs_alone(node_id read) const {
        bool alone = true;
        std::vector<node_id> open{read};
        while (!open.empty()) {
            const node_id id = open.back();
            open.pop_back();
            alone = alone && !is_fold(at(id));
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(at(id))); ++i) open.push_back(at(id).args[i]);
        }
        return alone;
    }

    /// A stage without rows leaves the partial results of its blocks, which a further stage folds.
    void add_blocks(stage made, const contents& members) {
        const int blocks = static_cast<int>(plan_.stages.size());
        plan_.stages.push_back(std::move(made));
        add_temporary({0, blocks, sizeof(double), members.folds.size()});
        stage last;
        last.shape.form = stage_form::combine;
        last.partials_of = blocks;
        plan_.stages.push_back(last);
    }

    // ---- the vectorised axis

    void collect_tensors(node_id id, std::vector<std::uint8_t>& seen, std::vector<std::size_t>& tensors) const {
        std::vector<node_id> open{id};
        while (!open.empty()) {
            const node_id next = open.back();
            open.pop_back();
            if (seen[next] != 0) continue;
            seen[next] = 1;
            const node& n = at(next);
            if (n.code == op::input) tensors.push_back(n.ref);
            if (is_fold(n) || plan_.kept_before(next, plan_.stages.size())) continue;  // its result is at hand
            for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
        }
    }
    /// The axis along which most of what the stage touches is contiguous; the innermost on a tie.
    int lane_of(const stage& s) const {
        std::vector<std::uint8_t> seen(plan_.body.nodes.size(), 0);
        std::vector<std::size_t> tensors;
        const auto add_stores = [&](const std::vector<store>& stores) {
            for (const store& to : stores) {
                collect_tensors(to.value, seen, tensors);
                if (to.output >= 0) tensors.push_back(plan_.body.inputs.size() + static_cast<std::size_t>(to.output));
            }
        };
        add_stores(s.row_stores);
        for (const sweep& part : s.sweeps) {
            for (const node_id fold : part.folds) collect_tensors(at(fold).args[0], seen, tensors);
            add_stores(part.stores);
            add_stores(part.row_stores);
        }
        if (s.tested >= 0)
            collect_tensors(plan_.body.requirements[static_cast<std::size_t>(s.tested)].condition, seen, tensors);
        return heaviest_axis(s, tensors);
    }
    int heaviest_axis(const stage& s, const std::vector<std::size_t>& tensors) const {
        std::array<int, max_axes> weight{};
        const std::size_t inputs = plan_.body.inputs.size();
        for (const std::size_t t : tensors) {
            const int unit = plan_.arrangement.unit[t];
            const int rank = t < inputs ? plan_.body.inputs[t].axes.rank : plan_.body.outputs[t - inputs].axes.rank;
            if (unit >= 0) weight[static_cast<std::size_t>(unit)] += rank;
        }
        // Blocks are cut along an axis of the sweep.
        const axis_set among = s.shape.form == stage_form::blocks ? s.shape.inner : s.shape.rows | s.shape.inner;
        int best = -1;
        for_each_axis(among, [&](int axis) {
            if (best < 0 || weight[static_cast<std::size_t>(axis)] >= weight[static_cast<std::size_t>(best)])
                best = axis;
        });
        return best;
    }

    plan plan_;
    std::vector<int> sources_;  ///< see legalised
    int first_level_ = 0;       ///< from which outputs may be stored
    std::vector<needs> needs_;
    std::vector<node_id> folds_;
    std::map<node_id, std::set<node_id>> made_of_;  ///< a reduction and all that it is computed from
    std::map<node_id, int> level_, wanted_;
    std::map<stage_key, contents> stages_;
};

}  // namespace

plan make_plan(graph_view g, const layout& arrangement) { return planner(g, arrangement).run(); }

}  // namespace gradus
