// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds graphs. Nodes are interned: a node that exists already is returned, not added, so equal
// expressions have equal ids and sharing is free. An id never changes and operands come first, so a
// rewrite only ever appends; what is no longer reached falls away in `finish`.
//
//   intern  adds the node as it stands.
//   make    first lets the rewriter (rule.hpp) replace it; without one it is intern.
//
// This is what the compiler spends its time on for each formula of the user's: what runs for every node is written
// with plain pointers and few calls, which is what the evaluators of g++ and clang are quick at.
#pragma once

#include <bit>
#include <stdexcept>

#include <gradus/graph.hpp>

namespace gradus {

class builder {
public:
    /// Returns the node to use in place of the given one (see rule.hpp).
    using rewriter = node_id (*)(builder&, const node&);

    constexpr builder() = default;
    constexpr explicit builder(rewriter rewrite) : rewrite_(rewrite) {}

    constexpr const node& operator[](node_id id) const { return nodes_.data_[id]; }
    /// Where the nodes are until the next one is made.
    constexpr const node* data() const { return nodes_.data_; }
    constexpr std::size_t size() const { return nodes_.size(); }
    constexpr const vec<node>& nodes() const { return nodes_; }
    constexpr const vec<input>& inputs() const { return inputs_; }
    constexpr std::string_view text_of(name_ref ref) const { return {names_.data() + ref.begin, ref.size}; }

    // ---- axes and names

    /// The number of the axis of that name; it is added if it is new.
    constexpr int axis(std::string_view name) {
        for (std::size_t i = 0; i < axes_.size(); ++i)
            if (same_text(text_of(axes_[i]), name)) return static_cast<int>(i);
        if (axes_.size() == max_axes) throw std::length_error("gradus: an expression has at most 32 axes");
        axes_.push_back(add_name(name));
        axis_hashes_.push_back(mix(hash_of(name), 0));
        return static_cast<int>(axes_.size()) - 1;
    }
    constexpr std::string_view axis_name(int axis) const { return text_of(axes_[static_cast<std::size_t>(axis)]); }
    constexpr name_ref add_name(std::string_view name) {
        const name_ref ref{static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size())};
        for (const char c : name) names_.push_back(c);
        return ref;
    }

    // ---- nodes

    constexpr node_id constant(double value) {
        node n;
        n.code = op::constant;
        n.value = value;
        return intern(n);
    }
    /// The node that stands for the input of that name, which is declared on first use.
    constexpr node_id input_node(std::string_view name, const input& declared) {
        node n;
        n.code = declared.use == role::seed ? op::uniform : op::input;
        n.type = declared.use == role::labels ? kind::integer : kind::real;
        n.axes = declared.axes.set();
        n.ref = declare(name, declared);
        return intern(n);
    }
    /// The node of an input that was declared from the same text before, which its address tells; else no_node.
    constexpr node_id declared_before(const void* text) const {
        for (const declaration_node& known : declarations_)
            if (known.text == text) return known.node;
        return no_node;
    }
    constexpr void declare_as(const void* text, node_id made) { declarations_.push_back({text, made}); }
    /// The node of an expression that was lowered before, if `remember` was told: one of the same type (`type` is an
    /// address that stands for it) with the same numbers; else no_node.
    constexpr node_id recall(const void* type, const vec<double>& numbers) const {
        for (const lowered_expression& known : lowered_)
            if (known.type == type && same_numbers(known.numbers, numbers)) return known.made;
        return no_node;
    }
    constexpr void remember(const void* type, const vec<double>& numbers, node_id made) {
        lowered_.push_back({type, numbers, made});
    }
    /// The coordinate along an axis.
    constexpr node_id index(int axis) {
        node n;
        n.code = op::index;
        n.type = kind::integer;
        n.axes = n.over = axis_set{1} << axis;
        return intern(n);
    }
    /// The product of the extents of some axes.
    constexpr node_id extent(axis_set over) {
        if (over == 0) return constant(1);
        node n;
        n.code = op::extent;
        n.type = kind::integer;
        n.over = over;
        return intern(n);
    }
    constexpr node_id make(op code, node_id a, node_id b = no_node, node_id c = no_node, axis_set over = 0) {
        return make(node{code, kind::real, false, 0, over, {a, b, c}});
    }
    constexpr node_id make(const node& n) {
        if (n.code == op::at) require_label(n.args[1], n.over);
        return rewrite_ != nullptr ? rewrite_(*this, n) : intern(n);
    }

