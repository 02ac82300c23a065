// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter: evaluates a graph node after node in float64, in constant evaluation and at run
// time. It is the oracle for every kernel, hence plain: each node's values lie in an array over the
// node's own axes, row-major in rising order of the graph's axes. A walk steps through positions and
// keeps an offset into each array at hand; an array that lacks an axis has the stride 0 along it,
// which is all there is to broadcasting. Sums are compensated (Neumaier): the error of one rounding.
#pragma once

#include <stdexcept>

#include <gradus/extents.hpp>
#include <gradus/graph.hpp>
#include <gradus/ndarray.hpp>
#include <gradus/philox.hpp>
#include <gradus/requirement.hpp>

namespace gradus {
namespace detail {

/// A sum that carries the rounding error of every addition along. Infinities stay.
class compensated_sum {
public:
    constexpr void add(double value) {
        const double total = math::add(sum_, value);
        if (is_finite(total))
            error_ += math::abs(sum_) >= math::abs(value) ? (sum_ - total) + value : (value - total) + sum_;
        sum_ = total;
    }
    constexpr double value() const { return is_finite(sum_) ? math::add(sum_, error_) : sum_; }

private:
    double sum_ = 0;
    double error_ = 0;
};

/// Row-major steps through the positions of some axes, with the offsets of up to three arrays.
class walk {
public:
    using offsets = std::array<std::int64_t, 3>;

    constexpr void append(std::int64_t extent, const offsets& strides) {
        if (extent == 0) empty_ = true;
        if (extent != 1) loops_.push_back({extent, 0, strides});
    }
    /// Calls visit(offsets) for each position; afterwards the walk stands at its start again.
    template <class Visit>
    constexpr void for_each(Visit visit) {
        if (empty_) return;
        do visit(at_);
        while (next());
    }

private:
    struct loop {
        std::int64_t extent = 0;
        std::int64_t at = 0;
        offsets strides{};
    };

    constexpr bool next() {
        for (std::size_t i = loops_.size(); i-- > 0;) {
            loop& l = loops_[i];
            const bool more = ++l.at < l.extent;
            const std::int64_t steps = more ? 1 : 1 - l.extent;
            for (std::size_t k = 0; k < at_.size(); ++k) at_[k] += steps * l.strides[k];
            if (more) return true;
            l.at = 0;
        }
        return false;
    }

    vec<loop> loops_;
    offsets at_{};
    bool empty_ = false;
};

class interpretation {
public:
    constexpr interpretation(graph_view g, array_view<bound> inputs)
        : g_(g), inputs_(inputs), extents_(g, inputs) {
        values_.resize(g.nodes.size());
    }

    constexpr vec<ndarray> run() {
        for (node_id id = 0; id < g_.nodes.size(); ++id) evaluate(id);
        for (const requirement& r : g_.requirements) check(r);
        vec<ndarray> results;
        for (const output& out : g_.outputs) results.push_back(result(out));
        return results;
    }

private:
    // ---- strides and walks

    /// The stride along an axis of an array over a set of axes, 0 if it lacks the axis.
    constexpr std::int64_t stride(axis_set set, int axis) const {
        const axis_set bit = axis_set{1} << axis;
        return (set & bit) == 0 ? 0 : extents_.count(set & ~(bit | (bit - 1)));
    }
    /// The same for an array over axes in the order of a declaration.
    constexpr std::int64_t stride(const axis_order& order, int axis) const {
        std::int64_t product = 1;
        for (int k = order.rank; k-- > 0; product *= extents_[order.axis[static_cast<std::size_t>(k)]])
            if (order.axis[static_cast<std::size_t>(k)] == axis) return product;
        return 0;
    }
    template <class Strides>
    constexpr walk walk_over(axis_set set, Strides strides) const {
        walk steps;
        for_each_axis(set, [&](int axis) { steps.append(extents_[axis], strides(axis)); });
        return steps;
    }
    constexpr double value(node_id id, std::int64_t offset) const {
        return values_[id][static_cast<std::size_t>(offset)];
    }

    // ---- nodes

    constexpr void evaluate(node_id id) {
        const node& n = g_[id];
        vec<double>& to = values_[id];
        to.reserve(static_cast<std::size_t>(extents_.count(n.axes)));
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n, to);
            case form::pointwise: return pointwise(n, to);
            case form::reduction: return reduction(n, to);
            case form::along: return normalised(n, to);
            case form::gather: return gather(n, to);
        }
    }

