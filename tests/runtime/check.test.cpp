// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <vector>

#include <gradus/check.hpp>
#include <gradus/error.hpp>

#include "runtime/hand_made.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

/// picked[batch] = logits[batch, class] at target[batch], and dlogits[batch, class].
graph pick() {
    hand_made made;
    const node_id logits = made.add_input("logits", {"batch", "class"});
    const node_id target = made.add_input("target", {"batch"}, role::labels, element::int64);
    made.add_output("picked", made.apply(op::at, {logits, target}, {"class"}), {"batch"});
    made.add_output("", made.apply(op::neg, {logits}), {"batch", "class"});
    return made.g;
}

/// y[...] = x[...] * a[...].
graph product() {
    hand_made made;
    const node_id x = made.add_input("x", {"..."});
    const node_id a = made.add_input("a", {"..."});
    made.add_output("y", made.apply(op::mul, {x, a}), {"..."});
    return made.g;
}

struct pick_call {
    graph g = pick();
    std::vector<float> memory = std::vector<float>(100);
    std::vector<int> labels = std::vector<int>(4);
    float* free = memory.data();
    std::vector<argument> inputs{make_argument(view(take(40), {4, 10})), make_argument(as_view(labels))};
    std::vector<argument> outputs{make_argument(view(take(4), {4})), make_argument(view(take(40), {4, 10}))};

    float* take(std::ptrdiff_t count) {
        free += count;
        return free - count;
    }
    std::string message() const {
        try {
            check(g, inputs, outputs);
        } catch (const error& problem) {
            return problem.what();
        }
        return "fits";
    }
};

std::string message_of(graph_view g, std::vector<argument> inputs, std::vector<argument> outputs) {
    try {
        check(g, inputs, outputs);
    } catch (const error& problem) {
        return problem.what();
    }
    return "fits";
}

TEST_CASE("arguments that fit tell the extents of all axes") {
    const pick_call call;
    const bound_call bound = check(call.g, call.inputs, call.outputs);
    CHECK(bound.sources == 2);
    CHECK(bound.extents[0] == 4);
    CHECK(bound.extents[1] == 10);
}

TEST_CASE("unequal extents of an axis name both arguments, the axis and both extents") {
    pick_call call;
    call.labels.resize(5);
    call.inputs[1] = make_argument(as_view(call.labels));
    CHECK(call.message() == "gradus: argument \"target\" has 5 elements along axis \"batch\", but \"logits\" has 4");
}

TEST_CASE("an output of another extent is named, by its number if it has no name") {
    pick_call call;
    call.outputs[0] = make_argument(view(call.free, {3}));
    CHECK(call.message() == "gradus: output \"picked\" has 3 elements along axis \"batch\", but \"logits\" has 4");
    pick_call other;
    other.outputs[1] = make_argument(view(other.free, {4, 1}));
    CHECK(other.message() == "gradus: output 2 has 1 element along axis \"class\", but \"logits\" has 10");
}

TEST_CASE("a wrong rank shows the declaration") {
    pick_call call;
    call.inputs[0] = make_argument(view(call.free, {4}));
    CHECK(call.message() == "gradus: argument \"logits\" has 1 axis, but its declaration [batch, class] has 2");
}

TEST_CASE("a wrong element type gives both remedies") {
    pick_call call;
    std::vector<double> logits(40);
    call.inputs[0] = make_argument(view(logits, {4, 10}));
    CHECK(call.message() ==
          "gradus: argument \"logits\" holds float64, but it is declared float32: "
          "pass float32 data or declare it float64");
}

TEST_CASE("labels may be of any integer type and of no other") {
    pick_call call;
    std::vector<std::uint8_t> bytes(4);
    call.inputs[1] = make_argument(as_view(bytes));
    CHECK(call.message() == "fits");
    call.inputs[1] = make_argument(view(call.free, {4}));
    CHECK(call.message() == "gradus: argument \"target\" holds float32, but labels are integers");
}

