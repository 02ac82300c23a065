// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every rule of the table fires, keeps the value where the plain form is exact, and, if it is a
// numerical rule, gives the right value where the plain form in float32 does not.
#include "support/catch.hpp"
#include "support/plain_float32.hpp"

#include <gradus/dsl.hpp>
#include <gradus/rules.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

using namespace gradus;

namespace {

constexpr double k_value = 3, l_value = -5;

/// The wildcards of a rule as inputs of a formula: `a` along an axis, b … f without, k and l constants.
pattern formula_inputs(builder& graph) {
    input plain_entry, along_i;
    along_i.axes.push_back(graph.axis("i"));
    const auto in = [&](const char* name, const input& entry) { return sym{&graph, graph.input_node(name, entry)}; };
    return {in("a", along_i),
            in("b", plain_entry),
            in("c", plain_entry),
            in("d", plain_entry),
            in("e", plain_entry),
            in("f", plain_entry),
            {&graph, graph.constant(k_value)},
            {&graph, graph.constant(l_value)},
            {axis_set{1} << graph.axis("i")}};
}

/// The form that the rule looks for, built with or without rewriting.
graph form_of(const rule& r, bool rewritten) {
    builder made = rewritten ? builder(rewrite) : builder();
    output out;
    out.value = r.body(formula_inputs(made)).from.id;
    for_each_axis(made[out.value].axes, [&](int axis) { out.axes.push_back(axis); });
    vec<output> outputs;
    outputs.push_back(out);
    return made.finish(outputs);
}

bool fired(const graph& g, std::size_t row) {
    for (const firing& f : g.log)
        if (f.rule == row) return true;
    return false;
}

vec<bound> values_for(const graph& g, const vec<double>& a, double b) {
    vec<bound> inputs;
    const graph_view view = g;
    for (const input& in : g.inputs) {
        bound value;
        const std::string name(view.text_of(in.name));
        if (name == "a") {
            value.extents.push_back(static_cast<std::int64_t>(a.size()));
            value.data = a;
        } else {
            value.data.push_back(name == "b" ? b : name == "c" ? 0.75 : name == "d" ? -1.25 : 2.5);
        }
        inputs.push_back(value);
    }
    return inputs;
}
vec<double> value_of(const graph& g, const vec<double>& a, double b) {
    return interpret(g, values_for(g, a, b))[0].data;
}

bool close(double x, double y) {
    return (std::isnan(x) && std::isnan(y)) || x == y || std::abs(x - y) <= 1e-13 * (1 + std::abs(y));
}

/// The plain form of one rule in float32 arithmetic, every operation rounded.
std::vector<float> in_float32(const graph& g, const vec<float>& a, float b) {
    std::vector<std::vector<float>> inputs;
    for (const input& in : g.inputs) {
        if (graph_view(g).text_of(in.name) == "a")
            inputs.emplace_back(a.begin(), a.end());
        else
            inputs.push_back({b});
    }
    return testing::plain_float32(g, std::move(inputs), a.size()).output();
}

}  // namespace

TEST_CASE("every rule that is a pattern fires on its own form and keeps its value") {
    for (std::size_t row = 0; row < rules.size(); ++row) {
        const rule& r = rules[row];
        if (r.body == nullptr) continue;
        INFO("rule: " << std::string(r.name));
        const graph plain = form_of(r, false), rewritten = form_of(r, true);
        CHECK(fired(rewritten, row));
        const vec<double> a{0.3, 0.7, 1.9};
        for (const double b : {0.0, 1.0, 2.0}) {
            const vec<double> expected = value_of(plain, a, b), got = value_of(rewritten, a, b);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                INFO("a[" << i << "] = " << a[i] << ", b = " << b);
                CHECK(close(got[i % got.size()], expected[i]));
            }
        }
    }
}

TEST_CASE("every numerical rule mends an input at which the plain form fails in float32") {
    for (std::size_t row = structural_rules.size(); row < structural_rules.size() + stabilise_rules.size(); ++row) {
        const rule& r = rules[row];
        INFO("rule: " << std::string(r.name));
        REQUIRE_FALSE(std::isnan(r.fails_at));
        // The value at which the form fails stands first; the second element keeps sums and shifts apart.
        const graph form = form_of(r, false);
        const bool along = std::any_of(form.nodes.begin(), form.nodes.end(), [](const node& n) { return n.over != 0; });
        const double other = along && r.fails_at > 0 ? r.fails_at + 1 : 1;
        const vec<double> a{r.fails_at, other};
        const vec<float> a32{static_cast<float>(r.fails_at), static_cast<float>(other)};
        const graph plain = form_of(r, false), rewritten = form_of(r, true);
        // Where b is a label: either element.
        const std::vector<double> labels = along ? std::vector{0.0, 1.0} : std::vector{1.0};
        bool fails = false;
        for (const double b : labels) {
            const vec<double> right = value_of(rewritten, a, b);
            const std::vector<float> naive = in_float32(plain, a32, static_cast<float>(b));
            for (std::size_t i = 0; i < (along ? right.size() : 1); ++i) {
                INFO("b = " << b << ", element " << i << ": plain float32 " << naive[i] << ", right " << right[i]);
                CHECK(std::isfinite(right[i]));
                fails |= !(std::abs(naive[i] - right[i]) <= 1e-4 * std::abs(right[i]));
            }
        }
        CHECK(fails);
    }
}

