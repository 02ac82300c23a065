// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "generate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <gradus/rewrite.hpp>
#include <gradus/rules.hpp>

#include "random.hpp"

namespace gradus::fuzz {
namespace {

constexpr std::size_t largest_graph = 250;      ///< nodes, with gradients
constexpr std::int64_t largest_product = 1500;  ///< positions on all axes together

/// The rules that are patterns, and whether a label occurs in them.
struct pattern_rule {
    const rule* row = nullptr;
    bool has_label = false;
};
const std::vector<pattern_rule>& pattern_rules() {
    static const std::vector<pattern_rule> all = [] {
        std::vector<pattern_rule> found;
        for (const auto& compiled : gradus::detail::book_rules) {
            bool label = false;
            const auto look = [&](const auto& self, node_id id) -> void {
                const gradus::detail::pattern_node& n = gradus::detail::book_nodes[id];
                label = label || n.code == op::at;
                for (int i = 0; i < n.operands; ++i) self(self, n.args[i]);
            };
            look(look, compiled.from);
            found.push_back({&rules[compiled.row], label});
        }
        return found;
    }();
    return all;
}

constexpr std::array unary_ops{op::neg,        op::abs,        op::sign,        op::exp,          op::expm1,    op::log,
                               op::log1p,      op::sqrt,       op::tanh,        op::sigmoid,      op::softplus, op::erf,
                               op::exp2,       op::log2,       op::erfc,        op::normal_cdf, op::normal_pdf, op::tanhshrink,  op::softsign,     op::sin,      op::cos,
                               op::floor,      op::isnan,      op::logical_not, op::stop_gradient};
constexpr std::array binary_ops{op::add, op::sub, op::mul, op::div, op::scaled, op::pow, op::min, op::max};
constexpr std::array comparison_ops{op::less,  op::less_equal, op::greater,     op::greater_equal,
                                    op::equal, op::not_equal,  op::logical_and, op::logical_or};
constexpr std::array reduction_ops{op::reduce_sum, op::reduce_sum, op::reduce_max, op::reduce_min,
                                   op::logsumexp,  op::softmax,    op::log_softmax, op::softmax_complement};

template <std::size_t Size>
op any_of(dice& d, const std::array<op, Size>& all) {
    return all[d.below(Size)];
}

class generator {
public:
    explicit generator(std::uint64_t seed) : dice_(seed) {}

    problem run() {
        choose_axes();
        choose_inputs();
        const int steps = static_cast<int>(2 + dice_.below(dice_.chance(0.2) ? 14 : 6));
        for (int i = 0; i < steps; ++i) grow();
        if (dice_.chance(0.03)) require();
        choose_outputs();
        fill();
        choose_gradients();
        p_.outputs.resize(p_.output_count());
        for (std::size_t k = 0; k < p_.outputs.size(); ++k) {
            p_.outputs[k] = {dice_.chance(0.2), dice_.chance(0.15) ? 2 : 1};
            if (dice_.chance(0.15)) lay_in_place(k);
        }
        return std::move(p_);
    }

private:
    // ---- axes and inputs