    constexpr void leaf(const node& n, vec<double>& to) const {
        switch (n.code) {
            case op::constant: return to.push_back(n.value);
            case op::extent: return to.push_back(static_cast<double>(extents_.count(n.over)));
            case op::index: return index(n, to);
            case op::input: return input_values(n, to);
            case op::uniform: return uniform(n, to);
            default: throw std::logic_error("gradus: a pattern has no value");
        }
    }
    constexpr void index(const node& n, vec<double>& to) const {
        walk steps = walk_over(n.axes, [&](int axis) { return walk::offsets{stride(n.over, axis), 0, 0}; });
        steps.for_each([&](const walk::offsets& at) { to.push_back(static_cast<double>(at[0])); });
    }
    constexpr walk in_declared_order(const node& n) const {
        return walk_over(n.axes, [&](int axis) { return walk::offsets{stride(g_.inputs[n.ref].axes, axis), 0, 0}; });
    }
    constexpr void input_values(const node& n, vec<double>& to) const {
        const vec<double>& data = inputs_[n.ref].data;
        in_declared_order(n).for_each(
            [&](const walk::offsets& at) { to.push_back(data[static_cast<std::size_t>(at[0])]); });
    }
    constexpr void uniform(const node& n, vec<double>& to) const {
        const std::uint64_t seed = inputs_[n.ref].seed;
        in_declared_order(n).for_each(
            [&](const walk::offsets& at) { to.push_back(uniform_at(seed, static_cast<std::uint64_t>(at[0]))); });
    }

    constexpr void pointwise(const node& n, vec<double>& to) const {
        const auto operands = static_cast<std::size_t>(arity(n));
        walk steps = walk_over(n.axes, [&](int axis) {
            walk::offsets strides{};
            for (std::size_t k = 0; k < operands; ++k) strides[k] = stride(g_[n.args[k]].axes, axis);
            return strides;
        });
        const value_function function = about(n.code).value;
        steps.for_each([&](const walk::offsets& at) {
            std::array<double, 3> operand{};
            for (std::size_t k = 0; k < operands; ++k) operand[k] = value(n.args[k], at[k]);
            to.push_back(function(operand[0], operand[1], operand[2]));
        });
    }

    // ---- reductions: `along` walks one row of the operand, that is the axes in `over`, from its offset

    constexpr walk rows(const node& n, axis_set axes) const {
        return walk_over(axes, [&](int axis) {
            return walk::offsets{stride(g_[n.args[0]].axes, axis), stride(n.axes, axis), 0};
        });
    }
    constexpr void reduction(const node& n, vec<double>& to) const {
        walk along = rows(n, n.over);
        rows(n, n.axes & ~n.over).for_each([&](const walk::offsets& row) { to.push_back(reduced(n, along, row[0])); });
    }
    constexpr double reduced(const node& n, walk& along, std::int64_t row) const {
        switch (n.code) {
            case op::reduce_sum: return sum(n, along, row);
            case op::reduce_max: return extreme(n, along, row, math::max, -__builtin_inf());
            case op::reduce_min: return extreme(n, along, row, math::min, __builtin_inf());
            default: return logsumexp(n, along, row);
        }
    }
    constexpr double sum(const node& n, walk& along, std::int64_t row) const {
        compensated_sum total;
        along.for_each([&](const walk::offsets& at) { total.add(value(n.args[0], row + at[0])); });
        return total.value();
    }
    constexpr double extreme(const node& n, walk& along, std::int64_t row, double (*choose)(double, double),
                             double of_nothing) const {
        double best = of_nothing;
        along.for_each([&](const walk::offsets& at) { best = choose(best, value(n.args[0], row + at[0])); });
        return best;
    }
    /// Σ exp(v - largest) - 1: the largest element's own term left out, so that log1p keeps the others' digits.
    constexpr double sum_of_others(const node& n, walk& along, std::int64_t row, double largest) const {
        compensated_sum total;
        total.add(-1);
        along.for_each(
            [&](const walk::offsets& at) { total.add(math::exp(math::sub(value(n.args[0], row + at[0]), largest))); });
        return total.value();
    }
    constexpr double logsumexp(const node& n, walk& along, std::int64_t row) const {
        const double largest = extreme(n, along, row, math::max, -__builtin_inf());
        if (!is_finite(largest)) return largest;
        return math::add(largest, math::log1p(sum_of_others(n, along, row, largest)));
    }
    /// softmax, its complement and log_softmax.
    constexpr void normalised(const node& n, vec<double>& to) const {
        to.resize(static_cast<std::size_t>(extents_.count(n.axes)));
        walk along = rows(n, n.over);
        rows(n, n.axes & ~n.over).for_each([&](const walk::offsets& row) {
            const double largest = extreme(n, along, row[0], math::max, -__builtin_inf());
            const double others = is_finite(largest) ? sum_of_others(n, along, row[0], largest) : 0;
            along.for_each([&](const walk::offsets& at) {
                double& result = to[static_cast<std::size_t>(row[1] + at[1])];
                result = quiet_nan;
                if (!is_finite(largest)) return;
                const double shifted = math::sub(value(n.args[0], row[0] + at[0]), largest);
                result = normalised(n.code, shifted, others);
            });
        });
    }
    static constexpr double normalised(op code, double shifted, double others) {
        if (code == op::log_softmax) return shifted - math::log1p(others);
        if (code == op::softmax) return math::exp(shifted) / (1 + others);
        return (shifted < 0 ? 1 + others - math::exp(shifted) : others) / (1 + others);
    }

