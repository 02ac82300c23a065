// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layouts that are compiled ahead of a call are those that calls have.
#include "row_major.hpp"

#include <algorithm>

#include <gradus/dsl.hpp>
#include <gradus/tensor.hpp>

#include "support/catch.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto y = tensor<"y[batch, class]">;
constexpr auto t = labels<"t[batch]">;

constexpr std::array<std::int64_t, 4> extents{0, 1, 2, 5};
std::array<float, 1024> memory;
std::array<float, 64> results;
std::array<std::int64_t, 64> label_memory;

bool holds(const std::vector<layout>& all, const layout& one) { return std::ranges::find(all, one) != all.end(); }

argument matrix(float* data, std::int64_t rows, std::int64_t columns, std::int64_t gap = 0) {
    return make_argument(tensor_view<float, 2>{data, {rows, columns}, {columns + gap, 1}});
}

}  // namespace

TEST_CASE("every call with row-major arguments has one of the layouts") {
    const graph pointwise = lower(x * y), rows = lower(sum(x, over<"class">) * at(y, over<"class">, t));
    const auto pointwise_layouts = row_major_layouts(pointwise, 1, row_gaps::none);
    const auto rows_layouts = row_major_layouts(rows, 1, row_gaps::none);
    for (const std::int64_t n : extents)
        for (const std::int64_t m : extents) {
            CAPTURE(n, m);
            const argument in = matrix(memory.data(), n, m), out = matrix(results.data(), n, m);
            CHECK(holds(pointwise_layouts, classify(pointwise, std::array{in, in}, std::array{out})));
            const auto labels = make_argument(tensor_view<std::int64_t, 1>{label_memory.data(), {n}, {1}});
            const auto sums = make_argument(tensor_view<float, 1>{results.data(), {n}, {1}});
            CHECK(holds(rows_layouts, classify(rows, std::array{in, in, labels}, std::array{sums})));
        }
}

TEST_CASE("rows of wider matrices are among the layouts with gaps alone") {
    const graph g = lower(x * y);
    const auto dense = row_major_layouts(g, 1, row_gaps::none), padded = row_major_layouts(g, 1, row_gaps::allowed);
    for (const std::int64_t n : extents)
        for (const std::int64_t m : extents)
            for (const std::int64_t gap : {0, 3}) {
                CAPTURE(n, m, gap);
                const argument in = matrix(memory.data(), n, m, gap);
                const argument out = matrix(memory.data() + 512, n, m, gap);
                CHECK(holds(padded, classify(g, std::array{in, in}, std::array{out})));
            }
    const argument wide = matrix(memory.data(), 2, 5, 3), mixed = matrix(memory.data(), 2, 5);
    CHECK_FALSE(holds(dense, classify(g, std::array{wide, wide}, std::array{matrix(results.data(), 2, 5)})));
    CHECK(holds(padded, classify(g, std::array{wide, mixed}, std::array{matrix(results.data(), 2, 5)})));
}

TEST_CASE("the layouts are few, and one is that of long axes") {
    const graph pointwise = lower(x * y), rows = lower(sum(x, over<"class">));
    CHECK(row_major_layouts(pointwise, 1, row_gaps::none) == std::vector{row_major(pointwise)});
    CHECK(row_major_layouts(rows, 1, row_gaps::none).size() == 2);  // of one class, or of more
    CHECK(row_major_layouts(rows, 1, row_gaps::none).front() == row_major(rows));
}

TEST_CASE("a kernel of more axes than can be listed is refused") {
    const graph g = lower(tensor<"z[...]"> * 2);
    CHECK(row_major_layouts(g, 10, row_gaps::none).size() == 1);
    CHECK_THROWS_WITH(row_major_layouts(g, 11, row_gaps::none),
                      "gradus: the layouts of a kernel of 11 axes are too many to list; it may have 10");
}