    void choose_axes() {
        axes_ = static_cast<int>(1 + dice_.below(dice_.chance(0.2) ? 4 : 2));
        const bool long_axis = dice_.chance(0.01);
        dots_ = dice_.chance(0.15) ? static_cast<int>(dice_.below(static_cast<std::size_t>(axes_))) : -1;
        for (int a = 0; a < axes_; ++a) {
            graph_.axis(a == dots_ ? ellipsis : std::string_view("abcd").substr(static_cast<std::size_t>(a), 1));
            auto& extents = p_.extents[static_cast<std::size_t>(a)];
            const std::size_t parts = a == dots_ ? dice_.below(3) : 1;
            for (std::size_t k = 0; k < parts; ++k) extents.push_back(any_extent());
        }
        if (long_axis) {
            for (auto& extents : p_.extents)
                for (std::int64_t& extent : extents) extent = std::min<std::int64_t>(extent, 2);
            // Beyond the block of 4096 elements in which sums are split.
            return p_.extents[0].assign(1, static_cast<std::int64_t>(4095 + dice_.below(4200)));
        }
        while (p_.count(all_axes()) > static_cast<std::size_t>(largest_product))
            for (auto& extents : p_.extents)
                for (std::int64_t& extent : extents) extent = extent > 3 ? extent / 2 : extent;
    }
    std::int64_t any_extent() {
        const double u = dice_.unit();
        if (u < 0.03) return 0;
        if (u < 0.15) return 1;
        if (u < 0.8) return static_cast<std::int64_t>(2 + dice_.below(5));
        return dice_.one_of<std::int64_t>({7, 8, 9, 15, 16, 17, 33, 64, 65, 70, 130, 257});
    }
    axis_order all_axes() const {
        axis_order order;
        for (int a = 0; a < axes_; ++a) order.push_back(a);
        return order;
    }
    axis_order some_axes(double probability) {
        axis_order order;
        for (int a = 0; a < axes_; ++a)
            if (dice_.chance(probability)) order.push_back(a);
        for (int k = order.rank - 1; k > 0; --k)
            std::swap(order.axis[static_cast<std::size_t>(k)],
                      order.axis[dice_.below(static_cast<std::size_t>(k) + 1)]);
        return order;
    }
    void choose_inputs() {
        const double doubles = dice_.one_of<double>({0, 0, 0, 1, 0.5});
        const std::size_t tensors = 1 + dice_.below(3);
        axis_set covered = 0;
        for (std::size_t i = 0; i < tensors; ++i) {
            axis_order order = some_axes(0.7);
            if (i + 1 == tensors)
                for (int a = 0; a < axes_; ++a)
                    if (((covered | order.set()) >> a & 1) == 0) order.push_back(a);
            covered |= order.set();
            add_input(std::string("xyz").substr(i, 1), role::tensor, order, dice_.chance(doubles));
        }
        if (dice_.chance(0.15)) add_input("s", role::scalar, {}, dice_.chance(doubles));
        if (dice_.chance(0.1)) add_input("u", role::seed, some_axes(0.6), false);
        const std::size_t labels = dice_.chance(0.4) ? 1 + dice_.below(2) : 0;
        for (std::size_t i = 0; i < labels; ++i) add_label(i);
    }
    sym add_input(const std::string& name, role use, const axis_order& order, bool wide) {
        input in;
        in.use = use;
        in.axes = order;
        in.type = use == role::labels ? element::int64 : wide ? element::float64 : element::float32;
        in.any_integer = use == role::labels;
        const sym made{&graph_, graph_.input_node(name, in)};
        if (use != role::labels) {
            reals_.push_back(made);
            leaves_.push_back(made);
        }
        return made;
    }
    /// A label lies along one axis and varies along others.
    void add_label(std::size_t i) {
        const int along = static_cast<int>(dice_.below(static_cast<std::size_t>(axes_)));
        if (along == dots_) return;
        axis_order order;
        for (int a = 0; a < axes_; ++a)
            if (dice_.chance(a == along ? 0.15 : 0.7)) order.push_back(a);
        labels_.push_back({add_input(i == 0 ? "t" : "r", role::labels, order, false), along});
    }

    // ---- operands

