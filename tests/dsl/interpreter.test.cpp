// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cmath>
#include <limits>
#include <string>

#include <gradus/interpreter.hpp>

#include "support/catch.hpp"

namespace {

using namespace gradus;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A graph made node by node, without the builder.
struct hand_made {
    graph g;

    constexpr name_ref name(std::string_view given) {
        const name_ref made{static_cast<std::uint32_t>(g.names.size()), static_cast<std::uint32_t>(given.size())};
        for (const char c : given) g.names.push_back(c);
        return made;
    }
    constexpr int axis(std::string_view given) {
        const graph_view view = g;
        for (int a = 0; a < static_cast<int>(view.axes.size()); ++a)
            if (view.axis_name(a) == given) return a;
        g.axes.push_back(name(given));
        return static_cast<int>(g.axes.size()) - 1;
    }
    constexpr axis_order order(std::initializer_list<std::string_view> axes) {
        axis_order made;
        for (const std::string_view a : axes) made.push_back(axis(a));
        return made;
    }
    constexpr axis_set set(std::initializer_list<std::string_view> axes) { return order(axes).set(); }

    constexpr node_id add(op code, axis_set axes, axis_set over, std::initializer_list<node_id> args,
                          double value = 0) {
        node n;
        n.code = code;
        n.axes = axes;
        n.over = over;
        n.value = value;
        std::size_t k = 0;
        for (const node_id a : args) n.args[k++] = a;
        g.nodes.push_back(n);
        return static_cast<node_id>(g.nodes.size()) - 1;
    }
    constexpr node_id input_node(std::string_view called, std::initializer_list<std::string_view> axes,
                                 role use = role::tensor) {
        input made;
        made.name = name(called);
        made.use = use;
        made.axes = order(axes);
        g.inputs.push_back(made);
        const node_id id = add(use == role::seed ? op::uniform : op::input, made.axes.set(), 0, {});
        g.nodes[id].ref = static_cast<std::uint32_t>(g.inputs.size()) - 1;
        return id;
    }
    constexpr node_id constant(double value) { return add(op::constant, 0, 0, {}, value); }
    constexpr node_id pointwise(op code, std::initializer_list<node_id> args) {
        axis_set axes = 0;
        for (const node_id a : args) axes |= g.nodes[a].axes;
        return add(code, axes, 0, args);
    }
    constexpr node_id reduce(op code, node_id a, axis_set over) {
        return add(code, code == op::softmax ? g.nodes[a].axes : g.nodes[a].axes & ~over, over, {a});
    }
    constexpr node_id at(node_id a, axis_set over, node_id label) {
        return add(op::at, (g.nodes[a].axes & ~over) | g.nodes[label].axes, over, {a, label});
    }
    constexpr void result(node_id value, std::initializer_list<std::string_view> axes = {}) {
        output made;
        made.value = value;
        made.axes = order(axes);
        g.outputs.push_back(made);
    }
    constexpr vec<ndarray> run(std::initializer_list<bound> inputs) const {
        return interpret(g, {inputs.begin(), inputs.size()});
    }
};

constexpr bound number(double value) { return {{}, {value}, 0}; }
constexpr bound seed(std::uint64_t value) { return {{}, {}, value}; }

constexpr bool same(const vec<double>& a, std::initializer_list<double> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i], y = b.begin()[i];
        if (x != y && (x == x || y == y)) return false;
    }
    return true;
}
constexpr bool same(const vec<std::int64_t>& a, std::initializer_list<std::int64_t> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b.begin()[i]) return false;
    return true;
}

/// One reduction, or softmax, of x[row, column] over its columns.
constexpr vec<double> along_columns(op code, std::int64_t rows, std::int64_t columns, std::initializer_list<double> x) {
    hand_made m;
    const node_id input = m.input_node("x", {"row", "column"});
    const node_id y = m.reduce(code, input, m.set({"column"}));
    if (code == op::softmax)
        m.result(y, {"row", "column"});
    else
        m.result(y, {"row"});
    return m.run({{{rows, columns}, x, 0}})[0].data;
}

