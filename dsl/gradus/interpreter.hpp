// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter: evaluates a graph node after node in float64, in constant evaluation and at run
// time. It is the oracle for every kernel, hence plain: each node's values lie in an array over the
// node's own axes, row-major in the order of the graph's axes, and operands are looked up by axis.
// Sums are compensated (Neumaier), so their error is that of one rounding.
#pragma once

#include <stdexcept>

#include <gradus/graph.hpp>
#include <gradus/philox.hpp>

namespace gradus {

/// Values with extents, row-major.
struct ndarray {
    vec<std::int64_t> extents;
    vec<double> data;

    constexpr std::size_t size() const { return data.size(); }
    constexpr double operator[](std::size_t i) const { return data[i]; }
    /// The element, of an array with one.
    constexpr explicit operator double() const {
        if (data.size() != 1) throw std::logic_error("gradus: only an array of one element is a number");
        return data[0];
    }
};

/// What an input is bound to: extents in the order of its declared axes, "..." being any number of
/// them in its place; a random stream is bound to its seed.
struct bound {
    vec<std::int64_t> extents;
    vec<double> data;
    std::uint64_t seed = 0;
};

namespace detail {

/// A sum that carries the rounding error of every addition along.
class compensated_sum {
public:
    constexpr void add(double value) {
        const double total = sum_ + value;
        if (total - total == 0)  // finite
            error_ += math::abs(sum_) >= math::abs(value) ? (sum_ - total) + value : (value - total) + sum_;
        sum_ = total;
    }
    constexpr double value() const { return sum_ - sum_ == 0 ? sum_ + error_ : sum_; }

private:
    double sum_ = 0;
    double error_ = 0;
};

class interpretation {
public:
    constexpr interpretation(graph_view g, std::span<const bound> inputs) : g_(g), inputs_(inputs) {
        extents_.resize(g.axes.size(), -1);
        for (std::size_t i = 0; i < g.inputs.size(); ++i)
            if (g.inputs[i].use != role::seed) read_extents(i);
        for (std::int64_t& extent : extents_)
            if (extent < 0) extent = 1;  // an axis of random streams alone
        values_.resize(g.nodes.size());
    }

    constexpr vec<ndarray> run() {
        for (node_id id = 0; id < g_.nodes.size(); ++id) evaluate(id);
        vec<ndarray> results;
        for (const output& out : g_.outputs) results.push_back(result(out));
        return results;
    }

private:
    /// A position: a coordinate for each axis of the graph.
    using position = std::array<std::int64_t, max_axes>;

    // ---- extents

