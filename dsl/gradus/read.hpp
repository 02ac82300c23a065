// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading a graph from the text that to_text(graph) prints, so that a bug report or a test can start
// from it. Axes, kinds and hashes are not read but follow from the nodes, as in every builder.
#pragma once

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gradus/axes.hpp>
#include <gradus/print.hpp>

namespace gradus {
namespace detail {

class graph_reader {
public:
    explicit graph_reader(std::string_view source) : rest_(source) {}

    graph run() {
        expect_line("graph");
        while (next_line()) read_line();
        if (outputs_.empty()) fail("a line \"output ...\"", "the end of the text");
        require_labels();
        graph g = graph_.finish(outputs_);
        for (const firing& f : log_) g.log.push_back(f);
        return g;
    }

private:
    // ---- lines and words

    [[noreturn]] void fail(const std::string& expected, std::string_view found) const {
        throw std::invalid_argument("gradus: graph text, line " + std::to_string(line_number_) + ": expected " +
                                    expected + ", found \"" + std::string(found) + "\"");
    }
    bool next_line() {
        while (!rest_.empty()) {
            const std::size_t end = rest_.find('\n');
            line_ = rest_.substr(0, end);
            rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
            ++line_number_;
            if (line_.find_first_not_of(" \r") != std::string_view::npos) return true;
        }
        line_ = {};
        return false;
    }
    void expect_line(std::string_view wanted) {
        if (!next_line() || line_ != wanted) fail("\"" + std::string(wanted) + "\"", line_);
    }
    std::string_view word() {
        const std::size_t start = line_.find_first_not_of(' ');
        line_ = start == std::string_view::npos ? std::string_view{} : line_.substr(start);
        const std::string_view found = line_.substr(0, line_.find(' '));
        line_.remove_prefix(found.size());
        return found;
    }
    void expect(std::string_view wanted) {
        const std::string_view found = word();
        if (found != wanted) fail("\"" + std::string(wanted) + "\"", found);
    }
    void expect_end() {
        const std::string_view found = word();
        if (!found.empty()) fail("the end of the line", found);
    }
    template <class Number>
    Number number(std::string_view digits, const char* what) const {
        Number value{};
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (fault != std::errc{} || end != digits.data() + digits.size() || digits.empty()) fail(what, digits);
        return value;
    }
    node_id node_number(std::string_view found) const {
        if (!found.starts_with('%')) fail("a node such as %3", found);
        const auto id = number<node_id>(found.substr(1), "a node such as %3");
        if (id >= made_.size()) fail("a node that stands above", found);
        return made_[id];
    }

    // ---- what a line says