TEST_CASE("an output of another element type is an error") {
    pick_call call;
    std::vector<double> picked(4);
    call.outputs[0] = make_argument(as_view(picked));
    CHECK(call.message() == "gradus: output \"picked\" holds float64, but the result is float32");
}

TEST_CASE("a missing argument is named") {
    pick_call call;
    call.inputs[1] = argument{};
    CHECK(call.message() == "gradus: argument \"target\" is missing");
}

TEST_CASE("a null pointer is an error unless there are no elements") {
    pick_call call;
    call.inputs[0].data = nullptr;
    CHECK(call.message() == "gradus: argument \"logits\" is a null pointer, but needs 40 elements");
    float* nothing = nullptr;
    const int* no_labels = nullptr;
    call.inputs = {make_argument(view(nothing, {0, 10})), make_argument(view(no_labels, {0}))};
    call.outputs = {make_argument(view(nothing, {0})), make_argument(view(nothing, {0, 10}))};
    CHECK(call.message() == "fits");
}

TEST_CASE("an output whose elements share memory is an error") {
    pick_call call;
    call.outputs[1] = make_argument(view(call.free - 40, {4, 10}, {0, 1}));
    CHECK(call.message() ==
          "gradus: output 2 has several elements in one place (extents {4, 10}, strides {0, 1}): "
          "give each element its own");
    call.outputs[1] = make_argument(view(call.free - 40, {4, 10}, {1, 1}));
    CHECK(call.message() != "fits");
    call.outputs[1] = make_argument(view(call.free - 40, {4, 10}, {1, 4}));
    CHECK(call.message() == "fits");
}

TEST_CASE("an input may repeat its elements by stride 0") {
    pick_call call;
    call.inputs[0] = make_argument(view(call.memory.data(), {4, 10}, {0, 1}));
    CHECK(call.message() == "fits");
}

TEST_CASE("an output may be the memory of an input with the same axes") {
    pick_call call;
    call.outputs[1] = call.inputs[0];
    CHECK(call.message() == "fits");
}

TEST_CASE("any other overlap of an output with an input is an error") {
    const std::string expected =
        "gradus: output 2 overlaps argument \"logits\": they must be apart, or the same "
        "memory with the same axes and strides";
    pick_call call;
    float* logits = call.memory.data();
    call.outputs[1] = make_argument(view(logits + 1, {4, 10}));
    CHECK(call.message() == expected);
    call.outputs[1] = make_argument(view(logits, {4, 10}, {1, 4}));
    CHECK(call.message() == expected);
    call.outputs[1] = make_argument(view(logits + 39, {4, 10}));
    CHECK(call.message() == expected);
}

TEST_CASE("outputs that overlap are an error") {
    pick_call call;
    call.outputs[0] = make_argument(view(static_cast<float*>(call.outputs[1].data) + 7, {4}));
    CHECK(call.message() == "gradus: output 2 overlaps output \"picked\": outputs must be apart");
}

TEST_CASE("column ranges of one matrix are apart, as are odd and even elements") {
    const graph g = product();
    std::vector<float> memory(24);
    const auto rows = view(memory, {3, 8});
    const auto left = make_argument(slice(rows, 1, 0, 4));
    const auto right = make_argument(slice(rows, 1, 4, 4));
    CHECK(message_of(g, {left, left}, {right}) == "fits");
    const auto middle = make_argument(slice(rows, 1, 3, 4));
    CHECK(message_of(g, {left, left}, {middle}) != "fits");
    const auto even = make_argument(strided(rows, 1, 2));
    const auto odd = make_argument(strided(slice(rows, 1, 1, 7), 1, 2));
    CHECK(message_of(g, {even, even}, {odd}) == "fits");
}

