// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One walk over the nodes in order, each made anew in a builder whose axes are the loop axes.
#include "legalise.hpp"

#include "activations.hpp"
#include "numbers.hpp"
#include "shares.hpp"

#include <limits>
#include <string>

#include <gradus/error.hpp>
#include <gradus/sym.hpp>

namespace gradus {
namespace {

class legaliser {
public:
    legaliser(graph_view g, const layout& arrangement)
        : g_(g), arrangement_(arrangement), arithmetic_(arithmetic_of(g)) {
        for (const loop_axis& loop : arrangement.loops) out_.axis(loop_name(loop));
    }

    legalised run() {
        for (std::size_t i = 0; i < g_.inputs.size(); ++i) declare(i);
        for (const node& n : g_.nodes) made_.push_back(make(n));
        return finish();
    }

private:
    // ---- axes

    std::string loop_name(const loop_axis& loop) const {
        std::string name;
        for (const source_axis& source : loop.sources) {
            if (!name.empty()) name += "·";
            name += g_.axis_name(source.axis);
            if (g_.axis_name(source.axis) == ellipsis && source.part > 0) name += std::to_string(source.part);
        }
        return name;
    }
    bool stands_for(std::size_t loop, int axis) const {
        for (const source_axis& source : arrangement_.loops[loop].sources)
            if (source.axis == axis) return true;
        return false;
    }
    axis_set loops_of(axis_set axes) const {
        axis_set loops = 0;
        for_each_axis(axes, [&](int axis) {
            for (std::size_t loop = 0; loop < arrangement_.loops.size(); ++loop)
                if (stands_for(loop, axis)) loops |= axis_set{1} << loop;
        });
        return loops;
    }
    axis_order order_of(const axis_order& axes) const {
        axis_order order;
        for (int k = 0; k < axes.rank; ++k)
            for (std::size_t loop = 0; loop < arrangement_.loops.size(); ++loop)
                if (stands_for(loop, axes.axis[static_cast<std::size_t>(k)]) && (order.set() >> loop & 1) == 0)
                    order.push_back(static_cast<int>(loop));
        return order;
    }

    // ---- nodes

    void declare(std::size_t i) {
        input entry = g_.inputs[i];
        entry.axes = order_of(entry.axes);
        inputs_.push_back({&out_, out_.input_node(g_.text_of(g_.inputs[i].name), entry)});
    }
    sym operand(const node& n, std::size_t i) const { return made_[n.args[i]]; }
    sym constant(double value) { return {&out_, out_.constant(value)}; }

