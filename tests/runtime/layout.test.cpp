// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <vector>

#include <gradus/executable.hpp>
#include <gradus/layout.hpp>
#include <gradus/tensor.hpp>

#include "runtime/hand_made.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

/// The loops as lists of source axes, each as axis * 10 + part.
std::vector<std::vector<int>> loops_of(const layout& made) {
    std::vector<std::vector<int>> loops;
    for (const loop_axis& loop : made.loops) {
        loops.emplace_back();
        for (const source_axis& source : loop.sources) loops.back().push_back(source.axis * 10 + source.part);
    }
    return loops;
}

using loop_list = std::vector<std::vector<int>>;
using unit_list = std::vector<int>;

/// y[batch, class] = -x[batch, class].
graph elementwise() {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    made.add_output("y", made.apply(op::neg, {x}), {"batch", "class"});
    return made.g;
}

layout classify_pair(graph_view g, const tensor_view<float, 2>& x, const tensor_view<float, 2>& y) {
    return classify(g, std::vector{make_argument(x)}, std::vector{make_argument(y)});
}

TEST_CASE("axes that are always used together and lie contiguously run as one loop") {
    CHECK(loops_of(row_major(elementwise())) == loop_list{{0, 10}});
    CHECK(row_major(elementwise()).unit == unit_list{0, 0});
}

TEST_CASE("classification of row-major arguments agrees with row_major") {
    std::vector<float> x(12);
    std::vector<float> y(12);
    CHECK(classify_pair(elementwise(), view(x, {3, 4}), view(y, {3, 4})) == row_major(elementwise()));
}

TEST_CASE("one tensor that is not contiguous keeps the axes apart") {
    std::vector<float> x(15);
    std::vector<float> y(12);
    const layout made = classify_pair(elementwise(), slice(view(x, {3, 5}), 1, 0, 4), view(y, {3, 4}));
    CHECK(loops_of(made) == loop_list{{0}, {10}});
    CHECK(made.unit == unit_list{1, 1});
}

TEST_CASE("a transposed tensor does not collapse and tells its loop of stride 1") {
    std::vector<float> x(12);
    std::vector<float> y(12);
    const layout made = classify_pair(elementwise(), transpose(view(x, {4, 3})), view(y, {3, 4}));
    CHECK(loops_of(made) == loop_list{{0}, {10}});
    CHECK(made.unit == unit_list{0, 1});
}

TEST_CASE("a tensor without an axis of stride 1 has no unit loop") {
    std::vector<float> x(30);
    std::vector<float> y(12);
    const auto every_second = strided(slice(view(x, {3, 10}), 1, 0, 8), 1, 2);
    const layout made = classify_pair(elementwise(), every_second, view(y, {3, 4}));
    CHECK(loops_of(made) == loop_list{{0}, {10}});
    CHECK(made.unit == unit_list{-1, 1});
}

TEST_CASE("a constant gap between all elements does not keep axes apart") {
    std::vector<float> x(24);
    std::vector<float> y(12);
    const layout made = classify_pair(elementwise(), strided(view(x, {3, 8}), 1, 2), view(y, {3, 4}));
    CHECK(loops_of(made) == loop_list{{0, 10}});
    CHECK(made.unit == unit_list{-1, 0});
}

TEST_CASE("axes of one element fit whatever their strides") {
    std::vector<float> x(40);
    std::vector<float> y(4);
    CHECK(loops_of(classify_pair(elementwise(), view(x.data(), {1, 4}, {99, 1}), view(y, {1, 4}))) ==
          loop_list{{0, 10}});
    const layout column = classify_pair(elementwise(), view(x.data(), {4, 1}, {10, 1}), view(y, {4, 1}));
    CHECK(loops_of(column) == loop_list{{0, 10}});
    CHECK(column.unit == unit_list{-1, 0});
}

TEST_CASE("an axis of one element between two does not hide a gap") {
    hand_made made;
    const node_id x = made.add_input("x", {"a", "b", "c"});
    made.add_output("y", made.apply(op::neg, {x}), {"a", "b", "c"});
    std::vector<float> data(100);
    std::vector<float> out(12);
    const auto layout_for = [&](std::int64_t stride) {
        return classify(made.g, std::vector{make_argument(view(data.data(), {3, 1, 4}, {stride, 77, 1}))},
                        std::vector{make_argument(view(out, {3, 1, 4}))});
    };
    CHECK(loops_of(layout_for(4)) == loop_list{{0, 10, 20}});
    CHECK(loops_of(layout_for(5)) == loop_list{{0}, {10, 20}});
}

