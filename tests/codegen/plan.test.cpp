// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How graphs are cut into stages: what is fused, what waits, along which axis the lanes run.
#include "support/catch.hpp"
#include "support/compare.hpp"

#include <gradus/interpreter.hpp>

#include "legalise.hpp"
#include "plan.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto a = tensor<"a">;
constexpr auto b = tensor<"b">;
constexpr auto cube = tensor<"cube[batch, class, part]">;
constexpr auto u = labels<"u[batch, part]">;  // varies along an axis that another label takes away

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
/// As plan_of, every tensor with its first axis contiguous.
template <expression... E>
plan transposed_plan_of(const E&... e) {
    const graph g = lower(e...);
    layout arrangement = plain_layout(g);
    for (std::size_t i = 0; i < arrangement.unit.size(); ++i) {
        const axis_order& axes = i < g.inputs.size() ? g.inputs[i].axes : g.outputs[i - g.inputs.size()].axes;
        if (axes.rank > 0) arrangement.unit[i] = axes.axis[0];
    }
    return make_plan(g, arrangement);
}
/// The plan without the stages that short rows have in place of others.
plan for_long_rows(plan p) {
    std::erase_if(p.stages, [](const stage& s) { return is_for_short_rows(s.shape); });
    return p;
}
int count(const plan& p, op code) {
    int found = 0;
    for (const node& n : p.body.nodes) found += n.code == code ? 1 : 0;
    return found;
}
/// What the graph is worth before and after it is legalised: the largest difference of an element.
double difference_when_legalised(const graph& g, const std::vector<bound>& inputs) {
    const array_view<bound> given(inputs.data(), inputs.size());
    const vec<ndarray> before = interpret(g, given), after = interpret(legalise(g, plain_layout(g)).body, given);
    REQUIRE(before.size() == after.size());
    double largest = 0;
    for (std::size_t k = 0; k < before.size(); ++k) {
        REQUIRE(before[k].data.size() == after[k].data.size());
        for (std::size_t i = 0; i < before[k].data.size(); ++i)
            largest = std::max(largest, std::abs(before[k].data[i] - after[k].data[i]));
    }
    return largest;
}
bound array_of(const vec<std::int64_t>& extents, double scale) {
    bound made;
    made.extents = extents;
    std::size_t size = 1;
    for (const std::int64_t extent : extents) size *= static_cast<std::size_t>(extent);
    for (std::size_t i = 0; i < size; ++i) made.data.push_back(scale * math::sin(static_cast<double>(i)));
    return made;
}
bound labels_of(const vec<std::int64_t>& extents, const vec<double>& values) {
    bound made;
    made.extents = extents;
    made.data = values;
    return made;
}
int stages_of(const plan& p, stage_form form) {
    int count = 0;
    for (const stage& s : p.stages) count += s.shape.form == form ? 1 : 0;
    return count;
}
const requirement& tested_by(const plan& p, std::size_t stage) {
    REQUIRE(p.stages[stage].shape.form == stage_form::check);
    return p.body.requirements[static_cast<std::size_t>(p.stages[stage].tested)];
}
const stage& only(const plan& p, stage_form form) {
    REQUIRE(stages_of(p, form) == 1);
    for (const stage& s : p.stages)
        if (s.shape.form == form) return s;
    throw std::logic_error("unreachable");
}

