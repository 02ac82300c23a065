// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// program<…>, the graph of expressions in read-only data, beside `lower`, which builds it when it runs.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[i]">;
constexpr auto small = sum(x * tanh(x));
constexpr auto dsmall = grad(small, x);

/// Each result is used twice; with the gradient more nodes than the first arrays of a program hold.
constexpr auto many = make_op<"many">([](auto a) {
    auto y = tanh(a);
    for (int i = 0; i < 60; ++i) y = y * exp(y);
    return y;
});
constexpr auto large = sum(many(x));
constexpr auto dlarge = grad(large, x);

constexpr auto doubled = sum(2.0 * x * x);
constexpr auto tripled = sum(3.0 * x * x);

std::string dump(graph_view g) { return to_text(g).str(); }

/// The formula of the last output.
template <class... E>
std::string last_formula(const E&... e) {
    const graph g = lower(e...);
    return to_text(g, g.outputs.back().value).str();
}

}  // namespace

TEST_CASE("a program holds the graph that lower makes, with the names of its variables") {
    const graph expected = lower(small, dsmall);
    CHECK(program<small, dsmall>::view().hash == expected.hash);
    CHECK(program<small, dsmall>::view().nodes.size() == expected.nodes.size());
    CHECK(program<small, dsmall>::name() == "small_dsmall");
    CHECK(dump(program<small>::view()).find("output small[]") != std::string::npos);
}

TEST_CASE("so does one whose graph is larger than a program's first arrays") {
    static_assert(program<large, dlarge>::view().nodes.size() > 256);
    const graph expected = lower(large, dlarge);
    CHECK(program<large, dlarge>::view().hash == expected.hash);
    CHECK(program<large, dlarge>::view().log.size() == expected.log.size());
    CHECK(dump(program<large>::view()).find("output large[]") != std::string::npos);
}

TEST_CASE("the gradient of another expression of the same type is not taken from the first") {
    CHECK(last_formula(doubled, grad(tripled, x)) == last_formula(grad(tripled, x)));
    CHECK(last_formula(doubled, grad(tripled, x)) != last_formula(grad(doubled, x)));
    CHECK(last_formula(doubled, grad(doubled, x)) == last_formula(grad(doubled, x)));
}