    sym number(double value) { return {&graph_, graph_.constant(value)}; }
    double any_number() {
        return dice_.one_of<double>({0,    1,    -1,   2,    -2,  0.5, -0.5, 3,    0.1,  -0.3, 10,  1e-3, 100,  1e-8,
                                     -1e4, 1.25, 0.25, -0.7, 1.7, 4,   16,   1e10, 0.01, -3,   1.0, 2.0,  1e-20});
    }
    /// Not 0, whose product with anything differentiation takes for 0, NaN or not.
    double any_factor() {
        const double value = any_number();
        return value != 0 ? value : 1.5;
    }
    /// Something that has grown, by preference lately.
    sym any_real() {
        if (dice_.chance(0.35)) return dice_.one_of(leaves_);
        const std::size_t back = std::min(dice_.below(4), dice_.below(reals_.size()));
        return reals_[reals_.size() - 1 - std::min(back, reals_.size() - 1)];
    }
    sym any_integer() {
        const over_axes axis{axis_set{1} << dice_.below(static_cast<std::size_t>(axes_))};
        if (!labels_.empty() && dice_.chance(0.5)) return dice_.one_of(labels_).value;
        return dice_.chance(0.5) ? index_of(leaves_[0], axis) : extent_of(leaves_[0], axis);
    }
    sym any_operand() {
        if (dice_.chance(0.08)) return any_integer();
        return any_real();
    }
    sym any_condition() {
        if (!conditions_.empty() && dice_.chance(0.4)) return dice_.one_of(conditions_);
        const sym left = any_operand();
        const bool against_number = dice_.chance(0.5);
        const sym right = against_number ? number(any_number()) : any_operand();
        const sym made = left.apply(any_of(dice_, comparison_ops), right);
        conditions_.push_back(made);
        return made;
    }
    over_axes any_axes_of(sym a) {
        axis_set set = 0;
        for (int axis = 0; axis < axes_; ++axis)
            if (dice_.chance((a.axes() >> axis & 1) != 0 ? 0.6 : 0.04)) set |= axis_set{1} << axis;
        if (set == 0) set = axis_set{1} << dice_.below(static_cast<std::size_t>(axes_));
        return {set};
    }

    // ---- growth

    void grow() {
        const double u = dice_.unit();
        if (u < 0.38)
            keep(left_side());
        else if (u < 0.58)
            keep(any_operand().apply(any_of(dice_, unary_ops)));
        else if (u < 0.76)
            keep(binary());
        else if (u < 0.84)
            keep(dice_.chance(0.3) ? any_condition() : select());
        else if (u < 0.94)
            keep(along());
        else if (u < 0.97 && !labels_.empty())
            keep(read());
        else
            keep(custom_gradient(any_real(), any_real(), any_real()));
    }
    void keep(sym made) { reals_.push_back(made); }
    sym binary() {
        const sym left = any_operand();
        const sym right = dice_.chance(0.25) ? number(any_factor()) : any_operand();
        const op code = any_of(dice_, binary_ops);
        return dice_.chance(0.5) ? left.apply(code, right) : right.apply(code, left);
    }
    sym select() {
        const sym condition = any_condition(), yes = any_operand();
        const sym no = dice_.chance(0.4) ? number(any_number()) : any_operand();
        return dice_.chance(0.5) ? where(condition, yes, no) : where(condition, no, yes);
    }
    sym along() {
        const sym operand = any_operand();
        return operand.apply(any_of(dice_, reduction_ops), any_axes_of(operand).set);
    }
    struct label {
        sym value;
        int axis = 0;
    };
    /// A label along the axis, in its own or another spelling.
    sym spelled(const label& l) {
        const double u = dice_.unit();
        const sym last = extent_of(leaves_[0], {axis_set{1} << l.axis}) - 1.0;
        if (u < 0.1) return last - l.value;
        if (u < 0.15) return min(l.value, last);
        return l.value;
    }
    sym read() {
        const label& l = dice_.one_of(labels_);
        return at(any_operand(), over_axes{axis_set{1} << l.axis}, spelled(l));
    }
    sym left_side() {
        const pattern_rule& chosen = dice_.one_of(pattern_rules());
        if (chosen.has_label && labels_.empty()) return binary();
        const auto any = [&] { return dice_.chance(0.15) ? any_condition() : any_operand(); };
        pattern p{any(), any(), any(), any(), any(), any(), number(any_factor()), number(any_factor()), {}};
        p.over = any_axes_of(p.a);
        if (chosen.has_label) {
            const label& l = dice_.one_of(labels_);
            p.over = {axis_set{1} << l.axis};
            p.b = spelled(l);
        }
        return chosen.row->body(p).from;
    }
    void require() {
        const sym of = dice_.one_of(leaves_);
        if ((*of).code != op::input) return;
        graph_.require((of < dice_.one_of<double>({0, 10, 1e30})).id, of.id);
    }

