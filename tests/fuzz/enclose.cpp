// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The structure is the interpreter's: each node's elements lie row-major over the node's own axes, in rising order of
// the graph's axes; what lacks an axis has the stride 0 along it.
#include "enclose.hpp"

#include <gradus/interpreter.hpp>

namespace gradus::fuzz {
namespace {

using gradus::detail::walk;

class enclosing {
public:
    enclosing(graph_view g, const problem& p, const arithmetic& how) : g_(g), p_(p), how_(how) {}

    std::vector<std::vector<possible>> run() {
        for (const node& n : g_.nodes) values_.push_back(evaluate(n));
        std::vector<std::vector<possible>> results;
        for (const output& out : g_.outputs) results.push_back(result(out));
        return results;
    }

private:
    std::int64_t count(axis_set set) const {
        std::int64_t product = 1;
        for_each_axis(set, [&](int axis) { product *= p_.extent(axis); });
        return product;
    }
    std::int64_t stride(axis_set set, int axis) const {
        const axis_set bit = axis_set{1} << axis;
        return (set & bit) == 0 ? 0 : count(set & ~(bit | (bit - 1)));
    }
    std::int64_t stride(const axis_order& order, int axis) const {
        std::int64_t product = 1;
        for (int k = order.rank; k-- > 0; product *= p_.extent(order.axis[static_cast<std::size_t>(k)]))
            if (order.axis[static_cast<std::size_t>(k)] == axis) return product;
        return 0;
    }
    template <class Strides>
    walk walk_over(axis_set set, Strides strides) const {
        walk steps;
        for_each_axis(set, [&](int axis) { steps.append(p_.extent(axis), strides(axis)); });
        return steps;
    }
    const std::vector<possible>& operand(const node& n, std::size_t i) const { return values_[n.args[i]]; }
    const possible& operand(const node& n, std::size_t i, std::int64_t at) const {
        return operand(n, i)[static_cast<std::size_t>(at)];
    }

    std::vector<possible> evaluate(const node& n) const {
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n);
            case form::pointwise: return pointwise(n);
            case form::gather: return gather(n);
            default: return along(n);
        }
    }
    std::vector<possible> leaf(const node& n) const {
        if (n.code == op::constant) return {rounded(how_, n.value)};
        if (n.code == op::extent) return {exactly(static_cast<real>(count(n.over)))};
        std::vector<possible> to;
        const input_data* data = n.code == op::index ? nullptr : &p_.inputs[n.ref];
        const axis_order own = n.code == op::index ? axis_order{} : g_.inputs[n.ref].axes;
        walk_over(n.axes, [&](int axis) {
            return walk::offsets{data == nullptr ? stride(n.over, axis) : stride(own, axis), 0, 0};
        }).for_each([&](const walk::offsets& at) {
            double value = static_cast<double>(at[0]);
            if (n.code == op::input) value = data->values[static_cast<std::size_t>(at[0])];
            if (n.code == op::uniform)
                value = uniform_at(static_cast<std::uint64_t>(data->values[0]), static_cast<std::uint64_t>(at[0]));
            to.push_back(exactly(value));
        });
        return to;
    }

    /// An operand, rounded to the format where an integer becomes a real.
    possible as_operand(const node& n, std::size_t i, std::int64_t at) const {
        const node& from = g_[n.args[i]];
        const bool compares = n.code >= op::less && n.code <= op::not_equal;
        if (from.code == op::constant && (compares || n.type == kind::integer)) return exactly(from.value);
        const possible& p = operand(n, i, at);
        const bool becomes_real = from.type == kind::integer && n.type == kind::real && p.point();
        return becomes_real ? rounded(how_, p.low) : p;
    }
    std::vector<possible> pointwise(const node& n) const {
        const auto operands = static_cast<std::size_t>(arity(n));
        if (n.code == op::equal)
            for (std::size_t i = 0; i < 2; ++i)
                if (is_extreme_of(n.args[i], n.args[1 - i])) return attained(n, i);
        const bool same = operands == 2 && n.args[0] == n.args[1];
        bool exact = true;
        for (std::size_t k = 0; k < operands; ++k)
            exact = exact && (g_[n.args[k]].type == kind::integer || g_[n.args[k]].code == op::constant);
        const bool compares = n.code >= op::less && n.code <= op::not_equal;
        exact = exact && (n.type == kind::integer || compares);
        std::vector<possible> to;
        walk_over(n.axes, [&](int axis) {
            walk::offsets strides{};
            for (std::size_t k = 0; k < operands; ++k) strides[k] = stride(g_[n.args[k]].axes, axis);
            return strides;
        }).for_each([&](const walk::offsets& at) {
            std::array<possible, 3> given{};
            for (std::size_t k = 0; k < operands; ++k) given[k] = as_operand(n, k, at[k]);
            to.push_back(apply(how_, n.code, given[0], given[1], given[2], same, exact));
        });
        return to;
    }