    sym make(const node& n) {
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n);
            case form::reduction: return reduction(n);
            case form::along: return normalised(n.code, operand(n, 0), {loops_of(n.over)});
            case form::gather: return gather(n);
            default: return pointwise(n);
        }
    }
    sym leaf(const node& n) {
        switch (n.code) {
            case op::constant: return constant(n.value);
            case op::index: return linear_index(loops_of(n.over));
            case op::extent: return {&out_, out_.extent(loops_of(n.over))};
            case op::input:
            case op::uniform: return inputs_[n.ref];
            default: throw internal_error("a pattern reached the code generator");
        }
    }
    /// The row-major position over the loops of one axis.
    sym linear_index(axis_set loops) {
        sym index = constant(0);
        bool first = true;
        for_each_axis(loops, [&](int loop) {
            const sym along{&out_, out_.index(loop)};
            index = first ? along : index * extent_of(along, over_axes{axis_set{1} << loop}) + along;
            first = false;
        });
        return index;
    }
    /// a / b for a b of at least 1 that many elements share. A float32 kernel has the reciprocal in float64, once.
    sym divided(sym a, sym b) { return arithmetic_ == element::float32 ? grouped(a * (1.0 / b)) : a / b; }
    sym pointwise(const node& n) {
        if (n.code == op::stop_gradient || n.code == op::custom_gradient) return operand(n, 0);
        if (n.code == op::div && g_[n.args[1]].code == op::extent) return divided(operand(n, 0), operand(n, 1));
        node copy = n;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) copy.args[i] = operand(n, i).id;
        const sym made{&out_, out_.intern(copy)};
        if (arithmetic_ != element::float32) return made;
        return with_activations(n.code == op::mul ? grouped(made) : made);
    }
    /// Products of numbers and of what is the same for all shares of a row are taken first, so that an element takes
    /// part in one product.
    sym grouped(sym product) { return numbers_first(share_first(product)); }

    /// (x a) b as x (a b) for numbers a and b.
    sym numbers_first(sym product) {
        const node n = *product;
        for (std::size_t i = 0; i < 2; ++i) {
            const node inner = out_[n.args[1 - i]];
            if (!is_number(n.args[i]) || inner.code != op::mul) continue;
            for (std::size_t j = 0; j < 2; ++j) {
                if (!is_number(inner.args[j]) || is_number(inner.args[1 - j])) continue;
                const sym number = product_of_numbers(inner.args[j], n.args[i]);
                return sym{&out_, inner.args[1 - j]} * number;
            }
        }
        return product;
    }
    bool is_number(node_id id) const { return range_of_number(out_, id).has_value(); }
    sym product_of_numbers(node_id a, node_id b) {
        const node &x = out_[a], &y = out_[b];
        if (x.code == op::constant && y.code == op::constant) return constant(x.value * y.value);
        return sym{&out_, a} * sym{&out_, b};
    }
    /// (share a) b as share (a b), where a and b are the same for all shares of a row: one product for each of them.
    sym share_first(sym product) {
        for (std::size_t i = 0; i < 2; ++i) {
            const node n = *product;
            const auto [share, factor] = as_product_of_share(out_, n.args[i]);
            const sym other{&out_, n.args[1 - i]};
            if (share == no_node || (other.axes() & row_of(share)) != 0) continue;
            return sym{&out_, share} * (sym{&out_, factor} * other);
        }
        return product;
    }
    /// The axes along which a share's row lies.
    axis_set row_of(node_id share) const { return out_[out_[out_[share].args[0]].args[1]].over; }
    sym fold(op code, sym e, axis_set over) {
        const axis_set present = over & e.axes();
        const sym result = present != 0 ? e.apply(code, present) : e;
        return present == over ? result : repeated(code, result, over_axes{over & ~present});
    }
    sym reduction(const node& n) {
        const axis_set over = loops_of(n.over);
        if (n.code != op::logsumexp) return fold(n.code, operand(n, 0), over);
        const shifted_row row = shifted(operand(n, 0), over);
        return where(abs(row.largest) < std::numeric_limits<double>::infinity(), row.largest + log1p(row.excess),
                     row.largest);
    }
    /// A row less its largest value, and how much the sum of its exponentials exceeds 1, the share of one largest
    /// value: taken of the others alone, the excess keeps its digits where it is small, and with it the loss of a
    /// confident row. No term is negative, as max tells the analysis of signs. NaN where the row holds NaN or its
    /// largest value is infinite.
    struct shifted_row {
        sym largest, difference, excess;
    };
    shifted_row shifted(sym e, axis_set over) {
        const sym largest = fold(op::reduce_max, e, over);
        const sym difference = e - largest;
        const sym nothing = largest - largest;
        const sym others = fold(op::reduce_sum, where(e < largest, exp(difference), nothing), over);
        const sym ties = fold(op::reduce_sum, where(e < largest, 0.0, 1.0), over);
        return {largest, difference, max(ties - 1.0, 0.0) + others};
    }
    /// softmax, its complement and log_softmax.
    sym normalised(op code, sym e, over_axes over) {
        const shifted_row row = shifted(e, over.set);
        // Both terms have one sign: nothing cancels.
        if (code == op::log_softmax) return (0.0 - abs(row.difference)) - log1p(row.excess);
        const sym total = 1.0 + row.excess, share = exp(row.difference);
        if (code == op::softmax) return divided(share, total);
        return divided(where(e < row.largest, total - share, row.excess), total);
    }
    sym gather(const node& n) {
        const axis_set over = label_axis(n.over);
        bool required = false;
        for (const requirement& r : g_.requirements) required |= r.over == n.over && r.value == n.args[1];
        if (!required) throw internal_error("a label of `at` without its requirement");
        return read_at(operand(n, 0), over, operand(n, 1));
    }
    axis_set label_axis(axis_set axes) const {
        const axis_set over = loops_of(axes);
        if (std::popcount(over) != 1) throw error("`at` reads along one named axis, which \"...\" is not");
        return over;
    }
    sym at(sym e, axis_set over, sym label) {
        node n;
        n.code = op::at;
        n.args[0] = e.id;
        n.args[1] = label.id;
        n.over = over;
        return {&out_, out_.intern(n)};
    }
    /// e with the coordinate along one axis replaced by a label. Reductions are not entered, since a
    /// label may vary along the axis that is being reduced: their results are read from memory.
    sym read_at(sym e, axis_set over, sym label) {
        const node n = *e;
        if ((n.axes & over) == 0) return e;
        if (n.code == op::index && n.over == over) return label;
        const primitive& row = about(n.code);
        if (n.code == op::at) return read_through(n, over, label);
        if (row.shape != form::pointwise) return at(e, over, label);
        node copy = n;
        for (std::size_t i = 0; i < static_cast<std::size_t>(row.arity); ++i)
            copy.args[i] = read_at({&out_, n.args[i]}, over, label).id;
        return {&out_, out_.intern(copy)};
    }

    /// A read within a read. All labels of such a chain belong to the position of the whole (see
    /// legalise.hpp), so an inner label may vary along the axis of an outer one. That axis is then not
    /// gone, though the outer read takes it away: the outer label carries it.
    sym read_through(const node& n, axis_set over, sym label) {
        const sym inner = read_at({&out_, n.args[0]}, over, label);
        const sym outer = read_at({&out_, n.args[1]}, over, label);
        const axis_set axes = (n.axes & ~over) | label.axes();
        return at(inner, n.over, varying_along(outer, axes & ~at(inner, n.over, outer).axes()));
    }
    /// The same integer, as a node that has further axes.
    sym varying_along(sym label, axis_set axes) {
        for_each_axis(axes, [&](int axis) { label = label + sym{&out_, out_.index(axis)} * 0; });
        return label;
    }

    // ---- requirements

    /// 0 <= label < extent; of a label that is no integer by its kind, also that it is one by its value.
    sym inside(sym label, axis_set over) {
        const sym within = label >= 0.0 && label < extent_of(label, over_axes{over});
        return (*label).type == kind::integer ? within : within && floor(label) == label;
    }
    requirement required(const requirement& r) {
        if (r.over == 0) return {made_[r.condition].id, no_node, 0};
        const axis_set over = label_axis(r.over);
        const sym label = made_[r.value];
        return {inside(label, over).id, label.id, over};
    }

    legalised finish() {
        vec<output> outputs;
        for (output out : g_.outputs) {
            out.value = made_[out.value].id;
            out.axes = order_of(out.axes);
            out.name = out_.add_name(g_.text_of(out.name));
            outputs.push_back(out);
        }
        legalised result;
        for (std::size_t i = 0; i < g_.requirements.size(); ++i)
            if (out_.add(required(g_.requirements[i]))) result.sources.push_back(static_cast<int>(i));
        result.body = out_.finish(outputs);
        return result;
    }

    graph_view g_;
    const layout& arrangement_;
    element arithmetic_;
    builder out_;
    std::vector<sym> inputs_;
    std::vector<sym> made_;
};

}  // namespace

legalised legalise(graph_view g, const layout& arrangement) { return legaliser(g, arrangement).run(); }

}  // namespace gradus