// ---- in constant evaluation

constexpr bool broadcasts_by_name() {
    hand_made m;
    const node_id x = m.input_node("x", {"row", "column"});
    const node_id a = m.input_node("a", {"column"});
    const node_id b = m.input_node("b", {"column", "row"});
    m.result(m.pointwise(op::add, {m.pointwise(op::mul, {x, a}), b}), {"row", "column"});
    const auto y = m.run({{{2, 3}, {1, 2, 3, 4, 5, 6}, 0}, {{3}, {10, 100, 1000}, 0}, {{3, 2}, {1, 2, 3, 4, 5, 6}, 0}});
    return same(y[0].extents, {2, 3}) && same(y[0].data, {11, 203, 3005, 42, 504, 6006});
}
static_assert(broadcasts_by_name());

constexpr bool orders_and_broadcasts_outputs() {
    hand_made m;
    const node_id x = m.input_node("x", {"row", "column"});
    const node_id a = m.input_node("a", {"row"});
    m.result(x, {"column", "row"});
    m.result(a, {"row", "column"});
    const auto y = m.run({{{2, 3}, {1, 2, 3, 4, 5, 6}, 0}, {{2}, {7, 8}, 0}});
    return same(y[0].extents, {3, 2}) && same(y[0].data, {1, 4, 2, 5, 3, 6}) && same(y[1].data, {7, 7, 7, 8, 8, 8});
}
static_assert(orders_and_broadcasts_outputs());

constexpr double scalar(op code, double a, double b = 0, double c = 0) {
    hand_made m;
    const node_id x = m.input_node("a", {}), y = m.input_node("b", {}), z = m.input_node("c", {});
    const int operands = about(code).arity;
    m.result(operands == 1   ? m.pointwise(code, {x})
             : operands == 2 ? m.pointwise(code, {x, y})
                             : m.pointwise(code, {x, y, z}));
    return m.run({number(a), number(b), number(c)})[0];
}
static_assert(scalar(op::where, 1, 2, nan) == 2 && scalar(op::where, 0, nan, 3) == 3);
static_assert(scalar(op::less, 1, 2) == 1 && scalar(op::less, 2, 1) == 0 && scalar(op::less, nan, 1) == 0);
static_assert(scalar(op::stop_gradient, 5) == 5 && scalar(op::custom_gradient, 1, 2, 3) == 1);
static_assert(scalar(op::div, 1, 0) == inf && scalar(op::isnan, scalar(op::div, 0, 0)) == 1);
static_assert(scalar(op::isnan, scalar(op::sub, inf, inf)) == 1 && scalar(op::mul, 1e300, 1e300) == inf);
static_assert(scalar(op::exp, -inf) == 0 && scalar(op::sigmoid, -inf) == 0 && scalar(op::log, 0) == -inf);

static_assert(same(along_columns(op::reduce_sum, 2, 3, {1, 2, 3, 4, 5, 6}), {6, 15}));
static_assert(same(along_columns(op::reduce_max, 2, 3, {1, 3, 2, -4, -6, -5}), {3, -4}));
static_assert(same(along_columns(op::reduce_min, 2, 3, {1, 3, 2, -4, -6, -5}), {1, -6}));
static_assert(same(along_columns(op::softmax, 2, 2, {5, 5, 0, -inf}), {0.5, 0.5, 1, 0}));
static_assert(same(along_columns(op::softmax, 2, 2, {-inf, -inf, inf, 0}), {nan, nan, nan, nan}));
static_assert(same(along_columns(op::logsumexp, 4, 2, {-inf, -inf, inf, 0, 3, -inf, nan, inf}), {-inf, inf, 3, nan}));

constexpr bool reads_at_labels() {
    hand_made m;
    const node_id x = m.input_node("x", {"batch", "class"});
    const node_id t = m.input_node("t", {"batch"}, role::labels);
    m.result(m.at(x, m.set({"class"}), t), {"batch"});
    const auto y = m.run({{{2, 3}, {1, 2, 3, 4, 5, 6}, 0}, {{2}, {2, 0}, 0}});
    return same(y[0].data, {3, 4});
}
static_assert(reads_at_labels());

