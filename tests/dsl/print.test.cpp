// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Formulas as text and as LaTeX, compared with how a mathematician would write them.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>

using namespace gradus;

namespace {
constexpr auto x = scalar<"x">;
constexpr auto y = scalar<"y">;
constexpr auto m = tensor<"m[i, j]">;
constexpr auto a = tensor<"alpha[i]">;
constexpr auto t = labels<"t[i]">;
constexpr auto u = uniform<"noise[i]">;

static_assert(to_text(grad(relu(x), x)) == "where(x > 0, 1, 0)");
static_assert(to_text(x* x + 2 * x - 1) == "x^2 + 2 * x - 1");
static_assert(to_text((x + 1) * (y - 2)) == "(x + 1) * (y - 2)");
static_assert(to_text(x - (y - 1)) == "x - (y - 1)");
static_assert(to_text(x / (y / 2)) == "x / (y / 2)");
static_assert(to_text(-(x + y)) == "-(x + y)");
static_assert(to_text(pow(x, 3) * pow(x, y)) == "x^3 * pow(x, y)");
static_assert(to_text(x / 3 + 0.1) == "x / 3 + 0.1");
static_assert(to_text(where(x > 0 && !(y < 1), x, 0)) == "where(!(y < 1) && x > 0, x, 0)");
static_assert(to_text(sum(m)) == "sum(m)");
static_assert(to_text(sum(m, over<"j">)) == "sum(m, over<\"j\">)");
static_assert(to_text(mean(m, over<"i", "j">)) == "mean(m)");
static_assert(to_text(max(m, over<"i">)) == "max(m, over<\"i\">)");
static_assert(to_text(at(m, over<"j">, t)) == "at(m, over<\"j\">, t)");
static_assert(to_text(m*(index<"j"> == t)) == "m * (t == index<\"j\">)");
static_assert(to_text(m / extent<"i">) == "m / extent<\"i\">");
static_assert(to_text(u* a) == "alpha * uniform<\"noise\">");

static_assert(to_latex(x* x / 2) == "\\frac{x^{2}}{2}");
static_assert(to_latex(exp(-x)) == "e^{-x}");
static_assert(to_latex(sqrt(abs(x))) == "\\sqrt{\\left|x\\right|}");
static_assert(to_latex(sigmoid(x) * (1 + y)) == "\\sigma\\left(x\\right) \\, \\left(y + 1\\right)");
static_assert(to_latex(sum(a)) == "\\sum_{\\text{i}} \\mathit{alpha}");
static_assert(to_latex(grad(relu(x), x)) == "\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}");
static_assert(to_latex(at(m, over<"j">, t)) == "m_{\\text{j} = t}");
}  // namespace

TEST_CASE("a formula prints the same at run time as at compile time") {
    CHECK(to_text(grad(relu(x), x)).str() == "where(x > 0, 1, 0)");
    CHECK(to_text(mean(cross_entropy(m, t, over<"j">))).str() ==
          "-mean(at(log_softmax(m, over<\"j\">), over<\"j\">, t))");
}

TEST_CASE("a long formula names what it repeats, so that its text stays in proportion to its graph") {
    constexpr auto squares = make_op<"squares">([](auto v) {
        for (int i = 0; i < 40; ++i) v = v * v + v;
        return v;
    });
    const std::string text = to_text(squares(x)).str();
    CHECK(text.find(" where s1 = ") != std::string::npos);
    CHECK(text.size() < 4000);
}

TEST_CASE("a deep formula prints without deep recursion") {
    constexpr auto nested = make_op<"nested">([](auto v) {
        for (int i = 0; i < 5000; ++i) v = sin(v);
        return v;
    });
    CHECK(to_text(nested(x)).str().find('%') != std::string::npos);
}
