// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// located(e): the same graph as e, with the lines of the user's text beside it.
#include "support/catch.hpp"

#include <string>
#include <vector>

#include <gradus/dsl.hpp>

using namespace gradus;

namespace {
constexpr auto x = tensor<"x[i]">;

constexpr auto inner = located(log(x - 1));
constexpr std::uint32_t inner_line = __LINE__ - 1;
constexpr auto outer = located(mean(inner * inner));
constexpr std::uint32_t outer_line = __LINE__ - 1;

// What is located is still the same formula, with the same gradient and rewrite rules.
static_assert(inner == log(x - 1));
static_assert(grad(outer, x) == grad(mean(log(x - 1) * log(x - 1)), x));
static_assert(located(log(located(1 + exp(x)))) == softplus(x));
static_assert(lower(outer).hash == lower(mean(log(x - 1) * log(x - 1))).hash);
// Without it a graph has no places, and it keeps them in read-only data.
static_assert(lower(mean(log(x - 1))).places.empty());
static_assert(program<outer>::view().places.size() > 0);

/// The places of a graph, each as "formula @ place".
std::vector<std::string> places_of(graph_view g) {
    std::vector<std::string> list;
    for (const source_place& p : g.places) list.push_back((to_text(g, p.value) << " @ " << g.text_of(p.text)).str());
    return list;
}
std::string at_line(const std::string& formula, std::uint32_t line) {
    return formula + " @ located.test.cpp:" + std::to_string(line);
}
}  // namespace

TEST_CASE("each operation has the place of the innermost located formula around it") {
    const std::vector<std::string> expected{
        at_line("x - 1", inner_line), at_line("log(x - 1)", inner_line), at_line("log(x - 1)^2", outer_line),
        at_line("sum(log(x - 1)^2)", outer_line), at_line("mean(log(x - 1)^2)", outer_line)};
    CHECK_THAT(places_of(lower(outer)), Catch::Matchers::UnorderedEquals(expected));
    CHECK(places_of(program<outer>::view()) == places_of(lower(outer)));
}

TEST_CASE("what rewriting makes of a located formula has its place") {
    const graph g = lower(2 * located(log(1 + exp(x))));
    const std::uint32_t line = __LINE__ - 1;
    CHECK(places_of(g) == std::vector{at_line("softplus(x)", line)});
}

TEST_CASE("a gradient keeps the places of the values that it uses") {
    CHECK_THAT(places_of(lower(grad(sum(inner), x))), Catch::Matchers::VectorContains(at_line("x - 1", inner_line)));
}

TEST_CASE("a place is the file without its folders") {
    CHECK(detail::place_text("/home/me/loss.cpp", 12) == "loss.cpp:12");
    CHECK(detail::place_text("C:\\me\\loss.cpp", 3) == "loss.cpp:3");
    CHECK(detail::place_text("loss.cpp", 7) == "loss.cpp:7");
}
