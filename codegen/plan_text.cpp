// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A plan as pseudo-code: what runs, in which loops, what is read and written and how.
#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include <gradus/print.hpp>

#include "activations.hpp"
#include "plan.hpp"

namespace gradus {
namespace {

class plan_writer {
public:
    explicit plan_writer(const plan& p) : p_(p), g_(p.body) {}

    std::string run() {
        line("plan in {}", name_of(p_.arithmetic));
        for (stage_ = 0; stage_ < p_.stages.size(); ++stage_) stage_text(stage_);
        return out_;
    }

private:
    template <class... T>
    void line(fmt::format_string<T...> format, T&&... values) {
        out_ += std::string(static_cast<std::size_t>(2 * depth_), ' ') +
                fmt::format(format, std::forward<T>(values)...) + "\n";
    }

    // ---- names

    std::string axes_text(axis_set axes) const {
        std::string text;
        for_each_axis(axes, [&](int axis) { text += (text.empty() ? "" : ", ") + std::string(g_.axis_name(axis)); });
        return text;
    }
    std::string output_name(int i) const {
        const std::string_view name = g_.text_of(g_.outputs[static_cast<std::size_t>(i)].name);
        return name.empty() ? fmt::format("output{}", i) : std::string(name);
    }
    /// The name of a result of a fold, or of another value that is kept.
    std::string kept_name(node_id id) const { return fmt::format("{}{}", is_fold(id) ? "fold" : "value", id); }

