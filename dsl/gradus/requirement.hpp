// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the violation of a requirement says, for the interpreter and for kernels alike: which argument
// it is about, and the sentence.
#pragma once

#include <gradus/print.hpp>

namespace gradus {
namespace detail {

/// The inputs, one flag each, that a node is computed from.
constexpr vec<std::uint8_t> inputs_of(graph_view g, node_id root) {
    vec<std::uint8_t> seen(root + std::size_t{1}, 0), found(g.inputs.size(), 0);
    seen[root] = 1;
    for (node_id id = root + 1; id-- > 0;) {
        if (seen[id] == 0) continue;
        const node& n = g[id];
        if (n.code == op::input || n.code == op::uniform) found[n.ref] = 1;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) seen[n.args[i]] = 1;
    }
    return found;
}

/// The node whose elements decide whether a requirement holds.
constexpr node_id tested(const requirement& r) { return r.over != 0 ? r.value : r.condition; }

/// What stands at the place of a violation.
struct violation {
    std::string_view given;     ///< the value of the argument that subject_of names; empty if there is none
    std::string_view position;  ///< " at batch = 3", or empty
    std::int64_t extent = 0;    ///< labels: of their axis
    bool fits = false;          ///< labels: the argument's own value would lie inside the axis
};

constexpr text label_range(graph_view g, const requirement& r, std::int64_t extent) {
    text range;
    const std::string_view axis = g.axis_name(std::countr_zero(r.over));
    if (extent == 0) return range << "axis \"" << axis << "\" has no elements";
    return range << "labels along axis \"" << axis << "\" are 0 to " << extent - 1;
}

}  // namespace detail

/// The input whose element at the place of a violation is to be named, -1 if there is none: the only one
/// (of labels, the only labels) that decides, or else the one that the condition was put on; it has no
/// axes besides those of what is tested.
constexpr int subject_of(graph_view g, const requirement& r) {
    const node& root = g[detail::tested(r)];
    const vec<std::uint8_t> deciding = detail::inputs_of(g, detail::tested(r));
    int only = -1, count = 0;
    for (std::size_t i = 0; i < deciding.size(); ++i) {
        if (deciding[i] == 0 || (r.over != 0 && g.inputs[i].use != role::labels)) continue;
        only = static_cast<int>(i);
        ++count;
    }
    if (count > 1 && r.over == 0 && r.value != no_node && deciding[g[r.value].ref] != 0)
        only = static_cast<int>(g[r.value].ref), count = 1;
    if (count != 1) return -1;
    const input& named = g.inputs[static_cast<std::size_t>(only)];
    return named.use != role::seed && (named.axes.set() & ~root.axes) == 0 ? only : -1;
}

/// The sentence, without prefix: argument "x" is 1.5 at batch = 3, but x >= 0 && x <= 1 is required.
constexpr text violation_text(graph_view g, const requirement& r, const detail::violation& v) {
    const int subject = subject_of(g, r);
    text message;
    if (subject >= 0)
        message << "argument \"" << g.text_of(g.inputs[static_cast<std::size_t>(subject)].name) << "\" is " << v.given;
    if (r.over == 0) {
        const text condition = to_text(g, r.condition);
        if (subject >= 0) return message << v.position << ", but " << condition << " is required";
        return message << "a computed value" << v.position << " does not satisfy " << condition;
    }
    const text range = detail::label_range(g, r, v.extent);
    if (subject >= 0 && !v.fits) return message << v.position << ", but " << range;
    if (subject >= 0) return message << v.position << ", which makes a label out of range: " << range;
    if (g[r.value].code == op::constant)
        message << "the label " << number_text(g[r.value].value);
    else
        message << "a computed label" << v.position;
    return message << " is out of range: " << range;
}

}  // namespace gradus