TEST_CASE("tensors without elements do not keep axes apart") {
    float* nothing = nullptr;
    CHECK(loops_of(classify_pair(elementwise(), view(nothing, {0, 4}, {1, 9}), view(nothing, {0, 4}))) ==
          loop_list{{0, 10}});
}

TEST_CASE("a reduction over one of two axes keeps them apart, over both does not") {
    hand_made one;
    const node_id x = one.add_input("x", {"batch", "class"});
    one.add_output("s", one.apply(op::reduce_sum, {x}, {"class"}), {"batch"});
    CHECK(loops_of(row_major(one.g)) == loop_list{{0}, {10}});
    hand_made both;
    const node_id z = both.add_input("z", {"batch", "class"});
    both.add_output("s", both.apply(op::reduce_sum, {z}, {"batch", "class"}), {});
    CHECK(loops_of(row_major(both.g)) == loop_list{{0, 10}});
    CHECK(row_major(both.g).unit == unit_list{0, -1});
}

TEST_CASE("an index along one of two axes keeps them apart") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    made.add_output("y", made.apply(op::mul, {x, made.index("class")}), {"batch", "class"});
    CHECK(loops_of(row_major(made.g)) == loop_list{{0}, {10}});
}

TEST_CASE("a tensor with one of two axes keeps them apart") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    const node_id weight = made.add_input("weight", {"class"});
    made.add_output("y", made.apply(op::mul, {x, weight}), {"batch", "class"});
    CHECK(loops_of(row_major(made.g)) == loop_list{{0}, {10}});
    CHECK(row_major(made.g).unit == unit_list{1, 1, 1});
}

TEST_CASE("an output in another order of axes keeps them apart") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    made.add_output("y", made.apply(op::neg, {x}), {"class", "batch"});
    CHECK(loops_of(row_major(made.g)) == loop_list{{0}, {10}});
    CHECK(row_major(made.g).unit == unit_list{1, 0});
}

TEST_CASE("a stream of random numbers in another order of axes keeps them apart") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    const node_id u = made.add_input("noise", {"class", "batch"}, role::seed, element::uint64);
    made.add_output("y", made.apply(op::mul, {x, u}), {"batch", "class"});
    CHECK(loops_of(row_major(made.g)) == loop_list{{0}, {10}});
}

TEST_CASE("inputs that no output depends on have no say") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    made.add_input("gone", {"class"}, role::tensor, element::float32, false);
    made.add_output("y", made.apply(op::neg, {x}), {"batch", "class"});
    CHECK(loops_of(row_major(made.g)) == loop_list{{0, 10}});
    CHECK(row_major(made.g).unit == unit_list{0, -1, 0});
}

TEST_CASE("the axes that \"...\" stands for run as one loop where they lie contiguously") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class", "..."});
    made.add_output("s", made.apply(op::reduce_sum, {x}, {"class"}), {"batch", "..."});
    CHECK(loops_of(row_major(made.g, 2)) == loop_list{{0}, {10}, {20, 21}});
    CHECK(row_major(made.g, 2).unit == unit_list{2, 2});
    CHECK(loops_of(row_major(made.g, 0)) == loop_list{{0}, {10}});
    CHECK(row_major(made.g, 0).unit == unit_list{1, 0});
}

TEST_CASE("the items of a stage are counted from its rows, chunks and blocks") {
    const std::vector<std::int64_t> extents{3, 10000, 0};
    stage_shape stage;
    stage.form = stage_form::rows;
    CHECK(item_count(stage, extents.data()) == 1);
    stage.rows = 0b11;
    CHECK(item_count(stage, extents.data()) == 30000);
    stage.lane = 1;
    CHECK(item_count(stage, extents.data()) == 3 * 3);
    stage.form = stage_form::check;
    CHECK(item_count(stage, extents.data()) == 3 * 3);
    stage.form = stage_form::combine;
    CHECK(item_count(stage, extents.data()) == 1);
    stage.form = stage_form::blocks;
    stage.rows = 0;
    stage.inner = 0b11;
    CHECK(item_count(stage, extents.data()) == 3 * 3);
    stage.inner = 0b110;
    stage.lane = 2;
    CHECK(item_count(stage, extents.data()) == 0);
}

}  // namespace
}  // namespace gradus