TEST_CASE("products of shares and of what a float can hold of their row are float32, one each") {
    constexpr auto logits = tensor<"logits[batch, class]">;
    constexpr auto scale = tensor<"scale[batch]">;
    const auto share = softmax(logits, over<"class">);
    const auto precision_of_result = [](const plan& p) { return p.precisions[p.body.outputs[0].value]; };
    const auto operands_of_result = [](const plan& p) {
        const node& n = p.body.nodes[p.body.outputs[0].value];
        return std::pair(p.body.nodes[n.args[0]].code, p.body.nodes[n.args[1]].code);
    };
    for (const plan& p : {plan_of(share), plan_of(share * scale), plan_of(scale * (share / extent<"batch">))}) {
        CHECK(precision_of_result(p) == precision::narrow);
        CHECK(operands_of_result(p).first == op::exp);
        CHECK((p.body.nodes[p.body.nodes[p.body.outputs[0].value].args[1]].axes & 2) == 0);  // of the row
    }
    // A product of two numbers may be beyond the range of floats.
    CHECK(precision_of_result(plan_of(share * (scale * scale))) == precision::short_wide);
    // Of the elements, not of the row.
    CHECK(precision_of_result(plan_of(share * logits)) == precision::short_wide);
    // The largest logit as such is rounded.
    CHECK(precision_of_result(plan_of(softmax(logits * scale, over<"class">))) == precision::short_wide);
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
    CHECK(only(p, stage_form::check).shape.requirement == 0);
    REQUIRE(row.sweeps.size() == 3);
    CHECK(row.sweeps[0].folds.size() == 1);
    CHECK(row.sweeps[1].folds.size() == 2);  // of the exponentials and of the ties
    CHECK(row.sweeps[2].folds.empty());
    CHECK(row.sweeps[2].stores.size() == 1);
    REQUIRE(row.sweeps[1].row_stores.size() == 1);  // what the loss adds up, before the gradient is stored
    REQUIRE(p.kept_values.size() == 2);
    CHECK(row.sweeps[1].row_stores[0].value == p.kept_values[0].value);
    CHECK(p.body.nodes[p.kept_values[1].value].args[0] == p.kept_values[0].value);
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
    const plan p = for_long_rows(plan_of(loss, grad(loss, x)));
    int sweeps_over_logits = 0;
    for (const stage& s : p.stages)
        if (s.shape.form == stage_form::rows && s.shape.inner != 0)
            sweeps_over_logits += static_cast<int>(s.sweeps.size());
    CHECK(sweeps_over_logits == 3);
}

TEST_CASE("a fold that a total is made of stays in its row's stage, though a gradient needs both") {
    constexpr auto row_sum = sum(x, over<"class">);
    constexpr auto norm = sqrt(sum(row_sum * row_sum));
    const plan p = for_long_rows(plan_of(norm, grad(norm, x), max(x, over<"class">)));
    int sweeps_over_x = 0;
    for (const stage& s : p.stages)
        if (s.shape.form == stage_form::rows && s.shape.inner != 0) sweeps_over_x += static_cast<int>(s.sweeps.size());
    CHECK(sweeps_over_x == 1);
}

TEST_CASE("transposed arguments make the folds of a softmax vertical") {
    const plan p = transposed_plan_of(softmax(x, over<"class">));
    REQUIRE(p.stages.size() == 1);
    CHECK(p.stages[0].shape.rows == 1);   // batch
    CHECK(p.stages[0].shape.inner == 2);  // class
    CHECK(p.stages[0].shape.lane == 0);   // lanes along batch
    CHECK(for_long_rows(plan_of(softmax(x, over<"class">))).stages[0].shape.lane == 1);
}

TEST_CASE("the gradient of a slope for each channel is one stage") {
    constexpr auto slope = tensor<"slope[class]">;
    const plan p = plan_of(grad(sum(where(x > 0, x, slope * x)), slope));
    REQUIRE(p.stages.size() == 1);
    CHECK(p.stages[0].shape.rows == 2);
    REQUIRE(p.stages[0].sweeps.size() == 1);
    CHECK(p.stages[0].sweeps[0].row_stores.size() == 1);
}

TEST_CASE("loss and gradient share the folds of one softmax") {
    constexpr auto loss = sum(logsumexp(x, over<"class">));
    const plan p = plan_of(loss, grad(loss, x));
    CHECK(count(p, op::reduce_max) == 1);
    CHECK(count(p, op::reduce_sum) == 3);  // of the exponentials, of the ties and of the rows
    CHECK(count(p, op::logsumexp) + count(p, op::softmax) == 0);
}

TEST_CASE("a legalised graph has the values of the original") {
    const std::vector<bound> inputs{array_of({3, 4}, 3)};
    CHECK(difference_when_legalised(lower(logsumexp(x, over<"class">)), inputs) < 1e-14);
    CHECK(difference_when_legalised(lower(softmax(x, over<"batch">)), inputs) < 1e-14);
    CHECK(difference_when_legalised(lower(stop_gradient(x) * sum(x)), inputs) < 1e-14);
    const std::vector<bound> with_labels{array_of({3, 4}, 3), labels_of({3}, {3, 0, 2})};
    CHECK(difference_when_legalised(lower(at(exp(x) * index<"class">, over<"class">, t)), with_labels) == 0);
    CHECK(difference_when_legalised(lower(at(softmax(x, over<"class">), over<"class">, t)), with_labels) < 1e-15);
    CHECK(difference_when_legalised(lower(at(sum(x, over<"batch">), over<"class">, t)), with_labels) == 0);
}