    constexpr void read_extents(std::size_t i) {
        const input& in = g_.inputs[i];
        const vec<std::int64_t>& given = inputs_[i].extents;
        if (given.empty() && inputs_[i].data.empty() && !in.used) return;
        const int dots = static_cast<int>(given.size()) - (in.axes.rank - (has_dots(in) ? 1 : 0));
        if (dots < 0 || (!has_dots(in) && dots != 0))
            throw std::invalid_argument("gradus: an argument has another number of axes than its variable declares");
        std::size_t next = 0;
        for (int k = 0; k < in.axes.rank; ++k) {
            const int axis = in.axes.axis[static_cast<std::size_t>(k)];
            if (g_.axis_name(axis) != ellipsis) {
                require(axis, given[next++]);
                continue;
            }
            vec<std::int64_t> parts;
            std::int64_t count = 1;
            for (int d = 0; d < dots; ++d) {
                parts.push_back(given[next]);
                count *= given[next++];
            }
            require_dots(axis, parts, count);
        }
    }
    constexpr bool has_dots(const input& in) const {
        for (int k = 0; k < in.axes.rank; ++k)
            if (g_.axis_name(in.axes.axis[static_cast<std::size_t>(k)]) == ellipsis) return true;
        return false;
    }
    constexpr void require(int axis, std::int64_t extent) {
        std::int64_t& known = extents_[static_cast<std::size_t>(axis)];
        if (known >= 0 && known != extent)
            throw std::invalid_argument("gradus: two arguments have different extents along the same axis");
        known = extent;
    }
    constexpr void require_dots(int axis, const vec<std::int64_t>& parts, std::int64_t count) {
        if (extents_[static_cast<std::size_t>(axis)] >= 0) {
            bool same = parts.size() == dots_.size();
            for (std::size_t i = 0; same && i < parts.size(); ++i) same = parts[i] == dots_[i];
            if (!same) throw std::invalid_argument("gradus: two arguments have different extents for the axes ...");
        }
        dots_ = parts;
        require(axis, count);
    }
    constexpr std::int64_t extent(int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
    constexpr std::int64_t count(axis_set set) const {
        std::int64_t product = 1;
        for_each_axis(set, [&](int axis) { product *= extent(axis); });
        return product;
    }

    // ---- positions

    /// The position with the given row-major number among the positions of some axes.
    constexpr void place(axis_set set, std::int64_t number, position& at) const {
        for (int axis = static_cast<int>(g_.axes.size()); axis-- > 0;) {
            if ((set >> axis & 1) == 0) continue;
            at[static_cast<std::size_t>(axis)] = number % extent(axis);
            number /= extent(axis);
        }
    }
    constexpr std::int64_t number(axis_set set, const position& at) const {
        std::int64_t index = 0;
        for_each_axis(set, [&](int axis) { index = index * extent(axis) + at[static_cast<std::size_t>(axis)]; });
        return index;
    }
    constexpr double value(node_id id, const position& at) const {
        return values_[id][static_cast<std::size_t>(number(g_[id].axes, at))];
    }

    // ---- nodes

    constexpr void evaluate(node_id id) {
        const node& n = g_[id];
        const std::int64_t size = count(n.axes);
        values_[id].reserve(static_cast<std::size_t>(size));
        position at{};
        for (std::int64_t i = 0; i < size; ++i) {
            place(n.axes, i, at);
            values_[id].push_back(element_of_node(n, at));
        }
    }
    constexpr double element_of_node(const node& n, const position& at) const {
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n, at);
            case form::pointwise: return pointwise(n, at);
            case form::reduction: return reduction(n, at);
            case form::along: return softmax_at(n, at);
            default: return gather(n, at);
        }
    }
    constexpr double leaf(const node& n, const position& at) const {
        switch (n.code) {
            case op::constant: return n.value;
            case op::input: return inputs_[n.ref].data[static_cast<std::size_t>(number_in_order(n.ref, at))];
            case op::index: return static_cast<double>(number(n.over, at));
            case op::extent: return static_cast<double>(count(n.over));
            case op::uniform:
                return uniform_at(inputs_[n.ref].seed, static_cast<std::uint64_t>(number_in_order(n.ref, at)));
            default: throw std::logic_error("gradus: a pattern is no formula");
        }
    }
    /// The row-major number of a position in the order of an input's declared axes.
    constexpr std::int64_t number_in_order(std::uint32_t in, const position& at) const {
        std::int64_t index = 0;
        const axis_order& order = g_.inputs[in].axes;
        for (int k = 0; k < order.rank; ++k) {
            const int axis = order.axis[static_cast<std::size_t>(k)];
            index = index * extent(axis) + at[static_cast<std::size_t>(axis)];
        }
        return index;
    }
    constexpr double pointwise(const node& n, const position& at) const {
        std::array<double, 3> operand{};
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) operand[i] = value(n.args[i], at);
        return about(n.code).value(operand[0], operand[1], operand[2]);
    }
    template <class Visit>
    constexpr void for_each_along(axis_set over, position at, Visit visit) const {
        const std::int64_t size = count(over);
        for (std::int64_t i = 0; i < size; ++i) {
            place(over, i, at);
            visit(at);
        }
    }
    constexpr double extreme(const node& n, const position& at, bool largest) const {
        constexpr double infinity = __builtin_inf();
        double best = largest ? -infinity : infinity;
        for_each_along(n.over, at, [&](const position& p) {
            const double v = value(n.args[0], p);
            best = largest ? math::max(best, v) : math::min(best, v);
        });
        return best;
    }
    /// Σ exp(v - shift).
    constexpr double sum_of_exp(const node& n, const position& at, double shift) const {
        compensated_sum total;
        for_each_along(n.over, at, [&](const position& p) { total.add(math::exp(value(n.args[0], p) - shift)); });
        return total.value();
    }
    constexpr double reduction(const node& n, const position& at) const {
        if (n.code == op::reduce_max) return extreme(n, at, true);
        if (n.code == op::reduce_min) return extreme(n, at, false);
        if (n.code == op::reduce_sum) {
            compensated_sum total;
            for_each_along(n.over, at, [&](const position& p) { total.add(value(n.args[0], p)); });
            return total.value();
        }
        const double largest = extreme(n, at, true);
        if (largest - largest != 0) return largest;  // all -inf, one inf, or NaN
        return largest + math::log(sum_of_exp(n, at, largest));
    }
    constexpr double softmax_at(const node& n, const position& at) const {
        const double largest = extreme(n, at, true);
        return math::exp(value(n.args[0], at) - largest) / sum_of_exp(n, at, largest);
    }
    constexpr double gather(const node& n, position at) const {
        const double label = value(n.args[1], at);
        if (!(label >= 0 && label < static_cast<double>(count(n.over))))
            throw std::out_of_range("gradus: a label lies outside its axis");
        place(n.over, static_cast<std::int64_t>(label), at);
        return value(n.args[0], at);
    }

    constexpr ndarray result(const output& out) const {
        ndarray to;
        axis_set set = 0;
        for (int k = 0; k < out.axes.rank; ++k) {
            const int axis = out.axes.axis[static_cast<std::size_t>(k)];
            set |= axis_set{1} << axis;
            if (g_.axis_name(axis) != ellipsis)
                to.extents.push_back(extent(axis));
            else
                for (const std::int64_t part : dots_) to.extents.push_back(part);
        }
        const std::int64_t size = count(set);
        position at{};
        for (std::int64_t i = 0; i < size; ++i) {
            std::int64_t rest = i;
            for (int k = out.axes.rank; k-- > 0;) {
                const int axis = out.axes.axis[static_cast<std::size_t>(k)];
                at[static_cast<std::size_t>(axis)] = rest % extent(axis);
                rest /= extent(axis);
            }
            to.data.push_back(value(out.value, at));
        }
        return to;
    }

    graph_view g_;
    std::span<const bound> inputs_;
    vec<std::int64_t> extents_;
    vec<std::int64_t> dots_;
    vec<vec<double>> values_;
};

}  // namespace detail

/// The value of each output. Throws std::invalid_argument if extents disagree, std::out_of_range for a
/// label outside its axis.
constexpr vec<ndarray> interpret(graph_view g, std::span<const bound> inputs) {
    return detail::interpretation(g, inputs).run();
}

}  // namespace gradus
