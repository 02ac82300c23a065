// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor of a call is known by one number: inputs come first, outputs after them. `checker` walks the
// tensors once for each question; the first tensor that answers one (how many axes "..." stands for,
// how long an axis is) is remembered, so that a message can name both sides of a disagreement.
#include <gradus/check.hpp>

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gradus/device.hpp>
#include <gradus/error.hpp>

#include "overlap.hpp"
#include "small_buffer.hpp"

namespace gradus {
namespace {

std::string plural(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::span<const std::int64_t> part(const std::array<std::int64_t, max_argument_rank>& values, int rank) {
    return {values.data(), static_cast<std::size_t>(rank)};
}

int ellipsis_axis(graph_view g) {
    for (int a = 0; a < static_cast<int>(g.axes.size()); ++a)
        if (g.axis_name(a) == ellipsis) return a;
    return -1;
}

/// The axes that the results depend on.
axis_set needed_axes(graph_view g) {
    axis_set needed = 0;
    for (const node& n : g.nodes) needed |= n.axes | n.over;
    for (const output& out : g.outputs) needed |= out.axes.set();
    for (const requirement& r : g.requirements) needed |= r.over;
    return needed;
}

class checker {
public:
    checker(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs)
        : g_(g),
          inputs_(inputs),
          outputs_(outputs),
          ellipsis_(ellipsis_axis(g)),
          addresses_(inputs.size() + outputs.size()) {}

    bound_call run() {
        run_shapes();
        for (std::size_t t = 0; t < tensors(); ++t) check_data(t);
        for (std::size_t t = 0; t < tensors(); ++t)
            addresses_[t] = is_read_or_written(t) ? addresses_of(at(t)) : byte_range{0, 0};
        for (std::size_t k = 0; k < outputs_.size(); ++k) check_overlaps(k);
        return call_;
    }

    /// All but what concerns memory.
    const bound_call& run_shapes() {
        if (inputs_.size() != g_.inputs.size()) throw internal_error("a call with another number of inputs");
        for (std::size_t t = 0; t < tensors(); ++t) check_rank(t);
        for (std::size_t t = 0; t < tensors(); ++t) check_type(t);
        call_ = bind_axes(g_, ellipsis_rank_);
        for (std::size_t t = 0; t < tensors(); ++t) check_extents(t);
        check_all_axes_known();
        check_places();
        return call_;
    }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};

    std::size_t tensors() const { return inputs_.size() + outputs_.size(); }
    bool is_input(std::size_t t) const { return t < inputs_.size(); }
    const argument& at(std::size_t t) const { return is_input(t) ? inputs_[t] : outputs_[t - inputs_.size()]; }
    bool given(std::size_t t) const { return at(t).rank >= 0; }
    bool is_read_or_written(std::size_t t) const { return !is_input(t) || g_.inputs[t].used; }
    axis_order axes_of(std::size_t t) const {
        return is_input(t) ? data_axes(g_.inputs[t]) : g_.outputs[t - inputs_.size()].axes;
    }

    std::string quoted_name(std::size_t t) const {
        if (is_input(t)) return fmt::format("\"{}\"", g_.text_of(g_.inputs[t].name));
        const std::size_t k = t - inputs_.size();
        const name_ref name = g_.outputs[k].name;
        return name.size > 0 ? fmt::format("\"{}\"", g_.text_of(name)) : fmt::format("{}", k + 1);
    }
    std::string subject(std::size_t t) const { return (is_input(t) ? "argument " : "output ") + quoted_name(t); }
    /// A tensor as the other side of a comparison.
    std::string other(std::size_t t) const { return is_input(t) ? quoted_name(t) : subject(t); }

    std::string axis_text(std::size_t source) const {
        int a = 0;
        while (call_.first[static_cast<std::size_t>(a) + 1] <= source) ++a;
        if (a != ellipsis_ || call_.ellipsis_rank == 1) return fmt::format("axis \"{}\"", g_.axis_name(a));
        return fmt::format("axis {} of \"...\"", source - call_.first[static_cast<std::size_t>(a)] + 1);
    }

    std::string declared_axes(const axis_order& axes) const {
        std::string list;
        for (std::size_t i = 0; i < axes.rank; ++i)
            list += fmt::format("{}{}", i == 0 ? "" : ", ", g_.axis_name(axes.axis[i]));
        return fmt::format("[{}]", list);
    }

    void check_rank(std::size_t t) {
        if (!given(t)) {
            if (is_input(t) && !g_.inputs[t].used) return;
            throw error(fmt::format("{} is missing", subject(t)));
        }
        const axis_order axes = axes_of(t);
        const bool open = ellipsis_ >= 0 && (axes.set() >> ellipsis_ & 1u) != 0;
        const int named = axes.rank - (open ? 1 : 0);
        if (open ? at(t).rank < named : at(t).rank != named)
            throw error(fmt::format("{} has {}, but its declaration {} has {}{}", subject(t),
                                    plural(at(t).rank, "axis", "axes"), declared_axes(axes), open ? "at least " : "",
                                    named));
        if (open) bind_ellipsis(t, at(t).rank - named);
    }

    void bind_ellipsis(std::size_t t, int rank) {
        if (ellipsis_owner_ == nobody) {
            ellipsis_owner_ = t;
            ellipsis_rank_ = rank;
        }
        if (rank != ellipsis_rank_)
            throw error(fmt::format("{} has {} for \"...\", but {} has {}", subject(t), plural(rank, "axis", "axes"),
                                    other(ellipsis_owner_), ellipsis_rank_));
    }

    void check_type(std::size_t t) const {
        if (!given(t)) return;
        const element type = at(t).type;
        if (!is_input(t)) {
            const element made = g_.outputs[t - inputs_.size()].type;
            if (type != made)
                throw error(fmt::format("{} holds {}, but the result is {}", subject(t), name_of(type), name_of(made)));
            return;
        }
        const input& in = g_.inputs[t];
        if (in.use == role::seed) {
            if (is_real(type) || size_of(type) != 8)
                throw error(fmt::format("{} holds {}, but a seed is an integer of 64 bits", subject(t), name_of(type)));
        } else if (in.any_integer) {
            if (is_real(type))
                throw error(fmt::format("{} holds {}, but labels are integers", subject(t), name_of(type)));
        } else if (type != in.type) {
            throw error(fmt::format("{0} holds {1}, but it is declared {2}: pass {2} data or declare it {1}",
                                    subject(t), name_of(type), name_of(in.type)));
        }
    }

    void check_extents(std::size_t t) {
        if (!given(t)) return;
        for_each_dimension(call_, axes_of(t), [&](std::size_t dimension, std::size_t source) {
            const std::int64_t extent = at(t).extents[dimension];
            if ((known_ >> source & 1u) == 0) {
                known_ |= std::uint64_t{1} << source;
                owner_[source] = t;
                call_.extents[source] = extent;
            }
            if (extent != call_.extents[source])
                throw error(fmt::format("{} has {} along {}, but {} has {}", subject(t),
                                        plural(extent, "element", "elements"), axis_text(source), other(owner_[source]),
                                        call_.extents[source]));
        });
    }

    /// Axes that nothing depends on any more count as one element long.
    void check_all_axes_known() {
        for (std::size_t a = 0; a < g_.axes.size(); ++a)
            for (std::size_t s = call_.first[a]; s < call_.first[a + 1]; ++s) {
                if ((known_ >> s & 1u) != 0) continue;
                if ((needed_axes(g_) >> a & 1u) != 0) throw error(unknown_axis_text(a));
                call_.extents[s] = 1;
            }
        if (ellipsis_ >= 0 && ellipsis_owner_ == nobody && (needed_axes(g_) >> ellipsis_ & 1u) != 0)
            throw error(unknown_axis_text(static_cast<std::size_t>(ellipsis_)));
    }

    std::string unknown_axis_text(std::size_t a) const {
        const std::string_view name = g_.axis_name(static_cast<int>(a));
        const std::string fact = fmt::format("no argument of the call has the axis \"{}\"", name);
        for (std::size_t t = 0; t < inputs_.size(); ++t)
            if ((axes_of(t).set() >> a & 1u) != 0) return fmt::format("{}: pass {} too", fact, quoted_name(t));
        return fact;
    }

    /// All live in one place, but for numbers that the host passes to a device.
    void check_places() const {
        std::size_t owner = nobody;
        for (std::size_t t = 0; t < tensors() && owner == nobody; ++t)
            if (given(t) && is_read_or_written(t) && at(t).place != nullptr) owner = t;
        if (owner == nobody) return;
        for (std::size_t t = 0; t < tensors(); ++t) {
            const bool is_number = is_input(t) && at(t).rank == 0 && at(t).place == nullptr;
            if (!given(t) || !is_read_or_written(t) || at(t).place == at(owner).place || is_number) continue;
            throw error(fmt::format("{} lives in {}, but {} in {}: to_device and to_host make copies", subject(t),
                                    place_text(t), other(owner), place_text(owner)));
        }
    }

    std::string place_text(std::size_t t) const {
        const device* const place = at(t).place;
        return place == nullptr ? "the memory of the host" : fmt::format("the memory of {}", place->name());
    }

    void check_data(std::size_t t) const {
        if (!is_read_or_written(t)) return;
        const std::int64_t count = element_count(at(t));
        if (at(t).data == nullptr && count > 0)
            throw error(
                fmt::format("{} is a null pointer, but needs {}", subject(t), plural(count, "element", "elements")));
        if (!is_input(t) && shares_elements(at(t)))
            throw error(
                fmt::format("{} has several elements in one place (extents {{{}}}, strides {{{}}}): "
                            "give each element its own",
                            subject(t), fmt::join(part(at(t).extents, at(t).rank), ", "),
                            fmt::join(part(at(t).strides, at(t).rank), ", ")));
    }

    bool in_place(const axis_order& axes, std::size_t t, const argument& out) const {
        const argument& in = at(t);
        if (in.data != out.data || size_of(in.type) != size_of(out.type) || axes_of(t) != axes) return false;
        for (std::size_t i = 0; i < static_cast<std::size_t>(in.rank); ++i)
            if (in.extents[i] > 1 && in.strides[i] != out.strides[i]) return false;
        return true;
    }

    bool share_memory(std::size_t t, std::size_t out) const {
        return meet(addresses_[t], addresses_[out]) && overlap(at(t), at(out));
    }

    void check_overlaps(std::size_t k) const {
        const std::size_t out = inputs_.size() + k;
        for (std::size_t t = 0; t < inputs_.size(); ++t) {
            if (!share_memory(t, out) || in_place(axes_of(out), t, at(out))) continue;
            throw error(
                fmt::format("{} overlaps {}: they must be apart, or the same memory with the same axes and "
                            "strides",
                            subject(out), subject(t)));
        }
        for (std::size_t before = inputs_.size(); before < out; ++before)
            if (share_memory(before, out))
                throw error(fmt::format("{} overlaps {}: outputs must be apart", subject(out), subject(before)));
    }

    graph_view g_;
    std::span<const argument> inputs_;
    std::span<const argument> outputs_;
    int ellipsis_ = -1;
    int ellipsis_rank_ = 0;
    std::size_t ellipsis_owner_ = nobody;
    bound_call call_;
    std::uint64_t known_ = 0;  ///< bit s: the extent of source axis s is known
    std::array<std::size_t, max_source_axes> owner_;
    small_buffer<byte_range, 64> addresses_;  ///< empty for inputs that are not read
};

}  // namespace

bound_call bind_axes(graph_view g, int ellipsis_rank) {
    bound_call call;
    call.ellipsis_rank = ellipsis_rank;
    for (std::size_t a = 0; a < g.axes.size(); ++a) {
        call.first[a] = static_cast<std::uint8_t>(call.sources);
        call.sources += g.axis_name(static_cast<int>(a)) == ellipsis ? ellipsis_rank : 1;
    }
    call.first[g.axes.size()] = static_cast<std::uint8_t>(call.sources);
    return call;
}

bound_call check_inputs(graph_view g, std::span<const argument> inputs) { return checker(g, inputs, {}).run(); }

bound_call check_shapes(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs) {
    if (!outputs.empty() && outputs.size() != g.outputs.size())
        throw internal_error("a call with another number of outputs");
    return checker(g, inputs, outputs).run_shapes();
}

bound_call check(graph_view g, std::span<const argument> inputs, std::span<const argument> outputs) {
    if (outputs.size() != g.outputs.size()) throw internal_error("a call with another number of outputs");
    return checker(g, inputs, outputs).run();
}

device& device_of(std::span<const argument> inputs) {
    for (const argument& in : inputs)
        if (in.place != nullptr) return *in.place;
    throw error("a view of a device's memory names no device");
}

std::vector<std::int64_t> output_extents(graph_view g, std::span<const argument> inputs, int k) {
    const bound_call call = check_inputs(g, inputs);
    std::vector<std::int64_t> extents;
    for_each_dimension(call, g.outputs[static_cast<std::size_t>(k)].axes,
                       [&](std::size_t, std::size_t source) { extents.push_back(call.extents[source]); });
    return extents;
}

}  // namespace gradus
