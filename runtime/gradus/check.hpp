// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The checks of a call, in one order, before anything is computed or written: each argument's rank and
// element type, the extents of equal axes, where they live, null pointers, outputs whose elements share memory, and
// overlaps. What they establish, the extents of all axes, is a bound_call.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/graph.hpp>
#include <gradus/tensor.hpp>

namespace gradus {

/// The most inputs and outputs of one kernel.
inline constexpr std::size_t max_tensors = 64;

/// The most axes of a call: those of the graph, and those that "..." stands for.
inline constexpr int max_source_axes = max_axes + max_argument_rank;

/// The axes of a call. Its source axes are the graph's axes in order, with those that "..." stands for
/// in its place: graph axis a is the source axes first[a] … first[a + 1] - 1.
struct bound_call {
    int ellipsis_rank = 0;
    int sources = 0;
    std::array<std::uint8_t, max_axes + 1> first{};
    std::array<std::int64_t, max_source_axes> extents{};
};

inline constexpr axis_order no_axes{};

/// The axes that an input's data has: a seed is one number whatever the axes of its stream.
constexpr const axis_order& data_axes(const input& in) { return in.use == role::seed ? no_axes : in.axes; }

/// Calls visit(dimension, source axis) for each dimension of a tensor with the given axes.
template <class Visit>
void for_each_dimension(const bound_call& call, const axis_order& axes, Visit visit) {
    std::size_t dimension = 0;
    for (std::size_t i = 0; i < axes.rank; ++i)
        for (std::size_t s = call.first[axes.axis[i]]; s < call.first[axes.axis[i] + std::size_t{1}]; ++s)
            visit(dimension++, s);
}

/// The source axes of a graph whose "..." stands for `ellipsis_rank` axes, without extents.
bound_call bind_axes(graph_view g, int ellipsis_rank);

/// Checks the inputs alone: one argument for each of the graph's inputs, of rank -1 where an input that
/// no output depends on is not given. Throws gradus::error.
bound_call check_inputs(graph_view g, std::span<const argument> inputs);

/// Checks all that needs no memory: ranks, element types, extents and places, of the outputs as well unless there are
/// none. Pointers may be null. Throws gradus::error.
bound_call check_shapes(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs);

/// Checks a call: also the outputs, one for each of the graph's. An output may be the very memory of an
/// input with the same axes and strides; any other overlap is an error. Throws gradus::error.
bound_call check(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs);

/// The device that the first of these arguments lives on which is not the host's. Throws gradus::error if all are.
device& device_of(std::span<const argument> inputs);

/// The extents that output k has for the given inputs, in the order of its axes. Throws gradus::error.
std::vector<std::int64_t> output_extents(graph_view g, std::span<const argument> inputs, int k);

}  // namespace gradus
