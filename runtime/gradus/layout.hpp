// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a compiled kernel may assume about the arrangement of its arguments. A kernel is compiled once
// for each layout class that its calls show: how many axes "..." stands for, which axes run as one
// loop, and along which loop axis each tensor's elements are adjacent. Extents and strides themselves
// are read at the call and are no part of the class; on a device one fact about them is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/graph.hpp>

namespace gradus {

/// One axis of the graph, or one of the axes that "..." stands for.
struct source_axis {
    int axis = 0;  ///< number in graph_view::axes
    int part = 0;  ///< position among the axes that "..." stands for; 0 for a named axis
    friend bool operator==(const source_axis&, const source_axis&) = default;
};

/// Axes that the kernel walks with one loop, outermost first. More than one only where the graph uses
/// them always together and every tensor that has them holds them contiguously.
struct loop_axis {
    std::vector<source_axis> sources;
    friend bool operator==(const loop_axis&, const loop_axis&) = default;
};

struct layout {
    std::vector<loop_axis> loops;  ///< in the order of the graph's axes
    std::vector<int> unit;         ///< for each input, then each output: the loop axis of stride 1, or -1
    /// On a device: in tensors with adjacent elements each row of them starts at a multiple of 16 bytes. Else false.
    bool aligned = false;
    friend bool operator==(const layout&, const layout&) = default;
};

struct argument;

/// The layout of a call's arguments. Throws gradus::error if they do not fit the graph.
layout classify(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs);

/// The layout of row-major arguments with `ellipsis_rank` axes for "...".
layout row_major(graph_view g, int ellipsis_rank = 1);

}  // namespace gradus