// ---- at run time

TEST_CASE("the same bodies hold at run time") {
    CHECK(broadcasts_by_name());
    CHECK(orders_and_broadcasts_outputs());
    CHECK(reads_at_labels());
}

TEST_CASE("reductions over no elements give their neutral element") {
    CHECK(same(along_columns(op::reduce_sum, 2, 0, {}), {0, 0}));
    CHECK(same(along_columns(op::reduce_max, 2, 0, {}), {-inf, -inf}));
    CHECK(same(along_columns(op::reduce_min, 2, 0, {}), {inf, inf}));
    CHECK(same(along_columns(op::logsumexp, 2, 0, {}), {-inf, -inf}));
    CHECK(along_columns(op::softmax, 2, 0, {}).empty());
    CHECK(along_columns(op::reduce_sum, 0, 3, {}).empty());
}

TEST_CASE("reductions propagate NaN and keep infinities") {
    CHECK(same(along_columns(op::reduce_sum, 1, 3, {1, nan, 2}), {nan}));
    CHECK(same(along_columns(op::reduce_max, 2, 3, {1, nan, 2, nan, inf, 1}), {nan, nan}));
    CHECK(same(along_columns(op::reduce_min, 2, 3, {1, nan, 2, nan, -inf, 1}), {nan, nan}));
    CHECK(same(along_columns(op::reduce_sum, 3, 3, {1, inf, 2, -inf, 1, 2, inf, 1, -inf}), {inf, -inf, nan}));
    CHECK(same(along_columns(op::softmax, 1, 2, {nan, 1}), {nan, nan}));
}

TEST_CASE("sums carry their rounding errors along") {
    CHECK(same(along_columns(op::reduce_sum, 1, 4, {1, 1e100, 1, -1e100}), {2}));
    hand_made m;
    const node_id x = m.input_node("x", {"i"});
    m.result(m.reduce(op::reduce_sum, x, m.set({"i"})));
    bound tenths{{1'000'000}, vec<double>(1'000'000, 0.1), 0};
    CHECK(double(m.run({tenths})[0]) == static_cast<double>(1'000'000 * static_cast<long double>(0.1)));
}

TEST_CASE("logsumexp and softmax are stable for large, small and confident rows") {
    CHECK(along_columns(op::logsumexp, 1, 2, {1000, 1000})[0] == Approx(1000 + std::log(2)).epsilon(1e-15));
    CHECK(along_columns(op::logsumexp, 1, 2, {-1000, -1000})[0] == Approx(-1000 + std::log(2)).epsilon(1e-15));
    CHECK(along_columns(op::logsumexp, 1, 2, {0, -100})[0] == Approx(std::exp(-100.0)).epsilon(1e-15));
    const vec<double> p = along_columns(op::softmax, 1, 3, {1000, 999, 0});
    CHECK(p[0] == Approx(1 / (1 + std::exp(-1.0))).epsilon(1e-15));
    CHECK(p[1] == Approx(std::exp(-1.0) / (1 + std::exp(-1.0))).epsilon(1e-15));
    CHECK(p[2] == 0);
}

TEST_CASE("softmax works along an axis that is not the last") {
    hand_made m;
    const node_id x = m.input_node("x", {"class", "pixel"});
    m.result(m.reduce(op::softmax, x, m.set({"class"})), {"class", "pixel"});
    CHECK(same(m.run({{{2, 3}, {7, -inf, 1, 7, 0, -inf}, 0}})[0].data, {0.5, 0, 1, 0.5, 1, 0}));
}