    /// Adds the node, or finds the equal one. Axes, element kind and hash follow from the operands.
    constexpr node_id intern(node n) {
        complete(n);
        if (2 * (nodes_.size_ + 1) > shelf::size * shelves_.size_) rehash();
        const node* const all = nodes_.data_;
        shelf* const shelves = shelves_.data_;
        for (std::size_t slot = n.hash;; ++slot) {
            std::uint32_t& place = shelves[slot / shelf::size & (shelves_.size_ - 1)].place[slot % shelf::size];
            if (place == 0) {
                nodes_.push_back(n);
                place = static_cast<std::uint32_t>(nodes_.size_);
                return place - 1;
            }
            const node& known = all[place - 1];
            if (known.hash == n.hash && same(known, n)) return place - 1;
        }
    }

    // ---- requirements

    /// A condition on the data of a call (see graph.hpp). `about`: the value that it is about.
    constexpr void require(node_id condition, node_id about) {
        const node& n = nodes_[condition];
        if (n.code == op::constant && n.value != 0) return;
        add({condition, nodes_[about].code == op::input ? about : no_node, 0});
    }
    constexpr void require_label(node_id label, axis_set over) { add({no_node, label, over}); }
    constexpr bool requires_label(node_id label, axis_set over) const {
        for (const requirement& r : requirements_)
            if (r == requirement{no_node, label, over}) return true;
        return false;
    }
    /// Returns false if it is known already.
    constexpr bool add(const requirement& wanted) {
        for (const requirement& r : requirements_)
            if (r == wanted) return false;
        requirements_.push_back(wanted);
        return true;
    }

    /// Remembers that a rule made a node, once.
    constexpr void log(std::uint16_t rule, node_id made) {
        while (last_logged_.size_ <= made) last_logged_.push_back(0);
        std::uint32_t& last = last_logged_.data_[made];
        for (std::uint32_t i = last; i != 0; i = logged_before_.data_[i - 1])
            if (log_.data_[i - 1].rule == rule) return;
        log_.push_back({rule, made});
        logged_before_.push_back(last);
        last = static_cast<std::uint32_t>(log_.size_);
    }

    /// Remembers where the formula of a node stands in the user's text.
    constexpr void note(node_id value, std::string_view where) {
        for (const source_place& known : places_)
            if (known.value == value && text_of(known.text) == where) return;
        places_.push_back({value, add_name(where)});
    }