    // ---- rows

    bool is_extreme_of(node_id extreme, node_id of) const {
        const node& n = g_[extreme];
        return (n.code == op::reduce_max || n.code == op::reduce_min) && n.args[0] == of;
    }
    /// Calls visit(row, offsets in the operand by position, offset of the row in the result's axes) for each row.
    template <class Visit>
    void for_each_row(const node& operand, axis_set over, axis_set result, const std::vector<possible>& from,
                      Visit visit) const {
        const auto strides = [&](int axis) {
            return walk::offsets{stride(operand.axes, axis), stride(result, axis), 0};
        };
        walk inside = walk_over(over, strides);
        walk_over((operand.axes | result) & ~over, strides).for_each([&](const walk::offsets& row) {
            std::vector<possible> elements;
            std::vector<std::int64_t> places;
            inside.for_each([&](const walk::offsets& at) {
                elements.push_back(from[static_cast<std::size_t>(row[0] + at[0])]);
                places.push_back(row[1] + at[1]);
            });
            visit(std::span<const possible>(elements), places, row[1]);
        });
    }
    std::vector<possible> attained(const node& n, std::size_t extreme) const {
        const node& fold = g_[n.args[extreme]];
        const node& from = g_[fold.args[0]];
        std::vector<possible> to(static_cast<std::size_t>(count(n.axes)));
        for_each_row(from, fold.over, n.axes, values_[fold.args[0]], [&](auto row, const auto& places, std::int64_t) {
            for (std::size_t i = 0; i < row.size(); ++i)
                to[static_cast<std::size_t>(places[i])] = attains(how_, row, i, fold.code == op::reduce_max);
        });
        return to;
    }
    std::vector<possible> along(const node& n) const {
        // A softmax along an axis without elements that its operand lacks has no value, and yet has elements.
        std::vector<possible> to(static_cast<std::size_t>(count(n.axes)), anything());
        const bool exact = g_[n.args[0]].type != kind::real && n.code == op::reduce_sum;
        for_each_row(g_[n.args[0]], n.over, n.axes, operand(n, 0),
                     [&](auto row, const auto& places, std::int64_t first) {
                         if (about(n.code).shape == form::reduction) {
                             to[static_cast<std::size_t>(first)] = folded(n.code, row, exact);
                             return;
                         }
                         const std::vector<possible> parts = softmax_of(how_, row, n.code);
                         for (std::size_t i = 0; i < row.size(); ++i)
                             to[static_cast<std::size_t>(places[i])] = parts[i];
                     });
        return to;
    }
    possible folded(op code, std::span<const possible> row, bool exact) const {
        switch (code) {
            case op::reduce_sum: return sum_of(how_, row, exact);
            case op::logsumexp: return logsumexp_of(how_, row);
            default: return extreme_of(row, code == op::reduce_max);
        }
    }
    std::vector<possible> gather(const node& n) const {
        const node &from = g_[n.args[0]], &labels = g_[n.args[1]];
        std::vector<possible> to;
        walk_over(n.axes, [&](int axis) {
            return walk::offsets{stride(from.axes, axis) * ((n.over >> axis & 1) == 0), stride(labels.axes, axis), 0};
        }).for_each([&](const walk::offsets& at) {
            const auto label = static_cast<std::int64_t>(operand(n, 1, at[1]).low);
            to.push_back(operand(n, 0, at[0] + label * stride(from.axes, std::countr_zero(n.over))));
        });
        return to;
    }

    std::vector<possible> result(const output& out) const {
        std::vector<possible> to;
        walk steps;
        for (int k = 0; k < out.axes.rank; ++k) {
            const int axis = out.axes.axis[static_cast<std::size_t>(k)];
            steps.append(p_.extent(axis), {stride(g_[out.value].axes, axis), 0, 0});
        }
        const bool integer = g_[out.value].type == kind::integer;
        steps.for_each([&](const walk::offsets& at) {
            const possible& p = values_[out.value][static_cast<std::size_t>(at[0])];
            to.push_back(integer && p.point() ? rounded(how_, p.low) : p);
        });
        return to;
    }

    graph_view g_;
    const problem& p_;
    const arithmetic& how_;
    std::vector<std::vector<possible>> values_;
};

}  // namespace

std::vector<std::vector<possible>> enclose(graph_view g, const problem& p, const arithmetic& how) {
    return enclosing(g, p, how).run();
}

}  // namespace gradus::fuzz