    // ---- outputs, gradients, data

    void choose_outputs() {
        vec<output> outputs;
        const std::size_t count = std::min<std::size_t>(1 + dice_.below(3), reals_.size() - 1);
        bool wide = false;
        for (const input& in : graph_.inputs())
            wide = wide || ((in.use == role::tensor || in.use == role::scalar) && in.type == element::float64);
        for (std::size_t k = 0; k < count; ++k) {
            output out;
            out.value = reals_[reals_.size() - 1 - k].id;
            out.type = wide ? element::float64 : element::float32;
            out.axes = some_axes(0.08);
            for (int a = 0; a < axes_; ++a)
                if ((graph_[out.value].axes >> a & 1) != 0 && (out.axes.set() >> a & 1) == 0) out.axes.push_back(a);
            outputs.push_back(out);
        }
        p_.formula = graph_.finish(outputs);
    }
    void choose_gradients() {
        const std::size_t wanted = dice_.chance(0.5) ? 1 + dice_.below(2) : 0;
        for (std::size_t k = 0; k < wanted; ++k) {
            gradient_request r;
            r.output = dice_.below(p_.output_count());
            r.variable = dice_.below(p_.inputs.size());
            const role use = p_.formula.inputs[r.variable].use;
            if (use != role::tensor && use != role::scalar) continue;
            const axis_set of = axes_of_output(r.output);
            if (dice_.chance(0.3))
                for (std::size_t i = 0; i < p_.inputs.size(); ++i)
                    if (p_.formula.inputs[i].use == role::tensor && (p_.formula.inputs[i].axes.set() & ~of) == 0)
                        r.upstream = static_cast<int>(i);
            p_.gradients.push_back(r);
            if (!can_be_built()) p_.gradients.pop_back();
        }
    }
    /// Into the memory of an input of the same axes and type, if there is one that no other output takes.
    void lay_in_place(std::size_t k) {
        const graph g = build(p_, nullptr);
        for (std::size_t i = 0; i < p_.inputs.size(); ++i) {
            const input& in = g.inputs[i];
            const bool fits = in.use == role::tensor && in.type == g.outputs[k].type && in.axes == g.outputs[k].axes;
            const bool taken = std::any_of(p_.outputs.begin(), p_.outputs.end(),
                                           [&](const arrangement& a) { return a.in_place == static_cast<int>(i); });
            if (fits && !taken && p_.inputs[i].how.fixed == 0) p_.outputs[k].in_place = static_cast<int>(i);
            if (p_.outputs[k].in_place >= 0) return;
        }
    }
    axis_set axes_of_output(std::size_t k) const {
        const std::size_t formulas = p_.formula.outputs.size();
        return k < formulas ? p_.formula.outputs[k].axes.set()
                            : p_.formula.inputs[p_.gradients[k - formulas].variable].axes.set();
    }
    /// Whether the graph is not too large, and its reads have gradients.
    bool can_be_built() const {
        try {
            return build(p_, nullptr).nodes.size() <= largest_graph;
        } catch (const std::invalid_argument&) {
            return false;
        }
    }
    void fill() {
        for (std::size_t i = 0; i < p_.formula.inputs.size(); ++i) {
            const input& in = p_.formula.inputs[i];
            input_data data;
            data.type = in.type;
            data.how = {dice_.chance(0.25), dice_.chance(0.15) ? static_cast<int>(2 + dice_.below(2)) : 1};
            if (in.use == role::tensor && dice_.chance(0.08)) data.how.fixed = static_cast<unsigned>(dice_.below(4));
            if (in.use == role::seed) {
                data.type = element::uint64;
                data.values = {static_cast<double>(dice_.below(1000))};
            } else if (in.use == role::labels) {
                fill_labels(in, data);
            } else {
                fill_reals(in, data);
            }
            p_.inputs.push_back(std::move(data));
        }
    }
    void fill_labels(const input& in, input_data& data) {
        data.type = static_cast<element>(static_cast<std::uint64_t>(element::int8) + dice_.below(8));
        std::int64_t extent = 1;
        for (const label& l : labels_)
            if (graph_.text_of(graph_.inputs()[(*l.value).ref].name) == graph_view(p_.formula).text_of(in.name))
                extent = p_.extent(l.axis);
        const std::size_t count = p_.count(in.axes);
        for (std::size_t k = 0; k < count; ++k)
            data.values.push_back(extent > 0 ? static_cast<double>(dice_.below(
                                                   static_cast<std::size_t>(std::min<std::int64_t>(extent, 100))))
                                             : 0);
        if (count > 0 && dice_.chance(0.02)) data.values[dice_.below(count)] = static_cast<double>(extent);
    }
    void fill_reals(const input& in, input_data& data) {
        const std::size_t style = dice_.below(6), count = p_.count(in.axes);
        const double specials = style == 0 ? 0.25 : style == 1 ? 0.02 : 0;
        const double spread = dice_.one_of<double>({1, 3, 3, 3, 30, 100});
        for (std::size_t k = 0; k < count; ++k) {
            double value = dice_.in(-spread, spread);
            if (style == 2) value = dice_.in(0, 1);
            if (style == 3) value = std::floor(dice_.in(-2, 3));
            if (style == 4) value = dice_.in(0.1, 4);
            if (dice_.chance(specials)) value = special(in.type);
            data.values.push_back(in.type == element::float32 ? static_cast<double>(static_cast<float>(value)) : value);
        }
    }
    double special(element type) {
        constexpr double inf = std::numeric_limits<double>::infinity();
        const bool wide = type == element::float64;
        const double tiny = wide ? 5e-324 : 1.5e-45, least = wide ? 2.3e-308 : 1.2e-38, most = wide ? 1.7e308 : 3.4e38;
        const double value = dice_.one_of<double>({0, -0.0, inf, std::nan(""), 1, tiny, 100 * tiny, least, most,
                                                   most / 3, 1e-10, 1e10, 88.5, 103, 710, 20, 1e-4, 2, 0.5});
        return dice_.chance(0.5) ? value : -value;
    }

    dice dice_;
    problem p_;
    builder graph_;
    int axes_ = 0, dots_ = -1;
    std::vector<sym> reals_, leaves_, conditions_;
    std::vector<label> labels_;
};

/// Data that fixed axes make equal.
void apply_fixed(problem& p) {
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
        input_data& data = p.inputs[i];
        if (data.how.fixed == 0) continue;
        const std::vector<std::int64_t> shape = p.shape(p.formula.inputs[i].axes);
        const std::vector<double> before = data.values;
        for (std::size_t k = 0; k < before.size(); ++k) {
            std::size_t rest = k, stride = 1, source = 0;
            for (std::size_t a = shape.size(); a-- > 0;) {
                const auto extent = static_cast<std::size_t>(shape[a]);
                if ((data.how.fixed >> a & 1) == 0) source += rest % extent * stride;
                rest /= extent;
                stride *= extent;
            }
            data.values[k] = before[source];
        }
    }
}

}  // namespace

problem generate(std::uint64_t seed) {
    problem p = generator(seed).run();
    apply_fixed(p);
    return p;
}

}  // namespace gradus::fuzz