    /// The graph of the given outputs and of all requirements: only nodes that they reach, numbered in an
    /// order that depends on them alone. Inputs that neither needs any more stay declared, with used = false.
    constexpr graph finish(const vec<output>& outputs) const;

private:
    constexpr vec<source_place> places_of(const vec<node_id>& renamed) const;
    constexpr std::uint32_t declare(std::string_view name, const input& declared) {
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            if (!same_text(text_of(inputs_[i].name), name)) continue;
            const input& known = inputs_[i];
            if (known.use != declared.use || known.type != declared.type || !(known.axes == declared.axes))
                throw std::invalid_argument("gradus: two different variables of one expression have the same name");
            return static_cast<std::uint32_t>(i);
        }
        inputs_.push_back(declared);
        inputs_.back().name = add_name(name);
        input_hashes_.push_back(gradus::hash_of(name));
        return static_cast<std::uint32_t>(inputs_.size()) - 1;
    }

    constexpr void complete(node& n) const {
        const primitive& row = about(n.code);
        std::uint64_t hash = mix(static_cast<std::uint64_t>(n.code), std::bit_cast<std::uint64_t>(n.value));
        if (row.shape == form::leaf) {
            n.hash = with_names(hash, n);
            return;
        }
        const node* const all = nodes_.data_;
        axis_set axes = 0;
        for (int i = 0; i < row.arity; ++i) {
            const node& operand = all[n.args[i]];
            hash = mix(hash, operand.hash);
            axes |= operand.axes;
        }
        if (row.shape == form::gather)
            axes = (all[n.args[0]].axes & ~n.over) | all[n.args[1]].axes;
        else if (row.shape == form::reduction)
            axes &= ~n.over;
        n.axes = axes;
        n.type = row.kinds == kind_rule::real ? kind::real : kind_of(n, row);
        n.guarded = is_guarded(n, all);
        n.hash = n.over == 0 ? hash : with_names(hash, n);
    }
    /// False if a node is no select, and none that it is made of by products, quotients and sums makes it one.
    constexpr bool is_guarded(const node& n, const node* all) const {
        switch (n.code) {
            case op::where: return true;
            case op::neg:
            case op::div: return all[n.args[0]].guarded;
            case op::mul:
            case op::scaled: return all[n.args[0]].guarded || all[n.args[1]].guarded;
            case op::add:
            case op::sub: return all[n.args[0]].guarded && all[n.args[1]].guarded;
            default: return false;
        }
    }
    constexpr kind kind_of(const node& n, const primitive& row) const {
        switch (row.kinds) {
            case kind_rule::boolean: return kind::boolean;
            case kind_rule::first: return nodes_.data_[n.args[0]].type;
            case kind_rule::promote: return promoted(n, 0, row.arity);
            case kind_rule::branches:
                if (nodes_[n.args[1]].type == kind::boolean && nodes_[n.args[2]].type == kind::boolean)
                    return kind::boolean;
                return promoted(n, 1, row.arity);
            default: return kind::real;
        }
    }
    constexpr kind promoted(const node& n, int first, int last) const {
        const node* const all = nodes_.data_;
        bool any_integer = false;
        for (int i = first; i < last; ++i) {
            const node& operand = all[n.args[i]];
            if (operand.type == kind::integer)
                any_integer = true;
            else if (operand.code != op::constant || !is_whole(operand.value))
                return kind::real;
        }
        return any_integer ? kind::integer : kind::real;
    }
    static constexpr bool is_whole(double value) {
        return value > -9e15 && value < 9e15 && static_cast<double>(static_cast<std::int64_t>(value)) == value;
    }
    /// The hash with the names of the axes meant, and of an input.
    constexpr std::uint64_t with_names(std::uint64_t hash, const node& n) const {
        std::uint64_t over = 0;
        if (n.over != any_axes)
            for (axis_set rest = n.over; rest != 0; rest &= rest - 1)
                over += axis_hashes_[static_cast<std::size_t>(std::countr_zero(rest))];
        if (n.over != 0) hash = mix(hash, over);
        if (n.code == op::input || n.code == op::uniform) hash = mix(hash, input_hashes_[n.ref]);
        if (n.code == op::wildcard) hash = mix(hash, n.ref);
        return hash;
    }
    static constexpr bool same_numbers(const vec<double>& a, const vec<double>& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i])) return false;
        return true;
    }
    static constexpr bool same(const node& a, const node& b) {
        return a.code == b.code && same_operands(a, b) && a.over == b.over && a.ref == b.ref &&
               std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
    }

    /// A part of the table of nodes by hash: 1 + the id, or 0. Of a fixed size, since evaluators set a member
    /// array to zero at no cost.
    struct shelf {
        static constexpr std::size_t size = 512;
        std::uint32_t place[size] = {};
    };
    constexpr void rehash() {
        if (shelves_.empty()) nodes_.reserve(shelf::size / 4);  // growing costs more than room
        shelves_ = vec<shelf>(shelves_.empty() ? 1 : 4 * shelves_.size());
        for (node_id id = 0; id < nodes_.size(); ++id) {
            std::size_t slot = nodes_[id].hash;
            const auto place = [&]() -> std::uint32_t& {
                return shelves_[slot / shelf::size & (shelves_.size() - 1)].place[slot % shelf::size];
            };
            while (place() != 0) ++slot;
            place() = id + 1;
        }
    }

    rewriter rewrite_ = nullptr;
    vec<node> nodes_;
    vec<shelf> shelves_;
    vec<input> inputs_;
    vec<std::uint64_t> input_hashes_;  ///< of their names
    struct declaration_node {
        const void* text = nullptr;
        node_id node = no_node;
    };
    vec<declaration_node> declarations_;
    struct lowered_expression {
        const void* type = nullptr;
        vec<double> numbers;
        node_id made = no_node;
    };
    vec<lowered_expression> lowered_;
    vec<requirement> requirements_;
    vec<name_ref> axes_;
    vec<std::uint64_t> axis_hashes_;
    vec<firing> log_;
    vec<std::uint32_t> last_logged_;    ///< for each node 1 + the position of its last firing, or 0
    vec<std::uint32_t> logged_before_;  ///< for each firing the same of the node's firing before
    vec<source_place> places_;
    vec<char> names_;
};