TEST_CASE("structural rules fire") {
    const auto log_of = [](auto make) {
        builder made(rewrite);
        input along_i;
        along_i.axes.push_back(made.axis("i"));
        output out;
        out.value = make(sym{&made, made.input_node("a", along_i)}).id;
        vec<output> outputs;
        outputs.push_back(out);
        return made.finish(outputs);
    };
    const auto row = [](structural s) { return static_cast<std::size_t>(s); };
    CHECK(fired(log_of([](sym a) { return a * (a.number(2) + 3.0); }), row(structural::constant_folding)));
    CHECK(fired(log_of([](sym a) { return where(a.number(1) > 0.0, a, 2.0 * a); }), row(structural::known_condition)));
    CHECK(fired(log_of([](sym a) { return sum(sum(a, {1}), {1}); }), row(structural::missing_axis)));
    CHECK(fired(log_of([](sym a) {
                    const sym y = where(a > 0.0, log(a), 0.0);
                    return sym{a.graph, differentiate(*a.graph, y.id, a.id, a.graph->constant(1))};
                }),
                row(structural::select_outermost)));
    const auto without_axes = [](sym a) { return sym{a.graph, a.graph->input_node("b", input{})}; };
    CHECK(fired(log_of([&](sym a) { return sum(where(without_axes(a) > 0.0, a, 0.0), {1}); }),
                row(structural::select_of_row)));
    CHECK(fired(log_of([&](sym a) { return where(a > 0.0, where(without_axes(a) > 0.0, a, 0.0), 0.0); }),
                row(structural::row_outermost)));
    const auto one_hot = [&](sym a) { return where(without_axes(a) == index_of(a, {1}), without_axes(a), 0.0); };
    CHECK(fired(log_of([&](sym a) {
                    const sym read = at(a, {1}, without_axes(a));  // requires the label to lie inside the axis
                    return read + sum(one_hot(a), {1});
                }),
                row(structural::one_element)));
    CHECK_FALSE(fired(log_of([&](sym a) { return sum(one_hot(a), {1}); }), row(structural::one_element)));
    CHECK(log_of([](sym a) { return exp(a) * a; }).hash == log_of([](sym a) { return a * exp(a); }).hash);
}

TEST_CASE("a comparison of a + k moves the constant only where the difference of the constants is exact") {
    constexpr auto x = scalar<"x">;
    // 2 - 2 < 1e-20 holds; x < 2 + 1e-20, whose right side is 2 in float64, would not.
    CHECK(evaluate(x - 2 < 1e-20, x = 2.0) == 1);
    CHECK(evaluate(2 - x > -1e-20, x = 2.0) == 1);
    static_assert((x - 2 < 0.5) == (x < 2.5));
    static_assert((0.75 - x >= 0.5) == (x <= 0.25));
}

TEST_CASE("constants are collected only where their sum loses nothing") {
    constexpr auto x = scalar<"x">;
    static_assert((x + 1) + 2 == x + 3);
    static_assert((x + 0.1) + 0.1 == x + 0.2);
    // Rounded to float64, 2 + 1e-8 is 2.0000000100000001; rounded to float32, 1 + 2^-30 is 1.
    CHECK(evaluate((x + 2) + 1e-8, x = -2.0) == 1e-8);
    static_assert((x + 1) + 0x1p-30 != x + (1 + 0x1p-30));
}

TEST_CASE("names of rules are unique and every rule has a reason") {
    std::set<std::string> names;
    for (const rule& r : rules) {
        CHECK(names.insert(std::string(r.name)).second);
        CHECK_FALSE(r.reason.empty());
    }
}

TEST_CASE("the book of rules holds what the tables say: else run the target rule_book") {
    const detail::rule_draft draft = detail::draft_rules(rules);
    REQUIRE(std::size(detail::rule_names) == rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) CHECK(detail::rule_names[i] == rules[i].name);
    REQUIRE(std::size(detail::book_nodes) == draft.nodes.size());
    for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
        const detail::pattern_node &made = draft.nodes[i], &stored = detail::book_nodes[i];
        CHECK(std::equal(made.args, made.args + 3, stored.args));
        CHECK((made.code == stored.code && made.along == stored.along && made.value == stored.value));
        CHECK((made.operands == stored.operands && made.commutes == stored.commutes));
    }
    REQUIRE(std::size(detail::book_rules) == draft.rules.size());
    for (std::size_t i = 0; i < draft.rules.size(); ++i) {
        const detail::compiled_rule &made = draft.rules[i], &stored = detail::book_rules[i];
        INFO("rule: " << std::string(rules[made.row].name));
        CHECK((made.root == stored.root && made.from == stored.from && made.to == stored.to));
        CHECK((made.row == stored.row && made.holds == stored.holds && made.of_variable == stored.of_variable));
        CHECK(std::equal(made.operand, made.operand + 2, stored.operand));
    }
    CHECK(structural_rules.size() == static_cast<std::size_t>(structural::count_));
}