    // ---- at

    constexpr void gather(const node& n, vec<double>& to) const {
        const node& from = g_[n.args[0]];
        const node& labels = g_[n.args[1]];
        walk steps = walk_over(n.axes, [&](int axis) {
            return walk::offsets{stride(from.axes, axis) * ((n.over >> axis & 1) == 0), stride(labels.axes, axis), 0};
        });
        steps.for_each([&](const walk::offsets& at) {
            const double label = value(n.args[1], at[1]);
            if (!inside(label, n.over)) violated({no_node, n.args[1], n.over}, at[1]);
            to.push_back(value(n.args[0], at[0] + offset_of_label(n, static_cast<std::int64_t>(label))));
        });
    }
    constexpr std::int64_t offset_of_label(const node& n, std::int64_t label) const {
        std::int64_t offset = 0;
        for_each_axis(n.over, [&](int axis) {
            offset += label / stride(n.over, axis) % extents_[axis] * stride(g_[n.args[0]].axes, axis);
        });
        return offset;
    }
    // ---- requirements

    constexpr bool inside(double label, axis_set over) const {
        return label >= 0 && label < static_cast<double>(extents_.count(over)) && math::floor(label) == label;
    }
    constexpr void check(const requirement& r) const {
        const vec<double>& values = values_[tested(r)];
        for (std::size_t i = 0; i < values.size(); ++i)
            if (r.over != 0 ? !inside(values[i], r.over) : values[i] == 0) violated(r, static_cast<std::int64_t>(i));
    }
    /// Not constexpr, so that constant evaluation stops at the call, whose name says why.
    [[noreturn]] void violated(const requirement& r, std::int64_t element) const {
        violation v;
        const axis_set axes = g_[tested(r)].axes;
        const text position = position_text(axes, element);
        const int subject = subject_of(g_, r);
        const double given = subject >= 0 ? value_of_input(static_cast<std::size_t>(subject), axes, element) : 0;
        const text number = given != given ? text("NaN") : number_text(given);
        v.given = number;
        v.position = position;
        if (r.over != 0) {
            v.extent = extents_.count(r.over);
            v.fits = inside(given, r.over);
        }
        const std::string message = (text("gradus: ") << violation_text(g_, r, v)).str();
        if (r.over != 0) throw std::out_of_range(message);
        throw std::domain_error(message);
    }
    /// The element of an input at a position on some axes, given row-major.
    constexpr double value_of_input(std::size_t i, axis_set axes, std::int64_t element) const {
        std::int64_t offset = 0;
        for_each_axis(axes, [&](int axis) {
            offset += element / stride(axes, axis) % extents_[axis] * stride(g_.inputs[i].axes, axis);
        });
        return inputs_[i].data[static_cast<std::size_t>(offset)];
    }
    constexpr text position_text(axis_set set, std::int64_t element) const {
        text position;
        for_each_axis(set, [&](int axis) {
            position << (position.empty() ? " at " : ", ") << g_.axis_name(axis) << " = ";
            position << element / stride(set, axis) % extents_[axis];
        });
        return position;
    }

    constexpr ndarray result(const output& out) const {
        ndarray to;
        walk steps;
        for (int k = 0; k < out.axes.rank; ++k) {
            const int axis = out.axes.axis[static_cast<std::size_t>(k)];
            steps.append(extents_[axis], {stride(g_[out.value].axes, axis), 0, 0});
            if (g_.axis_name(axis) != ellipsis)
                to.extents.push_back(extents_[axis]);
            else
                for (const std::int64_t part : extents_.dots()) to.extents.push_back(part);
        }
        steps.for_each([&](const walk::offsets& at) { to.data.push_back(value(out.value, at[0])); });
        return to;
    }

    graph_view g_;
    array_view<bound> inputs_;
    axis_extents extents_;
    vec<vec<double>> values_;
};

}  // namespace detail

/// The value of each output in float64, by the graph's definition: values broadcast by axis name, a
/// select takes one branch whatever the other holds, NaN and infinities propagate as IEEE 754 has it.
/// `inputs` has one entry for each input of the graph. Throws std::invalid_argument if extents
/// disagree, std::out_of_range for a label outside its axis and std::domain_error for a condition of
/// `require` that does not hold, also where a select hides them.
constexpr vec<ndarray> interpret(graph_view g, array_view<bound> inputs) {
    return detail::interpretation(g, inputs).run();
}

}  // namespace gradus