TEST_CASE("a sum over an axis that the operand lacks multiplies by its extent, a maximum ignores it") {
    builder made;
    const int batch = made.axis("batch"), classes = made.axis("class");
    input of_class, of_both;
    of_class.axes.push_back(classes);
    of_both.axes.push_back(batch);
    of_both.axes.push_back(classes);
    const node_id weights = made.input_node("w", of_class);
    const node_id data = made.input_node("x", of_both);
    vec<output> outputs(3);
    outputs[0].value = made.make(op::reduce_sum, weights, no_node, no_node, 3);
    outputs[1].value = made.make(op::reduce_max, weights, no_node, no_node, 3);
    outputs[2].value = made.make(op::reduce_max, data, no_node, no_node, 3);  // gives "batch" its extent
    const graph both = made.finish(outputs);
    const std::vector<bound> inputs{labels_of({2}, {5, 7}), array_of({3, 2}, 1)};
    const vec<ndarray> result = interpret(legalise(both, plain_layout(both)).body, {inputs.data(), inputs.size()});
    CHECK(result[0].data[0] == 3 * (5 + 7));
    CHECK(result[1].data[0] == 7);
}

TEST_CASE("the position in \"...\" is row-major over the loops that it takes") {
    builder made;
    const int dots = made.axis(ellipsis);
    input in;
    in.axes.push_back(dots);
    vec<output> outputs(1);
    outputs[0].value = made.make(op::add, made.index(dots), made.input_node("a", in));
    outputs[0].axes = in.axes;
    const graph g = made.finish(outputs);
    layout arrangement;
    arrangement.loops = {{{{dots, 0}}}, {{{dots, 1}}}};
    arrangement.unit = {1, 1};
    const graph body = legalise(g, arrangement).body;
    REQUIRE(body.axes.size() == 2);
    const graph_view v = body;
    CHECK(to_text(v, v.outputs[0].value) == "index<\"...\"> * extent<\"...1\"> + index<\"...1\"> + a");
}

TEST_CASE("each label and axis is checked once, before its own labels are used") {
    constexpr auto order = labels<"order[batch]">;
    constexpr auto shuffled = at(t, over<"batch">, order);
    const plan p = plan_of(at(x, over<"class">, shuffled), at(exp(x), over<"class">, shuffled));
    REQUIRE(stages_of(p, stage_form::check) == 2);
    CHECK(p.body.nodes[tested_by(p, 0).value].code == op::input);
    CHECK(tested_by(p, 0).over == 1);  // batch
    CHECK(p.body.nodes[tested_by(p, 1).value].code == op::at);
    CHECK(tested_by(p, 1).over == 2);  // class
}

TEST_CASE("a label may vary along the axis that another label takes away") {
    const std::vector<float> data = numbers<float>(3 * 4 * 5, -2, 2);
    const std::vector<int> T{4, 0, 2}, U{3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1};
    constexpr auto read = at(at(cube, over<"part">, t), over<"class">, u);
    const auto values = view(data, {3, 4, 5});
    const auto inner = view(U, {3, 5});
    CHECK(compare(read, {0, 0}, cube = values, t = T, u = inner) == "");
    CHECK(compare(sum(read, over<"part">), {4, 1e-6}, cube = values, t = T, u = inner) == "");
    CHECK(compare(softmax(read, over<"part">), {8, 0}, cube = values, t = T, u = inner) == "");
}

TEST_CASE("a label may depend on a reduction, which is computed before the label is checked") {
    const auto chosen = where(sum(x, over<"class">) > 0, t, 2 - t);
    const plan p = for_long_rows(plan_of(at(x, over<"class">, chosen)));
    REQUIRE(p.stages.size() == 3);
    CHECK(p.stages[0].sweeps[0].folds.size() == 1);
    CHECK(tested_by(p, 1).over == 2);  // class
    CHECK(p.stages[2].row_stores[0].output == 0);
    const std::vector<float> data = numbers<float>(3 * 4, -2, 2);
    CHECK(compare(at(x, over<"class">, chosen), {0, 0}, x = view(data, {3, 4}), t = std::vector<int>{2, 0, 1}) == "");
}