    /// A node's formula in which results of folds, and what earlier stages kept, stand by name.
    std::string formula(node_id root) const {
        builder shown;
        std::vector<node_id> made(g_.nodes.size(), no_node);
        for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) shown.axis(g_.axis_name(static_cast<int>(axis)));
        for (node_id id = 0; id <= root; ++id) made[id] = shown_node(shown, made, id, root);
        vec<output> outputs;
        output out;
        out.value = made[root];
        outputs.push_back(out);
        const graph g = shown.finish(outputs);
        return to_text(g, g.outputs[0].value).str();
    }
    node_id shown_node(builder& shown, const std::vector<node_id>& made, node_id id, node_id root) const {
        node n = g_[id];
        if (n.code == op::input || n.code == op::uniform)
            return shown.input_node(g_.text_of(g_.inputs[n.ref].name), g_.inputs[n.ref]);
        if ((is_fold(id) && id != root) || (is_at_hand(id) && !(id == root && is_first(id)))) {
            input named;
            for_each_axis(n.axes, [&](int axis) { named.axes.push_back(axis); });
            return shown.input_node(kept_name(id), named);
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = made[n.args[i]];
        if (n.code == op::activation) {
            input named;
            for_each_axis(n.axes, [&](int axis) { named.axes.push_back(axis); });
            return shown.input_node(
                fmt::format("{}({})", name_of(static_cast<activation>(n.ref)), formula(g_[id].args[0])), named);
        }
        return shown.intern(n);
    }

    // ---- stages

    void stage_text(std::size_t i) {
        const stage& s = p_.stages[i];
        switch (s.shape.form) {
            case stage_form::check: return check_text(i, s);
            case stage_form::combine: return combine_text(i, s);
            case stage_form::blocks:
                line("stage {}: for blocks of {} along {} of [{}] in parallel", i, block_size,
                     g_.axis_name(s.shape.lane), axes_text(s.shape.inner));
                break;
            case stage_form::rows: line("stage {}: {}{}", i, rows_text(s), way_text(s)); break;
            case stage_form::units:
                line("stage {}: for units of {} of [{}], {}{}", i, block_size, axes_text(s.shape.units.swept),
                     rows_text(s), way_text(s));
                break;
            case stage_form::merge: return merge_text(i, s);
        }
        ++depth_;
        first_text(s);
        row_text(s, s.row_stores);
        for (sweep_ = 0; sweep_ < s.sweeps.size(); ++sweep_) {
            sweep_text(s, s.sweeps[sweep_]);
            row_text(s, s.sweeps[sweep_].row_stores);
        }
        sweep_ = 0;
        --depth_;
    }
    void check_text(std::size_t i, const stage& s) {
        const requirement& r = g_.requirements[static_cast<std::size_t>(s.tested)];
        const std::string condition = r.over == 0
                                          ? formula(r.condition)
                                          : fmt::format("0 <= {} < extent of {}", formula(r.value), axes_text(r.over));
        line("stage {}: check {} {}: {}", i, condition, rows_text(s), traffic(s, {r.condition}, {}));
    }
    std::string rows_text(const stage& s) const {
        if (s.shape.rows == 0) return "once";
        std::string text = fmt::format("for [{}] in parallel", axes_text(s.shape.rows));
        if (has_axis(s.shape.rows, s.shape.lane)) text += fmt::format(", lanes along {}", g_.axis_name(s.shape.lane));
        if (s.shape.across >= 0) text += is_for_short_rows(s.shape) ? ", if rows are short" : ", else";
        return text;
    }
    /// GPU: which of two ways of the same rows the stage belongs to.
    static std::string_view way_text(const stage& s) {
        if (s.shape.units.way == row_way::only) return "";
        return s.shape.units.way == row_way::whole ? ", unless rows fall to units" : ", if rows fall to units";
    }
    void merge_text(std::size_t i, const stage& s) {
        const sweep& part = s.sweeps.front();
        line("stage {}: merge the units of stage {}, {}{}", i, s.partials_of, rows_text(s), way_text(s));
        ++depth_;
        for (const node_id fold : part.folds) line("{} = fixed tree of its units", kept_name(fold));
        row_text(s, part.row_stores);
        --depth_;
    }
    void combine_text(std::size_t i, const stage& s) {
        line("stage {}: combine the blocks of stage {}", i, s.partials_of);
        ++depth_;
        for (const node_id fold : p_.stages[static_cast<std::size_t>(s.partials_of)].sweeps.front().folds)
            line("{} = fixed tree of its blocks", kept_name(fold));
        --depth_;
    }
    void sweep_text(const stage& s, const sweep& part) {
        const bool horizontal = has_axis(s.shape.inner, s.shape.lane);
        line("sweep [{}]{}: {}", axes_text(s.shape.inner),
             horizontal ? fmt::format(", lanes along {}", g_.axis_name(s.shape.lane)) : "",
             traffic(s, operands_of(part.folds), part.stores));
        ++depth_;
        for (const node_id fold : part.folds) line("{} = {}{}", kept_name(fold), formula(fold), in_type(fold));
        for (const store& to : part.stores) store_text(to);
        --depth_;
    }
    std::vector<node_id> operands_of(const std::vector<node_id>& folds) const {
        std::vector<node_id> operands;
        for (const node_id fold : folds) operands.push_back(g_[fold].args[0]);
        return operands;
    }
    /// What is read before anything is stored.
    void first_text(const stage& s) {
        if (s.first.empty()) return;
        in_first_ = true;
        line("first: {}", traffic(s, s.first, {}));
        ++depth_;
        for (const node_id id : s.first) line("{} = {}", kept_name(id), formula(id));
        --depth_;
        in_first_ = false;
    }
    bool is_first(node_id id) const {
        const std::vector<node_id>& first = p_.stages[stage_].first;
        return std::find(first.begin(), first.end(), id) != first.end();
    }
    /// Whether the part being shown reads the value, and does not compute it.
    bool is_at_hand(node_id id) const {
        return p_.kept_before(id, stage_) || p_.parked_before(id, stage_, sweep_) >= 0 || (!in_first_ && is_first(id));
    }
    /// What is stored once a row.
    void row_text(const stage& s, const std::vector<store>& stores) {
        if (stores.empty()) return;
        line("row: {}", traffic(s, {}, stores));
        ++depth_;
        for (const store& to : stores) store_text(to);
        --depth_;
    }
    void store_text(const store& to) {
        const std::string value = is_fold(to.value) ? kept_name(to.value) : formula(to.value);
        if (to.parked)
            line("park {} = {} in {}", kept_name(to.value), value, output_name(to.output));
        else if (to.output >= 0)
            line("{} = {}{}", output_name(to.output), value, in_type(to.value));
        else if (is_fold(to.value))
            line("keep {}", value);
        else
            line("keep {} = {}{}", kept_name(to.value), value, in_type(to.value));
    }
    /// Says so where a value is not computed in the type of the arithmetic.
    std::string in_type(node_id id) const {
        return p_.type_of(id) == p_.arithmetic ? "" : fmt::format("  in {}", name_of(p_.type_of(id)));
    }
    bool is_fold(node_id id) const { return about(g_[id].code).shape == form::reduction; }
    static bool has_axis(axis_set axes, int axis) { return axis >= 0 && (axes >> axis & 1) != 0; }

    // ---- memory

    /// A place in memory that a part of a stage reads or writes.
    struct place {
        std::string name;
        axis_set axes = 0;
        std::size_t bytes = 0;  ///< of an element
        int unit = -1;          ///< the axis along which elements are adjacent
    };
    using lines = std::vector<std::string>;

    /// What the computation of some values reads, and some stores write.
    std::string traffic(const stage& s, const std::vector<node_id>& values, const std::vector<store>& stores) const {
        std::vector<std::uint8_t> seen(g_.nodes.size(), 0);
        lines reads, writes;
        for (const node_id value : values) collect(s, value, seen, reads);
        for (const store& to : stores) {
            collect(s, to.value, seen, reads);
            const place written = place_of(to);
            writes.push_back(access(written, has_axis(written.axes, s.shape.lane) ? along(s, written) : "single"));
        }
        std::string text = fmt::format("reads {}", reads.empty() ? "nothing" : joined(reads));
        if (!writes.empty()) text += fmt::format("; writes {}", joined(writes));
        return text;
    }
    void collect(const stage& s, node_id id, std::vector<std::uint8_t>& seen, lines& reads) const {
        if (seen[id] != 0) return;
        seen[id] = 1;
        const node& n = g_[id];
        if (is_first(id) && !in_first_) return;
        if (n.code == op::at && !p_.kept_before(id, stage_)) return collect_gather(s, id, seen, reads);
        if (is_fold(id) && computed_by(s, id)) return;
        if (is_fold(id) || is_at_hand(id) || n.code == op::input) {
            const place read = place_of(id);
            reads.push_back(access(read, has_axis(read.axes, s.shape.lane) ? along(s, read) : "broadcast"));
            return;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) collect(s, n.args[i], seen, reads);
    }
    /// A read that labels place: a gather if one of them differs from lane to lane.
    void collect_gather(const stage& s, node_id id, std::vector<std::uint8_t>& seen, lines& reads) const {
        const axis_set axes = g_[id].axes;
        axis_set placed = 0;
        bool scattered = false;
        for (; g_[id].code == op::at; id = g_[id].args[0]) {
            placed |= g_[id].over;
            scattered |= has_axis(g_[g_[id].args[1]].axes, s.shape.lane);
            collect(s, g_[id].args[1], seen, reads);
        }
        if (g_[id].code == op::uniform) return;
        place read = place_of(id);
        const bool along_lanes = has_axis(read.axes & ~placed, s.shape.lane);
        read.axes = axes;
        reads.push_back(access(read, scattered ? "gather" : along_lanes ? along(s, read) : "broadcast"));
    }
    static bool computed_by(const stage& s, node_id fold) {
        for (const sweep& part : s.sweeps)
            if (std::find(part.folds.begin(), part.folds.end(), fold) != part.folds.end()) return true;
        return false;
    }

    /// Where an input, or what an earlier stage kept, is read from.
    place place_of(node_id id) const {
        const node& n = g_[id];
        if (const int output = p_.parked_before(id, stage_, sweep_); output >= 0) return output_place(output);
        if (n.code != op::input || p_.kept_before(id, stage_)) return kept_place(id);
        const input& in = g_.inputs[n.ref];
        return {std::string(g_.text_of(in.name)), in.axes.set(), size_of(in.type), p_.arrangement.unit[n.ref]};
    }
    place place_of(const store& to) const { return to.output < 0 ? kept_place(to.value) : output_place(to.output); }
    place output_place(int output) const {
        const auto i = static_cast<std::size_t>(output);
        const gradus::output& out = g_.outputs[i];
        return {output_name(output), out.axes.set(), size_of(out.type), p_.arrangement.unit[g_.inputs.size() + i]};
    }
    /// Temporaries are row-major.
    place kept_place(node_id id) const {
        const axis_set axes = g_[id].axes;
        return {kept_name(id), axes, size_of(p_.type_of(id)), static_cast<int>(std::bit_width(axes)) - 1};
    }
    static const char* along(const stage& s, const place& p) {
        return p.unit == s.shape.lane ? "contiguous" : "strided";
    }
    std::string access(const place& p, const char* how) const {
        std::string size = fmt::format("{}", p.bytes);
        for_each_axis(p.axes, [&](int axis) { size += fmt::format("·{}", g_.axis_name(axis)); });
        return fmt::format("{} ({} B, {})", p.name, size, how);
    }
    static std::string joined(const lines& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

    const plan& p_;
    graph_view g_;
    std::string out_;
    std::size_t stage_ = 0, sweep_ = 0;  ///< those being shown
    bool in_first_ = false;              ///< whether what a row reads first is being shown
    int depth_ = 0;
};

}  // namespace

std::string to_text(const plan& p) { return plan_writer(p).run(); }

}  // namespace gradus