    void read_line() {
        const std::string_view first = word();
        if (first == "axes") return read_axes();
        if (first == "input") return read_input();
        if (first == "output") return read_output();
        if (first == "require") return read_requirement();
        if (first == "label") return read_label();
        if (first == "fired") return read_firing();
        if (first.starts_with('%')) return read_node(first);
        fail("axes, input, a node, output, require, label or fired", first);
    }
    void read_axes() {
        for (std::string_view name = word(); !name.empty(); name = word()) axis_named(name);
    }
    int axis_named(std::string_view name) {
        if (name != ellipsis && declaration_parser{name}.identifier() != name) fail("the name of an axis", name);
        try {
            return graph_.axis(name);
        } catch (const std::length_error&) {
            fail("at most 32 axes", name);
        }
    }
    /// "name[axis, axis]", of which the brackets may hold spaces.
    declaration read_declaration() {
        const std::size_t end = line_.find(']');
        if (end == std::string_view::npos) fail("name[axes]", line_);
        const declaration d = parse_declaration(line_.substr(0, end + 1));
        if (d.fault != declaration_fault::none) fail("name[axes]", line_.substr(0, end + 1));
        line_.remove_prefix(end + 1);
        return d;
    }
    axis_order order_of(const declaration& d) {
        axis_order order;
        for (int i = 0; i < d.rank; ++i) order.push_back(axis_named(d.axes[static_cast<std::size_t>(i)]));
        return order;
    }
    template <class T, std::size_t Count>
    T named(const std::array<T, Count>& all, std::string_view name, const char* what) const {
        for (const T one : all)
            if (name_of(one) == name) return one;
        fail(what, name);
    }
    element read_element(std::string_view name) const {
        static constexpr std::array real{element::float32, element::float64, element::float16, element::bfloat16};
        return named(real, name, "float32, float64, float16 or bfloat16");
    }
    void read_input() {
        const declaration d = read_declaration();
        static constexpr std::array roles{role::tensor, role::labels, role::scalar, role::seed};
        input in;
        in.use = named(roles, word(), "tensor, labels, scalar or seed");
        in.axes = order_of(d);
        if (in.use == role::tensor || in.use == role::scalar) in.type = read_element(word());
        if (in.use == role::labels) in.type = element::int64, in.any_integer = true;
        expect_end();
        for (const auto& [name, id] : inputs_)
            if (name == d.name) fail("an input that is not yet declared", d.name);
        inputs_.emplace_back(d.name, graph_.input_node(d.name, in));
    }
    void read_node(std::string_view label) {
        if (number<node_id>(label.substr(1), "a node such as %3") != made_.size())
            fail("%" + std::to_string(made_.size()), label);
        expect("=");
        const std::string_view name = word();
        made_.push_back(name == "input" || name == "uniform" ? input_named(word()) : operation(name));
        expect_end();
    }
    node_id input_named(std::string_view wanted) const {
        for (const auto& [name, id] : inputs_)
            if (name == wanted) return id;
        fail("a declared input", wanted);
    }
    node_id operation(std::string_view name) {
        node n;
        n.code = code_named(name);
        if (n.code == op::constant) n.value = constant_value(word());
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) n.args[i] = node_number(word());
        const form shape = about(n.code).shape;
        if (shape == form::reduction || shape == form::along || shape == form::gather || n.code == op::index ||
            n.code == op::extent)
            n.over = read_over();
        if (n.code == op::at || n.code == op::index) expect_one(n.over);
        if (n.code == op::index) return graph_.index(std::countr_zero(n.over));
        if (n.code == op::extent) return graph_.extent(n.over);
        return graph_.intern(n);
    }
    op code_named(std::string_view name) const {
        if (name == "reduce_max") return op::reduce_max;
        if (name == "reduce_min") return op::reduce_min;
        for (std::size_t i = 0; i < op_count; ++i) {
            const op code = static_cast<op>(i);
            if (about(code).name == name && is_of_expressions(code) && code != op::reduce_max && code != op::reduce_min)
                return code;
        }
        fail("the name of an operation", name);
    }
    double constant_value(std::string_view digits) const {
        if (digits == "nan") return quiet_nan;
        if (digits == "inf" || digits == "-inf") return digits == "inf" ? __builtin_inf() : -__builtin_inf();
        return number<double>(digits, "a number");
    }
    axis_set read_over() {
        expect("over");
        axis_set over = 0;
        for (std::string_view name = word(); !name.empty(); name = word()) over |= axis_set{1} << axis_named(name);
        if (over == 0) fail("the name of an axis", "");
        return over;
    }
    void expect_one(axis_set over) const {
        if ((over & (over - 1)) != 0) fail("one axis", "several");
    }
    void read_output() {
        const declaration d = read_declaration();
        output out;
        out.name = graph_.add_name(d.name == "_" ? std::string_view{} : d.name);
        out.axes = order_of(d);
        out.type = read_element(word());
        std::string_view next = word();
        if (next == "derivative") {
            out.derivative = true;
            next = word();
        }
        if (next != "=") fail("\"=\"", next);
        out.value = node_number(word());
        if ((graph_[out.value].axes & ~out.axes.set()) != 0) fail("an output that has all axes of its node", d.name);
        expect_end();
        outputs_.push_back(out);
    }
    void read_requirement() {
        const node_id condition = node_number(word());
        const std::string_view next = word();
        if (!next.empty() && next != "of") fail("\"of\"", next);
        graph_.require(condition, next.empty() ? condition : node_number(word()));
        expect_end();
    }
    void read_label() {
        const node_id label = node_number(word());
        const axis_set over = read_over();
        expect_one(over);
        graph_.require_label(label, over);
    }
    /// Of texts that leave these lines out.
    void require_labels() {
        for (const node_id id : made_) {
            const node n = graph_[id];
            if (n.code == op::at) graph_.require_label(n.args[1], n.over);
        }
    }
    void read_firing() {
        const std::size_t arrow = line_.find(" -> ");
        std::string_view name = line_.substr(0, arrow);
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        firing f;
        f.rule = rule_named(name);
        if (arrow != std::string_view::npos)
            f.made = number<node_id>(line_.substr(std::min(arrow + 5, line_.size())), "a node such as %3");
        log_.push_back(f);
    }
    std::uint16_t rule_named(std::string_view name) const {
        for (std::size_t i = 0; i < std::size(detail::rule_names); ++i)
            if (detail::rule_names[i] == name) return static_cast<std::uint16_t>(i);
        fail("the name of a rule", name);
    }

    std::string_view rest_, line_;
    int line_number_ = 0;
    builder graph_;
    std::vector<std::pair<std::string_view, node_id>> inputs_;
    std::vector<node_id> made_;
    vec<output> outputs_;
    std::vector<firing> log_;
};

}  // namespace detail

/// The graph that a text describes. Throws std::invalid_argument that names the line, what was expected
/// and what came.
inline graph read_graph(std::string_view source) { return detail::graph_reader(source).run(); }

}  // namespace gradus