namespace detail {

/// The nodes that the roots reach, operands before users, in the order of a depth-first walk.
constexpr vec<node_id> reached_from(const vec<node>& nodes, const vec<node_id>& roots) {
    vec<node_id> order, stack;
    vec<std::uint8_t> states(nodes.size(), 0);  // 0 unseen, 1 opened, 2 done
    order.reserve(nodes.size());
    std::uint8_t* const state = states.data();
    for (const node_id root : roots) {
        stack.push_back(root);
        while (!stack.empty()) {
            const node_id id = stack.back();
            if (state[id] != 0) {
                stack.pop_back();
                if (state[id] == 1) order.push_back(id);
                state[id] = 2;
                continue;
            }
            state[id] = 1;
            const node& n = nodes.data()[id];
            for (int i = arity(n); i-- > 0;)
                if (state[n.args[i]] == 0) stack.push_back(n.args[i]);
        }
    }
    return order;
}

/// The hash of all that generated code depends on.
constexpr std::uint64_t content_hash(const graph& g) {
    const graph_view view = g;
    std::uint64_t hash = 0;
    for (const input& in : g.inputs) {
        hash = mix(hash, hash_of(view.text_of(in.name)));
        hash = mix(hash, static_cast<std::uint64_t>(in.use) << 8 | static_cast<std::uint64_t>(in.type));
        for (int i = 0; i < in.axes.rank; ++i)
            hash = mix(hash, hash_of(view.axis_name(in.axes.axis[static_cast<std::size_t>(i)])));
    }
    for (const output& out : g.outputs) {
        hash = mix(mix(hash, g.nodes[out.value].hash), static_cast<std::uint64_t>(out.type));
        for (int i = 0; i < out.axes.rank; ++i)
            hash = mix(hash, hash_of(view.axis_name(out.axes.axis[static_cast<std::size_t>(i)])));
    }
    for (const requirement& r : g.requirements) {
        if (r.condition != no_node) hash = mix(hash, g.nodes[r.condition].hash);
        if (r.value != no_node) hash = mix(hash, g.nodes[r.value].hash);
        for_each_axis(r.over, [&](int axis) { hash = mix(hash, hash_of(view.axis_name(axis))); });
    }
    return hash;
}

}  // namespace detail

/// The innermost noted formula of each operation that is left, by its new number: notes of inner formulas come first.
constexpr vec<source_place> builder::places_of(const vec<node_id>& renamed) const {
    vec<source_place> placed;
    if (places_.empty()) return placed;
    vec<std::uint8_t> has_place(nodes_.size(), 0);
    for (const source_place& noted : places_)
        for (const node_id id : detail::reached_from(nodes_, {noted.value})) {
            if (has_place[id] != 0 || about(nodes_[id].code).shape == form::leaf) continue;
            has_place[id] = 1;
            if (renamed[id] != no_node) placed.push_back({renamed[id], noted.text});
        }
    return placed;
}

constexpr graph builder::finish(const vec<output>& outputs) const {
    vec<node_id> roots;
    for (const output& out : outputs) roots.push_back(out.value);
    for (const requirement& r : requirements_) {
        if (r.condition != no_node) roots.push_back(r.condition);
        if (r.over != 0) roots.push_back(r.value);
    }
    const vec<node_id> order = detail::reached_from(nodes_, roots);
    vec<node_id> renamed(nodes_.size(), no_node);
    graph g;
    g.nodes.reserve(order.size());
    g.inputs = inputs_;
    g.axes = axes_;
    g.names = names_;
    g.outputs = outputs;
    for (input& in : g.inputs) in.used = false;
    for (const node_id id : order) {
        renamed[id] = static_cast<node_id>(g.nodes.size());
        node n = nodes_[id];
        const int operands = arity(n);
        for (int i = 0; i < operands; ++i) n.args[i] = renamed[n.args[i]];
        if (n.code == op::input || n.code == op::uniform) g.inputs[n.ref].used = true;
        g.nodes.push_back(n);
    }
    for (output& out : g.outputs) out.value = renamed[out.value];
    const auto new_name = [&](node_id id) { return id == no_node ? no_node : renamed[id]; };
    for (const requirement& r : requirements_)
        g.requirements.push_back({new_name(r.condition), new_name(r.value), r.over});
    for (const firing& f : log_) g.log.push_back({f.rule, renamed[f.made]});
    g.places = places_of(renamed);
    g.hash = detail::content_hash(g);
    return g;
}

}  // namespace gradus
