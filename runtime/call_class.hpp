// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layout of a call in a form that is found and compared without allocation: the key under which a
// kernel keeps its compiled variants.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <gradus/check.hpp>
#include <gradus/layout.hpp>

#include "small_buffer.hpp"

namespace gradus {

/// What the compiled code depends on: where it runs, layout and element types. Entries beyond the tensors are zero.
struct call_class {
    device* place = nullptr;  ///< null: the host
    bool aligned = false;     ///< as in layout
    std::int8_t ellipsis_rank = 0;
    std::uint64_t joined = 0;  ///< bit s: source axis s runs in one loop with source axis s - 1
    std::array<std::int8_t, max_tensors> unit{};
    std::array<std::uint8_t, max_tensors> types{};  ///< of the inputs; bytes, as they compare fastest
    friend bool operator==(const call_class&, const call_class&) = default;
};

/// Where a call runs, which has passed check(): the device of its tensors, null for the host.
device* place_of(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs);

/// The axes a, each as bit a, that the graph and its tensors use only together with axis a + 1.
axis_set joinable_axes(graph_view g);

/// A call in terms of source axes and loops: what classification finds and a launch hands to the code.
class call_geometry {
public:
    /// The arguments have passed check(); `joinable` is joinable_axes(g).
    call_geometry(graph_view g, axis_set joinable, const bound_call& call, std::span<const argument> inputs,
                  std::span<const argument> outputs);

    const call_class& key() const { return key_; }
    std::size_t loops() const { return loops_; }

    /// The length of a launch's `shape`, and its content (see program.hpp).
    std::size_t shape_size() const { return loops_ * (tensors_ + 1); }
    void fill_shape(std::int64_t* shape) const;

private:
    bool has(std::size_t tensor, std::size_t source) const { return (sets_[tensor] >> axis_of_[source] & 1u) != 0; }
    bool fit(std::size_t source) const;
    void join(axis_set joinable);
    void find_units();
    bool is_aligned(std::size_t tensor, const argument& x) const;
    std::int64_t loop_extent(std::size_t loop) const;
    std::int64_t loop_stride(std::size_t tensor, std::size_t loop) const;

    struct run {
        std::int64_t stride;
        std::int64_t extent;
    };

    const bound_call& call_;
    std::size_t sources_;
    std::size_t tensors_;
    std::size_t loops_ = 0;
    call_class key_;
    std::array<std::uint8_t, max_source_axes> axis_of_;       ///< source axis → graph axis
    std::array<std::uint8_t, max_source_axes + 1> starts_{};  ///< loop → its first source axis
    std::array<const axis_order*, max_tensors> axes_;         ///< without axes for inputs that are not read
    std::array<axis_set, max_tensors> sets_;                  ///< of the same
    std::uint64_t empty_ = 0;                                 ///< bit t: tensor t has no elements
    small_buffer<std::int64_t, 256> strides_;                 ///< tensor × source axis
    std::array<run, max_tensors> runs_;                       ///< of the loop being grown, for each tensor
};

/// The layout that a key stands for.
layout layout_of(graph_view g, const call_class& key);

}  // namespace gradus