TEST_CASE("a reduction over several axes, or all, takes them together") {
    hand_made m;
    const node_id x = m.input_node("x", {"a", "b", "c"});
    m.result(m.reduce(op::reduce_sum, x, m.set({"a", "c"})), {"b"});
    m.result(m.reduce(op::reduce_sum, x, m.set({"a", "b", "c"})));
    const auto y = m.run({{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, 0}});
    CHECK(same(y[0].data, {1 + 2 + 5 + 6, 3 + 4 + 7 + 8}));
    CHECK(double(y[1]) == 36);
}

TEST_CASE("a reduction over an axis that the operand lacks treats it as broadcast along it") {
    hand_made m;
    const node_id x = m.input_node("x", {"row"});
    const node_id y = m.input_node("y", {"column"});
    const axis_set column = m.set({"column"});
    m.result(m.reduce(op::reduce_sum, x, column), {"row"});
    m.result(m.reduce(op::reduce_max, x, column), {"row"});
    m.result(m.reduce(op::logsumexp, x, column), {"row"});
    m.result(m.reduce(op::softmax, x, column), {"row", "column"});
    m.result(y, {"column"});
    const auto r = m.run({{{2}, {3, 5}, 0}, {{4}, {1, 1, 1, 1}, 0}});
    CHECK(same(r[0].data, {12, 20}));
    CHECK(same(r[1].data, {3, 5}));
    CHECK(r[2][1] == Approx(5 + std::log(4)).epsilon(1e-15));
    CHECK(same(r[3].data, {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}));
}

TEST_CASE("... stands for any number of axes, none included") {
    hand_made m;
    const node_id x = m.input_node("x", {"batch", "..."});
    const node_id a = m.input_node("a", {"..."});
    m.result(m.pointwise(op::mul, {x, a}), {"batch", "..."});
    m.result(m.add(op::index, m.set({"..."}), m.set({"..."}), {}), {"..."});
    m.result(m.add(op::extent, 0, m.set({"batch", "..."}), {}));
    const auto two = m.run({{{2, 1, 2}, {1, 2, 3, 4}, 0}, {{1, 2}, {10, 100}, 0}});
    CHECK(same(two[0].extents, {2, 1, 2}));
    CHECK(same(two[0].data, {10, 200, 30, 400}));
    CHECK(same(two[1].extents, {1, 2}));
    CHECK(same(two[1].data, {0, 1}));
    CHECK(double(two[2]) == 4);
    const auto none = m.run({{{2}, {1, 2}, 0}, number(10)});
    CHECK(same(none[0].extents, {2}));
    CHECK(same(none[0].data, {10, 20}));
    CHECK(double(none[2]) == 2);
}

TEST_CASE("index is the coordinate along its axis") {
    hand_made m;
    const node_id x = m.input_node("x", {"row", "column"});
    const node_id i = m.add(op::index, m.set({"column"}), m.set({"column"}), {});
    m.result(m.pointwise(op::add, {x, i}), {"row", "column"});
    CHECK(same(m.run({{{2, 3}, {0, 0, 0, 10, 10, 10}, 0}})[0].data, {0, 1, 2, 10, 11, 12}));
}

TEST_CASE("at reads one element for each label, whatever axes label and operand share") {
    hand_made m;
    const node_id x = m.input_node("x", {"class", "pixel"});
    const node_id t = m.input_node("t", {"class"}, role::labels);
    const node_id u = m.input_node("u", {"pixel", "k"}, role::labels);
    const node_id weight = m.input_node("w", {"class"});
    m.result(m.at(x, m.set({"class"}), t), {"class", "pixel"});
    m.result(m.at(x, m.set({"class"}), u), {"pixel", "k"});
    m.result(m.at(weight, m.set({"class"}), u), {"pixel", "k"});
    const auto y =
        m.run({{{3, 2}, {1, 2, 3, 4, 5, 6}, 0}, {{3}, {2, 2, 0}, 0}, {{2, 1}, {1, 2}, 0}, {{3}, {7, 8, 9}, 0}});
    CHECK(same(y[0].data, {5, 6, 5, 6, 1, 2}));
    CHECK(same(y[1].data, {3, 6}));
    CHECK(same(y[2].data, {8, 9}));
}