TEST_CASE("the axes that \"...\" stands for agree in number and extent") {
    const graph g = product();
    std::vector<float> a(24);
    std::vector<float> b(24);
    std::vector<float> c(24);
    const auto shape = [](std::vector<float>& data, int rank) {
        return rank == 2 ? make_argument(view(data, {4, 6})) : make_argument(view(data, {2, 3, 4}));
    };
    CHECK(message_of(g, {shape(a, 3), shape(b, 3)}, {shape(c, 3)}) == "fits");
    CHECK(message_of(g, {shape(a, 3), shape(b, 2)}, {shape(c, 3)}) ==
          "gradus: argument \"a\" has 2 axes for \"...\", but \"x\" has 3");
    CHECK(message_of(g, {shape(a, 2), make_argument(view(b, {4, 6}))}, {make_argument(view(c, {6, 4}))}) ==
          "gradus: output \"y\" has 6 elements along axis 1 of \"...\", but \"x\" has 4");
}

TEST_CASE("\"...\" may stand for no axes") {
    const graph g = product();
    const float two = 2;
    float result = 0;
    const auto in = make_argument(tensor_view<const float, 0>{&two, {}, {}});
    const auto out = make_argument(tensor_view<float, 0>{&result, {}, {}});
    CHECK(message_of(g, {in, in}, {out}) == "fits");
    CHECK(check(g, std::vector{in, in}, std::vector{out}).sources == 0);
}

TEST_CASE("named axes beside \"...\" are the least that an argument has") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "..."});
    made.add_output("y", made.apply(op::neg, {x}), {"batch", "..."});
    const float value = 1;
    const auto in = make_argument(tensor_view<const float, 0>{&value, {}, {}});
    CHECK(message_of(made.g, {in}, {in}) ==
          "gradus: argument \"x\" has 0 axes, but its declaration [batch, ...] has at least 1");
}

TEST_CASE("an input that no output depends on may be absent, unless it alone knows an extent") {
    hand_made made;
    made.add_input("x", {"batch"}, role::tensor, element::float32, false);
    node one;
    made.g.nodes.push_back(one);
    made.add_output("dx", 0, {"batch"});
    std::vector<float> data(3);
    const argument out = make_argument(as_view(data));
    CHECK(message_of(made.g, {argument{}}, {out}) == "fits");
    CHECK(output_extents(made.g, std::vector{make_argument(view(static_cast<float*>(nullptr), {7}))}, 0) ==
          std::vector<std::int64_t>{7});
    CHECK_THROWS_WITH(output_extents(made.g, std::vector{argument{}}, 0),
                      "gradus: no argument of the call has the axis \"batch\": pass \"x\" too");
}

TEST_CASE("a seed is one integer of 64 bits whatever the axes of its stream") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch"});
    const node_id u = made.add_input("noise", {"batch"}, role::seed, element::uint64);
    made.add_output("y", made.apply(op::mul, {x, u}), {"batch"});
    std::vector<float> data(6);
    const auto in = make_argument(view(data.data(), {3}));
    const auto out = make_argument(view(data.data() + 3, {3}));
    const auto seed = as_view(std::uint64_t{1});
    const auto short_seed = as_view(1);
    CHECK(message_of(made.g, {in, make_argument(seed)}, {out}) == "fits");
    CHECK(message_of(made.g, {in, make_argument(short_seed)}, {out}) ==
          "gradus: argument \"noise\" holds int32, but a seed is an integer of 64 bits");
}

TEST_CASE("the extents of an output follow from the inputs, in the order of its axes") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    made.add_output("y", made.apply(op::neg, {x}), {"class", "batch"});
    std::vector<float> data(12);
    CHECK(output_extents(made.g, std::vector{make_argument(view(data, {3, 4}))}, 0) == std::vector<std::int64_t>{4, 3});
}

TEST_CASE("our own mistakes are another type of error than the caller's") {
    const graph g = product();
    CHECK_THROWS_AS(check(g, {}, {}), internal_error);
    CHECK_THROWS_WITH(check_inputs(g, {}),
                      "gradus: internal error: a call with another number of inputs, please report");
}

}  // namespace
}  // namespace gradus
