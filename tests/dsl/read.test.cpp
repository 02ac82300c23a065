// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support/catch.hpp"

#include <gradus/dsl.hpp>
#include <gradus/read.hpp>

using namespace gradus;

namespace {
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto w = tensor<"w[class]", double>;
constexpr auto any = tensor<"any">;
constexpr auto t = labels<"t[batch]">;
constexpr auto beta = scalar<"beta">;
constexpr auto u = uniform<"u[batch, class]">;

void returns_from_text(const graph& g) {
    const std::string text = to_text(g).str();
    INFO(text);
    graph read = read_graph(text);
    CHECK(to_text(read).str() == text);
    CHECK(read.hash == g.hash);
}
}  // namespace

TEST_CASE("a graph read from its own text is the same graph") {
    returns_from_text(lower(mean(cross_entropy(beta * x, t, over<"class">))));
    returns_from_text(lower(grad(mean(cross_entropy(beta * x, t, over<"class">)), x), grad(sum(x * w), w)));
    returns_from_text(lower(max(x, over<"batch">), min(x), softmax(x, over<"class">), exp(any) + 0.1));
    returns_from_text(lower(where(u < 0.5, x, 0), x * index<"class"> + extent<"batch">, grad(sum(log(1 + exp(x))), x)));
    returns_from_text(lower_plain(log(1 + exp(x)) - std::numeric_limits<double>::infinity()));
}

TEST_CASE("every beginning of a graph's text is an error that names the line, never a crash") {
    const std::string text = to_text(lower(grad(mean(cross_entropy(x, t, over<"class">)), x))).str();
    const std::size_t last_needed = text.find("\n", text.find("output")) - 1;
    for (std::size_t size = 0; size < last_needed; ++size) {
        try {
            read_graph(text.substr(0, size));
        } catch (const std::invalid_argument& fault) {
            CHECK_THAT(fault.what(), Catch::Matchers::Contains("graph text, line "));
            continue;
        }
        // What is left may be a shorter but complete text: the output's number cut short.
        CHECK(size > text.find("output"));
    }
}

TEST_CASE("a malformed graph's text is told with the line, what was expected and what came") {
    const auto says = [](const char* text, const char* expected) {
        CHECK_THROWS_WITH(read_graph(text), Catch::Matchers::Contains(expected));
    };
    says("grap\n", "line 1: expected \"graph\", found \"grap\"");
    says("graph\naxes i\ninput x[i tensor float32\n", "line 3: expected name[axes]");
    says("graph\ninput x[i] matrix float32\n", "expected tensor, labels, scalar or seed, found \"matrix\"");
    says("graph\ninput x[i] tensor float8\n", "expected float32, float64, float16 or bfloat16, found \"float8\"");
    says("graph\ninput x[i] tensor float32\ninput x[i] tensor float32\n", "expected an input that is not yet declared");
    says("graph\n%0 = input y\n", "expected a declared input, found \"y\"");
    says("graph\n%1 = constant 1\n", "expected %0, found \"%1\"");
    says("graph\n%0 = constant one\n", "expected a number, found \"one\"");
    says("graph\n%0 = exp %0\n", "expected a node that stands above, found \"%0\"");
    says("graph\n%0 = sine\n", "expected the name of an operation, found \"sine\"");
    says("graph\n%0 = index over\n", "expected the name of an axis");
    says("graph\naxes i,j\n", "expected the name of an axis, found \"i,j\"");
    says("graph\n%0 = index over i j\n", "expected one axis");
    says("graph\n%0 = constant 0\n%1 = at %0 %0 over i j\n", "expected one axis");
    says("graph\n%0 = constant 0\nlabel %0 over i j\n", "expected one axis");
    says("graph\naxes a b c d e f g h i j k l m n o p q r s t u v w x y z a1 a2 a3 a4 a5 a6 a7\n", "at most 32 axes");
    says("graph\n%0 = constant 1 2\n", "expected the end of the line, found \"2\"");
    says("graph\n%0 = constant 1\n", "expected a line \"output ...\"");
    says("graph\n%0 = constant 1\noutput y[] int8 = %0\n", "expected float32, float64, float16 or bfloat16, found \"int8\"");
    says("graph\ninput x[i] tensor float32\n%0 = input x\noutput y[] float32 = %0\n", "all axes of its node");
    says("graph\n%0 = constant 1\noutput y[] float32 = %0\nfired nothing -> %0\n", "expected the name of a rule");
}
