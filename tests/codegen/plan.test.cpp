// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How graphs are cut into stages: what is fused, what waits, along which axis the lanes run.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

#include "plan.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto a = tensor<"a">;
constexpr auto b = tensor<"b">;

/// Row-major arguments whose axes do not collapse.
layout plain_layout(graph_view g) {
    layout arrangement;
    for (std::size_t axis = 0; axis < g.axes.size(); ++axis)
        arrangement.loops.push_back({{{static_cast<int>(axis), 0}}});
    const auto last = [](const axis_order& axes) {
        return axes.rank == 0 ? -1 : int{axes.axis[static_cast<std::size_t>(axes.rank - 1)]};
    };
    for (const input& in : g.inputs) arrangement.unit.push_back(in.use == role::seed ? -1 : last(in.axes));
    for (const output& out : g.outputs) arrangement.unit.push_back(last(out.axes));
    return arrangement;
}
template <expression... E>
plan plan_of(const E&... e) {
    const graph g = lower(e...);
    return make_plan(g, plain_layout(g));
}
int stages_of(const plan& p, stage_form form) {
    int count = 0;
    for (const stage& s : p.stages) count += s.shape.form == form ? 1 : 0;
    return count;
}
const stage& only(const plan& p, stage_form form) {
    REQUIRE(stages_of(p, form) == 1);
    for (const stage& s : p.stages)
        if (s.shape.form == form) return s;
    throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("pointwise outputs on the same axes are one stage without sweeps") {
    const plan p = plan_of(exp(a) * b, a + b);
    REQUIRE(p.stages.size() == 1);
    CHECK(p.stages[0].shape.form == stage_form::rows);
    CHECK(p.stages[0].sweeps.empty());
    CHECK(p.stages[0].row_stores.size() == 2);
    CHECK(p.temporaries.empty());
}

TEST_CASE("softmax cross-entropy with its gradient is one stage of three sweeps, then a sum over the batch") {
    constexpr auto loss = mean(logsumexp(x, over<"class">) - at(x, over<"class">, t));
    const plan p = plan_of(loss, grad(loss, x));
    const stage& row = p.stages[1];
    CHECK(only(p, stage_form::check).shape.label == 1);
    REQUIRE(row.sweeps.size() == 3);
    CHECK(row.sweeps[0].folds.size() == 1);
    CHECK(row.sweeps[1].folds.size() == 1);
    CHECK(row.sweeps[2].folds.empty());
    CHECK(row.sweeps[2].stores.size() == 1);
    CHECK(row.row_stores.size() == 2);  // maximum and sum are kept for the loss
    CHECK(stages_of(p, stage_form::blocks) == 1);
    CHECK(stages_of(p, stage_form::combine) == 1);
}

TEST_CASE("a mean squared error and its gradient leave in one sweep") {
    constexpr auto loss = mean((a - b) * (a - b));
    const plan p = plan_of(loss, grad(loss, a));
    const stage& blocks = only(p, stage_form::blocks);
    REQUIRE(blocks.sweeps.size() == 1);
    CHECK(blocks.sweeps[0].folds.size() == 1);
    CHECK(blocks.sweeps[0].stores.size() == 1);
}

TEST_CASE("a gradient for fewer axes folds vertically when the axis that stays is contiguous") {
    const plan p = plan_of(grad(sum(x * w), w));
    const stage& s = p.stages.back();
    CHECK(s.shape.rows == 2);   // class
    CHECK(s.shape.inner == 1);  // batch
    CHECK(s.shape.lane == 1);   // lanes along class
}

TEST_CASE("a gradient that needs a total waits for it, and its row folds move with it") {
    constexpr auto row_weight = at(w, over<"class">, t);
    constexpr auto loss = sum(row_weight * (logsumexp(x, over<"class">) - at(x, over<"class">, t))) / sum(row_weight);
    const plan p = plan_of(loss, grad(loss, x));
    int sweeps_over_logits = 0;
    for (const stage& s : p.stages)
        if (s.shape.form == stage_form::rows && s.shape.inner != 0)
            sweeps_over_logits += static_cast<int>(s.sweeps.size());
    CHECK(sweeps_over_logits == 3);
}

TEST_CASE("temporaries hold what later stages read: every kept value has one, of the value's axes") {
    constexpr auto loss = mean(logsumexp(x, over<"class">) - at(x, over<"class">, t));
    const plan p = plan_of(loss, grad(loss, x));
    for (const kept& k : p.kept_values) {
        REQUIRE(k.temporary < static_cast<int>(p.temporaries.size()));
        CHECK(p.temporaries[static_cast<std::size_t>(k.temporary)].axes == p.body.nodes[k.value].axes);
        CHECK(p.temporaries[static_cast<std::size_t>(k.temporary)].blocks_of == -1);
    }
}

TEST_CASE("only a pointwise stage that alone reads an input may write in its place") {
    CHECK(in_place_pairs(plan_of(exp(a) * b)).size() == 2);
    CHECK(in_place_pairs(plan_of(softmax(x, over<"class">))).empty());
    CHECK(in_place_pairs(plan_of(exp(a), sum(a))).empty());
}

TEST_CASE("a plan prints its stages, folds and traffic") {
    const std::string text = to_text(plan_of(mean((a - b) * (a - b))));
    CHECK_THAT(text, Catch::Matchers::Contains("for blocks of 4096 along ...") &&
                         Catch::Matchers::Contains("reads a (4·... B, contiguous)") &&
                         Catch::Matchers::Contains("combine the blocks of stage 0"));
}
