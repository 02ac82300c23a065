// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which axes run as one loop. Whether the graph allows it is known before the call (joinable_axes). At
// the call, neighbouring source axes are joined from the innermost outwards: `runs_` holds for each
// tensor the stride and extent of the loop so far, without axes of one element, whose strides do not
// matter; the next axis joins if in every tensor its stride is that of the element after the run.
#include <gradus/layout.hpp>

#include <gradus/error.hpp>

#include "call_class.hpp"
#include "overlap.hpp"

namespace gradus {
namespace {

bool both_or_neither(axis_set set, int a) { return (set >> a & 1u) == (set >> (a + 1) & 1u); }

bool adjacent(const axis_order& axes, int a) {
    if (!both_or_neither(axes.set(), a)) return false;
    for (std::size_t i = 0; i < axes.rank; ++i)
        if (axes.axis[i] == a) return i + 1 < axes.rank && axes.axis[i + 1] == a + 1;
    return true;
}

bool joinable(graph_view g, int a) {
    for (const node& n : g.nodes)
        if (!both_or_neither(n.axes, a) || !both_or_neither(n.over, a)) return false;
    for (const requirement& r : g.requirements)
        if (!both_or_neither(r.over, a)) return false;
    for (const input& in : g.inputs)
        if (in.used && !adjacent(in.axes, a)) return false;
    for (const output& out : g.outputs)
        if (!adjacent(out.axes, a)) return false;
    return true;
}

constexpr std::uintptr_t vector_bytes = 16;  ///< the widest load of a GPU's thread

}  // namespace

device* place_of(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs) {
    for (const argument& out : outputs)
        if (out.place != nullptr) return out.place;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (g.inputs[i].used && inputs[i].place != nullptr) return inputs[i].place;
    return nullptr;
}

axis_set joinable_axes(graph_view g) {
    axis_set axes = 0;
    for (int a = 0; a + 1 < static_cast<int>(g.axes.size()); ++a)
        if (joinable(g, a)) axes |= axis_set{1} << a;
    return axes;
}

call_geometry::call_geometry(graph_view g, axis_set joinable, const bound_call& call, std::span<const argument> inputs,
                             std::span<const argument> outputs)
    : call_(call),
      sources_(static_cast<std::size_t>(call.sources)),
      tensors_(inputs.size() + outputs.size()),
      strides_(sources_ * tensors_) {
    if (tensors_ > max_tensors) throw error("a kernel has at most 64 inputs and outputs together");
    key_.ellipsis_rank = static_cast<std::int8_t>(call.ellipsis_rank);
    for (std::size_t a = 0; a < g.axes.size(); ++a)
        for (std::size_t s = call.first[a]; s < call.first[a + 1]; ++s) axis_of_[s] = static_cast<std::uint8_t>(a);
    for (std::size_t i = 0; i < sources_ * tensors_; ++i) strides_[i] = 0;
    for (std::size_t t = 0; t < tensors_; ++t) {
        const bool is_input = t < inputs.size();
        if (is_input) {
            const input& in = g.inputs[t];
            key_.types[t] = static_cast<std::uint8_t>(in.used ? inputs[t].type : in.type);
            axes_[t] = in.used ? &data_axes(in) : &no_axes;
        } else {
            axes_[t] = &g.outputs[t - inputs.size()].axes;
        }
        sets_[t] = axes_[t]->set();
        const argument& x = is_input ? inputs[t] : outputs[t - inputs.size()];
        if (axes_[t]->rank > 0 && element_count(x) == 0) empty_ |= std::uint64_t{1} << t;
        for_each_dimension(call, *axes_[t], [&](std::size_t dimension, std::size_t source) {
            strides_[t * sources_ + source] = x.strides[dimension];
        });
    }
    join(joinable);
    find_units();
    key_.place = place_of(g, inputs, outputs);
    if (key_.place == nullptr) return;
    key_.aligned = true;
    for (std::size_t t = 0; t < tensors_; ++t)
        key_.aligned = key_.aligned && is_aligned(t, t < inputs.size() ? inputs[t] : outputs[t - inputs.size()]);
}

bool call_geometry::fit(std::size_t source) const {
    if (call_.extents[source] == 1) return true;
    for (std::size_t t = 0; t < tensors_; ++t) {
        const run& inner = runs_[t];
        if (!has(t, source) || (empty_ >> t & 1u) != 0 || inner.extent == 1) continue;
        if (strides_[t * sources_ + source] != inner.stride * inner.extent) return false;
    }
    return true;
}

void call_geometry::join(axis_set joinable) {
    for (std::size_t s = sources_; s-- > 0;) {
        const std::size_t axis = axis_of_[s];
        const bool last = s + 1 == sources_;
        const bool allowed =
            !last && (axis_of_[s + 1] == axis || (axis_of_[s + 1] == axis + 1 && (joinable >> axis & 1u) != 0));
        const bool joins = allowed && fit(s);
        if (joins) key_.joined |= std::uint64_t{1} << (s + 1);
        const std::int64_t extent = call_.extents[s];
        for (std::size_t t = 0; t < tensors_; ++t) {
            run& grown = runs_[t];
            if (!joins) grown = {0, 1};
            if (grown.extent == 1) grown.stride = strides_[t * sources_ + s];
            grown.extent *= extent;
        }
    }
    for (std::size_t s = 0; s < sources_; ++s)
        if ((key_.joined >> s & 1u) == 0) starts_[loops_++] = static_cast<std::uint8_t>(s);
    starts_[loops_] = static_cast<std::uint8_t>(sources_);
}

std::int64_t call_geometry::loop_extent(std::size_t loop) const {
    std::int64_t extent = 1;
    for (std::size_t s = starts_[loop]; s < starts_[loop + 1]; ++s) extent *= call_.extents[s];
    return extent;
}

std::int64_t call_geometry::loop_stride(std::size_t tensor, std::size_t loop) const {
    const std::int64_t* strides = strides_.data() + tensor * sources_;
    for (std::size_t s = starts_[loop + 1]; s-- > starts_[loop];)
        if (call_.extents[s] != 1) return strides[s];
    return strides[starts_[loop + 1] - std::size_t{1}];
}

/// The innermost loop of stride 1 in the tensor's own order; one of a single element only if there is
/// no other.
void call_geometry::find_units() {
    std::array<std::uint8_t, max_source_axes> loop_of;
    for (std::size_t loop = 0; loop < loops_; ++loop)
        for (std::size_t s = starts_[loop]; s < starts_[loop + 1]; ++s) loop_of[s] = static_cast<std::uint8_t>(loop);
    for (std::size_t t = 0; t < tensors_; ++t) {
        int unit = -1;
        for_each_dimension(call_, *axes_[t], [&](std::size_t, std::size_t source) {
            const std::size_t loop = loop_of[source];
            if (loop_stride(t, loop) != 1) return;
            if (unit == -1 || loop_extent(loop) != 1 || loop_extent(static_cast<std::size_t>(unit)) == 1)
                unit = static_cast<int>(loop);
        });
        key_.unit[t] = static_cast<std::int8_t>(unit);
    }
}

/// Also true where no elements are adjacent.
bool call_geometry::is_aligned(std::size_t tensor, const argument& x) const {
    const int unit = key_.unit[tensor];
    if (unit < 0) return true;
    if (reinterpret_cast<std::uintptr_t>(x.data) % vector_bytes != 0) return false;
    for (std::size_t loop = 0; loop < loops_; ++loop) {
        if (static_cast<int>(loop) == unit || !has(tensor, starts_[loop]) || loop_extent(loop) <= 1) continue;
        const auto stride = static_cast<std::uint64_t>(loop_stride(tensor, loop)) * size_of(x.type);
        if (stride % vector_bytes != 0) return false;
    }
    return true;
}

void call_geometry::fill_shape(std::int64_t* shape) const {
    for (std::size_t loop = 0; loop < loops_; ++loop) *shape++ = loop_extent(loop);
    for (std::size_t t = 0; t < tensors_; ++t)
        for (std::size_t loop = 0; loop < loops_; ++loop) *shape++ = has(t, starts_[loop]) ? loop_stride(t, loop) : 0;
}

layout layout_of(graph_view g, const call_class& key) {
    const bound_call call = bind_axes(g, key.ellipsis_rank);
    layout made;
    for (int a = 0; a < static_cast<int>(g.axes.size()); ++a) {
        const int first = call.first[static_cast<std::size_t>(a)];
        const int end = call.first[static_cast<std::size_t>(a) + 1];
        for (int s = first; s < end; ++s) {
            if ((key.joined >> s & 1u) == 0) made.loops.emplace_back();
            made.loops.back().sources.push_back({a, s - first});
        }
    }
    for (std::size_t t = 0; t < g.inputs.size() + g.outputs.size(); ++t) made.unit.push_back(key.unit[t]);
    made.aligned = key.aligned;
    return made;
}

layout classify(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs) {
    const bound_call call = check(g, inputs, outputs);
    return layout_of(g, call_geometry(g, joinable_axes(g), call, inputs, outputs).key());
}

}  // namespace gradus
