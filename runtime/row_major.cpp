// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each axis is taken with one element and with two, which stand for all larger extents: a row-major stride is the
// product of the extents that follow, so it is 1 for any of them or for none. An empty axis has the layout of a long
// one, as its tensors' strides decide nothing.
#include "row_major.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gradus/error.hpp>

#include "call_class.hpp"

namespace gradus {
namespace {

constexpr int most_axes = 10;

layout layout_with(graph_view g, axis_set joinable, const bound_call& call, std::uint64_t padded) {
    std::vector<argument> inputs;
    std::vector<argument> outputs;
    for (const input& in : g.inputs) inputs.push_back(row_major_argument(call, data_axes(in), padded));
    for (const output& out : g.outputs) outputs.push_back(row_major_argument(call, out.axes, padded));
    return layout_of(g, call_geometry(g, joinable, call, inputs, outputs).key());
}

/// Two elements along each axis, or one where `single` has the bit of the source axis.
void set_extents(bound_call& call, std::uint64_t single) {
    for (std::size_t s = 0; s < static_cast<std::size_t>(call.sources); ++s)
        call.extents[s] = (single >> s & 1u) != 0 ? 1 : 2;
}

}  // namespace

argument row_major_argument(const bound_call& call, const axis_order& axes, std::uint64_t padded) {
    argument made;
    made.rank = 0;
    std::array<std::size_t, max_argument_rank> sources;
    for_each_dimension(call, axes, [&](std::size_t dimension, std::size_t source) {
        made.extents[dimension] = call.extents[source];
        sources[dimension] = source;
        ++made.rank;
    });
    std::int64_t stride = 1;
    for (auto i = static_cast<std::size_t>(made.rank); i-- > 0;) {
        made.strides[i] = stride;
        stride *= made.extents[i] + static_cast<std::int64_t>(padded >> sources[i] & 1u);
    }
    return made;
}

layout row_major(graph_view g, int ellipsis_rank) {
    bound_call call = bind_axes(g, ellipsis_rank);
    set_extents(call, 0);
    return layout_with(g, joinable_axes(g), call, 0);
}

std::vector<layout> row_major_layouts(graph_view g, int ellipsis_rank, row_gaps gaps) {
    bound_call call = bind_axes(g, ellipsis_rank);
    if (call.sources > most_axes)
        throw error(fmt::format("the layouts of a kernel of {} axes are too many to list; it may have {}", call.sources,
                                most_axes));
    const axis_set joinable = joinable_axes(g);
    const std::uint64_t patterns = std::uint64_t{1} << call.sources;
    std::vector<layout> found;
    for (std::uint64_t single = 0; single < patterns; ++single) {
        set_extents(call, single);
        for (std::uint64_t padded = 0; padded < (gaps == row_gaps::allowed ? patterns : 1); ++padded) {
            layout one = layout_with(g, joinable, call, padded);
            if (std::ranges::find(found, one) == found.end()) found.push_back(std::move(one));
        }
    }
    return found;
}

}  // namespace gradus