TEST_CASE("a condition on the arguments alone is tested before everything else, with lanes") {
    const plan p = plan_of(require(x, x >= 0 && x <= 1) * w);
    REQUIRE(p.stages.size() == 2);
    CHECK(p.stages[0].shape.form == stage_form::check);
    CHECK(p.stages[0].shape.rows == 3);
    CHECK(p.stages[0].shape.lane == 1);  // class
    CHECK(p.stages[0].shape.requirement == 0);
    CHECK(transposed_plan_of(require(x, x >= 0)).stages[0].shape.lane == 0);
}

TEST_CASE("no output is stored before the last check, and folds move with their outputs") {
    constexpr auto total = sum(at(w, over<"class">, t));
    const auto loss = require(sum(cross_entropy(x, t, over<"class">)) / total, total != 0);
    const plan p = for_long_rows(plan_of(loss, grad(loss, x), exp(x)));
    std::size_t last_check = 0, first_output = p.stages.size();
    int sweeps_over_logits = 0;
    for (std::size_t i = 0; i < p.stages.size(); ++i) {
        const stage& s = p.stages[i];
        if (s.shape.form == stage_form::check) last_check = i;
        std::vector<store> stores = s.row_stores;
        for (const sweep& part : s.sweeps) stores.insert(stores.end(), part.stores.begin(), part.stores.end());
        for (const store& to : stores)
            if (to.output >= 0) first_output = std::min(first_output, i);
        if (s.shape.form == stage_form::rows && s.shape.inner != 0)
            sweeps_over_logits += static_cast<int>(s.sweeps.size());
    }
    CHECK(stages_of(p, stage_form::check) == 2);
    CHECK(last_check < first_output);
    CHECK(last_check == 3);  // label; blocks and total of the weights; condition
    CHECK(sweeps_over_logits == 3);
}

TEST_CASE("a fold that a check needs stays before it, though outputs of its row wait") {
    const plan p = for_long_rows(plan_of(require(softmax(x, over<"class">), max(x, over<"class">) < 9)));
    REQUIRE(p.stages.size() == 3);
    CHECK(p.stages[0].shape.inner == 2);  // the folds along class
    CHECK(p.stages[1].shape.form == stage_form::check);
    CHECK(p.stages[1].shape.rows == 1);  // batch
    CHECK(p.stages[2].row_stores[0].output == 0);
}

