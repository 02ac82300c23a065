// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gradus/graph.hpp>

namespace gradus {

/// An owning copy of a graph.
inline graph copy_of(graph_view g) {
    graph copy;
    copy.nodes = vec<node>(g.nodes);
    copy.inputs = vec<input>(g.inputs);
    copy.outputs = vec<output>(g.outputs);
    copy.requirements = vec<requirement>(g.requirements);
    copy.axes = vec<name_ref>(g.axes);
    copy.log = vec<firing>(g.log);
    copy.places = vec<source_place>(g.places);
    copy.names = vec<char>(array_view<char>(g.names.data(), g.names.size()));
    copy.hash = g.hash;
    return copy;
}

}  // namespace gradus
