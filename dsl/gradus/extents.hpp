// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The extents of a graph's axes, found from the arrays that its inputs are bound to. The first input
// with an axis decides its extent and is remembered, so that a message can name both sides.
#pragma once

#include <array>
#include <stdexcept>

#include <gradus/graph.hpp>
#include <gradus/ndarray.hpp>

namespace gradus {
namespace detail {

class axis_extents {
public:
    /// Throws std::invalid_argument if an input's extents do not fit its declaration, its data or the others.
    constexpr axis_extents(graph_view g, array_view<bound> inputs) : g_(g), inputs_(inputs) {
        if (inputs.size() != g.inputs.size()) throw std::invalid_argument("gradus: one array an input is needed");
        owner_.fill(nobody);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (is_array(i)) read(i);
    }

    /// The number of elements along an axis; of "...", along all that it stands for.
    constexpr std::int64_t operator[](int axis) const {
        const auto a = static_cast<std::size_t>(axis);
        if (owner_[a] == nobody)
            throw std::invalid_argument(
                (text("gradus: no argument has the axis \"") << g_.axis_name(axis) << '"').str());
        return extent_[a];
    }
    /// The number of positions on some axes.
    constexpr std::int64_t count(axis_set set) const {
        std::int64_t product = 1;
        for_each_axis(set, [&](int axis) { product *= (*this)[axis]; });
        return product;
    }
    /// The extents that "..." stands for.
    constexpr const vec<std::int64_t>& dots() const { return dots_; }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};

    constexpr bool is_array(std::size_t i) const {
        const bool given = !inputs_[i].extents.empty() || !inputs_[i].data.empty();
        return g_.inputs[i].use != role::seed && (g_.inputs[i].used || given);
    }
    constexpr bool is_dots(int axis) const { return g_.axis_name(axis) == ellipsis; }
    constexpr int axis_of(const input& in, int k) const { return in.axes.axis[static_cast<std::size_t>(k)]; }

    constexpr void read(std::size_t i) {
        const input& in = g_.inputs[i];
        const vec<std::int64_t>& given = inputs_[i].extents;
        int named = 0;
        for (int k = 0; k < in.axes.rank; ++k) named += !is_dots(axis_of(in, k));
        const bool fits = given.size() == static_cast<std::size_t>(named) ||
                          (named < in.axes.rank && given.size() > static_cast<std::size_t>(named));
        if (!fits) throw_rank(i);
        const std::size_t parts = given.size() - static_cast<std::size_t>(named);
        std::size_t next = 0;
        for (int k = 0; k < in.axes.rank; ++k) {
            const int axis = axis_of(in, k);
            const std::size_t first = next;
            next += is_dots(axis) ? parts : 1;
            const array_view<std::int64_t> extents(given.data() + first, next - first);
            if (is_dots(axis))
                read_dots(i, axis, extents);
            else
                read_axis(i, axis, extents[0]);
        }
        check_data(i);
    }
    constexpr void read_axis(std::size_t i, int axis, std::int64_t given) {
        const auto a = static_cast<std::size_t>(axis);
        if (owner_[a] != nobody && extent_[a] != given) throw_extent(i, axis, given, extent_[a]);
        if (owner_[a] == nobody) owner_[a] = i;
        extent_[a] = given;
    }
    constexpr void read_dots(std::size_t i, int axis, array_view<std::int64_t> given) {
        if (owner_[static_cast<std::size_t>(axis)] == nobody) dots_ = vec<std::int64_t>(given);
        if (given.size() != dots_.size()) throw_dots(i, axis, given.size());
        std::int64_t product = 1;
        for (std::size_t p = 0; p < given.size(); ++p) {
            if (given[p] != dots_[p]) throw_extent(i, axis, given[p], dots_[p]);
            product *= given[p];
        }
        read_axis(i, axis, product);
    }
    constexpr void check_data(std::size_t i) const {
        std::int64_t product = 1;
        for (const std::int64_t extent : inputs_[i].extents) product *= extent;
        const auto size = static_cast<std::int64_t>(inputs_[i].data.size());
        if (g_.inputs[i].used && size != product)
            throw std::invalid_argument(
                (argument(i) << " has " << size << " elements, but its extents make " << product).str());
    }

    // ---- messages: not constexpr, so that constant evaluation stops at the call, whose name says why

    constexpr text argument(std::size_t i) const {
        return text("gradus: argument \"") << g_.text_of(g_.inputs[i].name) << '"';
    }
    [[noreturn]] void throw_rank(std::size_t i) const {
        text message = argument(i);
        message << " has " << static_cast<std::uint64_t>(inputs_[i].extents.size()) << " axes, but is declared [";
        const input& in = g_.inputs[i];
        for (int k = 0; k < in.axes.rank; ++k) message << (k == 0 ? "" : ", ") << g_.axis_name(axis_of(in, k));
        throw std::invalid_argument((message << ']').str());
    }
    [[noreturn]] void throw_extent(std::size_t i, int axis, std::int64_t given, std::int64_t expected) const {
        const std::size_t owner = owner_[static_cast<std::size_t>(axis)];
        throw std::invalid_argument((argument(i)
                                     << " has " << given << " elements along axis \"" << g_.axis_name(axis)
                                     << "\", but \"" << g_.text_of(g_.inputs[owner].name) << "\" has " << expected)
                                        .str());
    }
    [[noreturn]] void throw_dots(std::size_t i, int axis, std::size_t given) const {
        const std::size_t owner = owner_[static_cast<std::size_t>(axis)];
        throw std::invalid_argument((argument(i) << " has " << static_cast<std::uint64_t>(given)
                                                 << " axes for \"...\", but \"" << g_.text_of(g_.inputs[owner].name)
                                                 << "\" has " << static_cast<std::uint64_t>(dots_.size()))
                                        .str());
    }

    graph_view g_;
    array_view<bound> inputs_;
    std::array<std::size_t, max_axes> owner_{};  ///< the input that decided the extent
    std::array<std::int64_t, max_axes> extent_{};
    vec<std::int64_t> dots_;
};

}  // namespace detail
}  // namespace gradus