TEST_CASE("uniform numbers depend on seed and position in the declaration's order alone") {
    hand_made m;
    m.set({"column", "row"});
    const node_id u = m.input_node("u", {"row", "column"}, role::seed);
    const node_id x = m.input_node("x", {"row", "column"});
    m.result(m.pointwise(op::add, {x, u}), {"row", "column"});
    const auto y = m.run({seed(9), {{2, 3}, vec<double>(6, 0.0), 0}});
    for (std::size_t i = 0; i < 6; ++i) CHECK(y[0][i] == uniform_at(9, i));
}

TEST_CASE("an input that is not used may be absent") {
    hand_made m;
    const node_id x = m.input_node("x", {});
    m.input_node("unused", {"row"});
    m.g.nodes.pop_back();
    m.g.inputs[1].used = false;
    m.result(x);
    CHECK(double(m.run({number(3), {}})[0]) == 3);
}

template <class Exception, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Exception& caught) {
        return caught.what();
    }
    return "no exception";
}

TEST_CASE("a label outside its axis is an error that names argument, value, place and range") {
    hand_made m;
    const node_id x = m.input_node("x", {"batch", "class"});
    const node_id t = m.input_node("target", {"batch"}, role::labels);
    m.result(m.at(x, m.set({"class"}), t), {"batch"});
    const auto with = [&](double label) {
        return message_of<std::out_of_range>([&] { m.run({{{2, 3}, vec<double>(6, 0.0), 0}, {{2}, {0, label}, 0}}); });
    };
    CHECK(with(3) == "gradus: argument \"target\" is 3 at batch = 1, but labels along axis \"class\" are 0 to 2");
    CHECK(with(-1) == "gradus: argument \"target\" is -1 at batch = 1, but labels along axis \"class\" are 0 to 2");
    CHECK(with(0.5) == "gradus: argument \"target\" is 0.5 at batch = 1, but labels along axis \"class\" are 0 to 2");
    CHECK(with(nan) != "no exception");
}

TEST_CASE("extents that disagree are an error that names both sides") {
    hand_made m;
    const node_id x = m.input_node("x", {"batch", "..."});
    const node_id y = m.input_node("y", {"batch", "..."});
    m.result(m.pointwise(op::add, {x, y}), {"batch", "..."});
    const auto with = [&](vec<std::int64_t> extents, std::size_t size) {
        return message_of<std::invalid_argument>(
            [&] { m.run({{{2, 3}, vec<double>(6, 0.0), 0}, {extents, vec<double>(size, 0.0), 0}}); });
    };
    CHECK(with({2, 3}, 6) == "no exception");
    CHECK(with({4, 3}, 12) == "gradus: argument \"y\" has 4 elements along axis \"batch\", but \"x\" has 2");
    CHECK(with({2, 4}, 8) == "gradus: argument \"y\" has 4 elements along axis \"...\", but \"x\" has 3");
    CHECK(with({2, 3, 1}, 6) == "gradus: argument \"y\" has 2 axes for \"...\", but \"x\" has 1");
    CHECK(with({2}, 2) == "gradus: argument \"y\" has 0 axes for \"...\", but \"x\" has 1");
    CHECK(with({}, 1) == "gradus: argument \"y\" has 0 axes, but is declared [batch, ...]");
    CHECK(with({2, 3}, 5) == "gradus: argument \"y\" has 5 elements, but its extents make 6");
}

TEST_CASE("an axis that no argument has is an error that names it") {
    hand_made m;
    const node_id u = m.input_node("u", {"row"}, role::seed);
    m.result(m.reduce(op::reduce_sum, u, m.set({"row"})));
    CHECK(message_of<std::invalid_argument>([&] { m.run({seed(1)}); }) == "gradus: no argument has the axis \"row\"");
}

TEST_CASE("only an array of one element is a number") {
    CHECK(double(ndarray{{1, 1}, {4}}) == 4);
    CHECK_THROWS_AS(double(ndarray{{2}, {4, 5}}), std::logic_error);
}

}  // namespace