TEST_CASE("checks cost kernels without them nothing: the stages are the same") {
    const auto stages = [](const auto& e) {
        std::vector<std::pair<axis_set, axis_set>> walks;
        for (const stage& s : for_long_rows(plan_of(e)).stages)
            if (s.shape.form != stage_form::check) walks.emplace_back(s.shape.rows, s.shape.inner);
        return walks;
    };
    CHECK(stages(softmax(require(x, x > 0), over<"class">)) == stages(softmax(x, over<"class">)));
    CHECK(for_long_rows(plan_of(softmax(x, over<"class">))).stages.size() == 1);
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

TEST_CASE("rows along the lanes have a second stage, across the lanes, for when they are short") {
    const plan p = plan_of(softmax(x, over<"class">));
    REQUIRE(p.stages.size() == 2);
    CHECK(is_for_short_rows(p.stages[0].shape));
    CHECK(p.stages[0].shape.lane == 0);
    CHECK_FALSE(is_for_short_rows(p.stages[1].shape));
    CHECK(p.stages[1].shape.lane == 1);
    for (const auto& [batch, classes, is_short] : {std::tuple{100, 1, true},
                                                   {100, 32, true},
                                                   {100, 33, false},
                                                   {100, 0, false},
                                                   {8, 10, true},
                                                   {7, 10, false}}) {
        const std::array<std::int64_t, 2> extents{batch, classes};
        CHECK((item_count(p.stages[0].shape, extents.data()) > 0) == is_short);
        CHECK((item_count(p.stages[1].shape, extents.data()) > 0) == !is_short);
    }
    CHECK(plan_of(sum(exp(a))).stages[0].shape.across == -1);  // no rows
    CHECK(transposed_plan_of(softmax(x, over<"class">)).stages.size() == 1);
}

TEST_CASE("what two sweeps need is parked in the output, and held where rows are short") {
    const plan p = plan_of(softmax(x, over<"class">));
    const auto parked = [](const stage& s) {
        int found = 0;
        for (const sweep& part : s.sweeps)
            for (const store& to : part.stores) found += to.parked ? 1 : 0;
        return found;
    };
    CHECK(parked(p.stages[0]) == 0);
    CHECK(parked(p.stages[1]) == 1);
    const node_id exponential = p.stages[1].sweeps[1].stores[0].value;
    CHECK(p.body.nodes[exponential].code == op::exp);
    CHECK(p.parked_before(exponential, 1, 1) == -1);
    CHECK(p.parked_before(exponential, 1, 2) == 0);
    CHECK(std::find(p.stages[0].shared.begin(), p.stages[0].shared.end(), exponential) != p.stages[0].shared.end());
    // Of two outputs the later one: the first is stored while the value is still needed.
    const plan both = plan_of(softmax(x, over<"class">), grad(sum(softmax(x, over<"class">) * w), x));
    for (const sweep& part : both.stages[1].sweeps)
        for (const store& to : part.stores)
            if (to.parked) CHECK(to.output == 1);
}

TEST_CASE("a value computed from a row's folds is kept for the sum of rows, in place of the folds") {
    const plan p = plan_of(sum(log(sum(exp(x), over<"class">)) * tensor<"v[batch]">));
    REQUIRE(p.temporaries.size() == 3);  // of rows, of blocks, and their total
    CHECK(p.temporaries[0].axes == 1);
    CHECK(about(p.body.nodes[p.kept_values[0].value].code).shape != form::reduction);
    CHECK_THAT(to_text(p), Catch::Matchers::Contains("keep value") && Catch::Matchers::Contains("reads value"));
}

TEST_CASE("an output takes an input's place if each element is read before it is written") {
    CHECK(in_place_pairs(plan_of(exp(a) * b)).size() == 2);
    CHECK(in_place_pairs(plan_of(softmax(x, over<"class">))).size() == 1);
    CHECK(in_place_pairs(plan_of(x - mean(x))).size() == 1);         // a stage reads it before
    CHECK(in_place_pairs(plan_of(sum(a * b), exp(a))).size() == 2);  // the sum is folded in the same walk
    constexpr auto loss = mean(cross_entropy(x, t, over<"class">, with::weight(w)));
    CHECK(in_place_pairs(plan_of(loss, grad(loss, x))).size() == 1);  // the label is read before its row is written
    CHECK(in_place_pairs(transposed_plan_of(loss, grad(loss, x))).size() == 1);
}

TEST_CASE("an output does not take the place of an input that is read later, or by others") {
    CHECK(in_place_pairs(plan_of(exp(x), sum(x * max(x, over<"class">), over<"class">))).empty());
    CHECK(in_place_pairs(plan_of(x - at(x, over<"batch">, labels<"r[class]">))).empty());  // from other rows
    CHECK(in_place_pairs(plan_of(x - at(x, over<"class">, t))).empty());  // elements of a row are apart, in any order
    const auto moved = at(x, over<"class">, labels<"c[batch, class]">);
    const plan p = plan_of(moved * max(x, over<"class">));
    REQUIRE(in_place_pairs(p).size() == 1);  // during the walk that writes; the label's place is free
    CHECK(p.body.inputs[static_cast<std::size_t>(in_place_pairs(p)[0].input)].use == role::labels);
    CHECK(in_place_pairs(plan_of(w * x)).size() == 1);  // not that of a smaller one
    constexpr auto noise = uniform<"noise[batch, class]">;
    CHECK(in_place_pairs(plan_of(where(noise < 0.5, x, 0 * noise))).size() == 1);  // nor of a seed
}

TEST_CASE("an element costs what is loaded, stored and computed for it, a function much more than a sum") {
    constexpr auto wide = tensor<"wide[batch, class]", double>;
    const auto cost = [](const plan& p) { return for_long_rows(p).stages.front().shape.cost; };
    const int negated = cost(plan_of(-x)), exponential = cost(plan_of(exp(x)));
    CHECK(negated > 0);
    CHECK(exponential > 3 * negated);
    CHECK(cost(plan_of(x + w)) > negated);  // one load more
    CHECK(cost(plan_of(exp(x), -exp(x))) < 2 * exponential);
    CHECK(cost(plan_of(exp(x) + exp(w))) > 2 * exponential - negated);
    CHECK(cost(plan_of(exp(wide))) > exponential);
    CHECK(cost(plan_of(sum(exp(x)))) > exponential / 2);
    CHECK(cost(plan_of(sum(exp(x), over<"class">))) > exponential / 2);
    CHECK(cost(plan_of(softmax(x, over<"class">))) > exponential);
    const plan of_rows = plan_of(mean(cross_entropy(x, t, over<"class">)));  // the loss of each row is kept for the sum
    const stage_shape& last_sum = of_rows.stages.rbegin()[2].shape;
    REQUIRE(last_sum.form == stage_form::blocks);
    CHECK(last_sum.cost < exponential);
    CHECK(of_rows.stages.back().shape.cost == 1);  // a single one
}

TEST_CASE("an element of a check costs what its condition takes") {
    const auto cost_of_check = [](const plan& p) {
        REQUIRE(p.stages.front().shape.form == stage_form::check);
        return p.stages.front().shape.cost;
    };
    CHECK(cost_of_check(plan_of(require(x, log(x) > 0))) > 3 * cost_of_check(plan_of(require(x, x > 0))));
}

TEST_CASE("a plan prints its stages, folds and traffic") {
    const std::string text = to_text(plan_of(mean((a - b) * (a - b))));
    CHECK_THAT(text, Catch::Matchers::Contains("for blocks of 4096 along ...") &&
                         Catch::Matchers::Contains("reads a (4·... B, contiguous)") &&
                         Catch::Matchers::Contains("combine the blocks of stage 0"));
}

TEST_CASE("a plan prints what its checks test, over which rows, and what they read") {
    using Catch::Matchers::Contains;
    CHECK_THAT(to_text(plan_of(require(x, x >= 0 && x < w))),
               Contains("stage 0: check x >= 0 && x < w for [batch, class] in parallel, lanes along class: reads x "
                        "(4·batch·class B, contiguous), w (4·class B, contiguous)\n"));
    CHECK_THAT(
        to_text(plan_of(at(x, over<"class">, where(t == 9, 0, t)))),
        Contains("stage 0: check 0 <= where(t == 9, 0, t) < extent of class for [batch] in parallel, lanes along "
                 "batch: reads t (8·batch B, contiguous)\n"));
    CHECK_THAT(to_text(plan_of(require(a, sum(b) > 0))), Contains("> 0 once: reads fold"));
}

TEST_CASE("a plan prints the traffic of pointwise stages, of gathers and of what earlier stages kept") {
    using Catch::Matchers::Contains;
    CHECK_THAT(to_text(plan_of(exp(x) * w)), Contains("x (4·batch·class B, contiguous)") &&
                                                 Contains("w (4·class B, contiguous)") &&
                                                 Contains("writes output0 (4·batch·class B, contiguous)"));
    CHECK_THAT(to_text(transposed_plan_of(exp(x) * w)),
               Contains("lanes along batch") && Contains("w (4·class B, broadcast)"));
    CHECK_THAT(to_text(plan_of(at(x, over<"class">, t))), Contains("x (4·batch B, gather)"));
    CHECK_THAT(to_text(plan_of(at(cube, over<"class">, t))), Contains("cube (4·batch·part B, contiguous)"));
    CHECK_THAT(to_text(plan_of(at(cube, over<"part">, 1))), Contains("cube (4·batch·class B, strided)"));
    CHECK_THAT(to_text(plan_of(exp(x) * at(w, over<"class">, 1))), Contains("w (4 B, broadcast)"));
    CHECK_THAT(to_text(plan_of(mean(logsumexp(x, over<"class">)))),
               Contains("(8·batch B, single)") && Contains("(8·batch B, contiguous)"));
}
