// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Requirements of a graph: what keeps them, what they leave alone, and what the interpreter says.
#include "support/catch.hpp"

#include <gradus/dsl.hpp>
#include <gradus/losses.hpp>
#include <gradus/read.hpp>

using namespace gradus;

namespace {
constexpr auto x = tensor<"x[batch, class]">;
constexpr auto w = tensor<"w[class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto a = scalar<"a">;
constexpr auto b = scalar<"b">;
constexpr auto noise = uniform<"noise[class]">;

/// The condition of a graph's only requirement, as text.
constexpr text condition_of(const graph& g) {
    if (g.requirements.size() != 1) return "not one";
    return to_text(g, g.requirements[0].condition);
}

template <class Exception, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Exception& fault) {
        return fault.what();
    }
    return "no such exception";
}

// ---- in constant evaluation

static_assert(evaluate(require(a, a > 0), a = 2.0) == 2);
static_assert(evaluate(require(a, a > 0 && b < a), a = 2.0, b = 1) == 2);
static_assert(evaluate(require(1.5, a > 0), a = 2.0) == 1.5);
static_assert(evaluate(sum(require(w, w >= 0)), w = std::array{1.0, 0.0, 2.0}) == 3);

static_assert(condition_of(lower(require(a, a <= 1 && a >= 0))) == "a >= 0 && a <= 1");
static_assert(condition_of(lower_plain(require(a, 0 < a))) == "0 < a");
static_assert(condition_of(lower(require(a, b > 0) + require(b, b > 0))) == "not one");  // about a, and about b
static_assert(condition_of(lower(2 * require(a, b > 0), exp(require(a, b > 0)))) == "b > 0");

// Rewriting and differentiation see through it and keep it.
static_assert(to_text(exp(require(log(a), a > 0))) == to_text(exp(log(a))));
static_assert(require(a, b > 0) == a);
static_assert(condition_of(lower(0 * require(a, a > 0))) == "a > 0");
static_assert(condition_of(lower(pow(require(a, a > 0), 0))) == "a > 0");
static_assert(condition_of(lower(where(a > a, require(a, a > 0), 1))) == "a > 0");
static_assert(condition_of(lower(grad(2 * require(a, b > 0), a))) == "b > 0");
static_assert(condition_of(lower(grad(grad(require(a, b > 0) * a, a), a))) == "b > 0");
static_assert(condition_of(lower(jvp(require(x, w > 0), x, x))) == "w > 0");
static_assert(to_text(grad(2 * require(a, b > 0), a)) == "2");

// A condition that is known to hold falls away; one that is known to fail stays.
static_assert(lower(require(a, where(a > 0, 1, 1) == 1)).requirements.empty());
static_assert(lower(require(a, literal(2) > 1)).requirements.empty());
static_assert(condition_of(lower(require(a, literal(1) > 2))) == "0");

// The value keeps its axes.
static_assert(decltype(require(w, x > 0))::axes().same_set(decltype(w)::axes()));

// Labels are required wherever something is read at them, also when the read is gone.
constexpr bool requires_label(const graph& g) {
    if (g.requirements.size() != 1 || g.requirements[0].over == 0) return false;
    const graph_view view = g;
    return g.nodes[g.requirements[0].value].code == op::input &&
           view.axis_name(std::countr_zero(g.requirements[0].over)) == "class";
}
static_assert(requires_label(lower(at(x, over<"class">, t))));
static_assert(requires_label(lower(at(x, over<"class">, t) + at(w, over<"class">, t))));
static_assert(requires_label(lower(log(at(softmax(x, over<"class">), over<"class">, t)))));
static_assert(requires_label(lower(grad(sum(at(x, over<"class">, t)), x))));
static_assert(requires_label(lower(at(pow(x, 0), over<"class">, t))));
static_assert(to_text(at(pow(x, 0) * a, over<"class">, t)) == "a");

// An input that only a condition needs is used.
constexpr bool condition_uses_its_inputs() {
    const graph g = lower(require(a, b > 0));
    return g.inputs.size() == 2 && g.inputs[0].used && g.inputs[1].used;
}
static_assert(condition_uses_its_inputs());

// ---- which input a violation names

constexpr std::string_view subject(const graph& g) {
    const int found = subject_of(g, g.requirements[0]);
    const graph_view view = g;
    return found < 0 ? "none" : view.text_of(view.inputs[static_cast<std::size_t>(found)].name);
}
template <expression E>
constexpr bool names(const E& e, std::string_view expected) {
    return subject(lower(e)) == expected;
}
static_assert(names(require(x, x > 0), "x"));
static_assert(names(require(exp(x), exp(x) > 0), "x"));
static_assert(names(require(x, x > w), "x"));
static_assert(names(require(x * 2, x > w), "none"));
static_assert(names(require(x, w > 0), "w"));
static_assert(names(require(x, sum(w) > a), "none"));
static_assert(names(require(sum(w), sum(w) > 0), "none"));
static_assert(names(require(w, w > mean(w)), "w"));
static_assert(names(require(noise, noise > 0.5), "none"));
static_assert(names(require(w, w > noise), "w"));
static_assert(names(at(x, over<"class">, where(t == -100, 0, t)), "t"));
static_assert(names(at(x, over<"class">, where(w > 0, t, 0)), "t"));
static_assert(names(at(x, over<"class">, floor(a)), "none"));
static_assert(names(at(x, over<"class">, 1), "none"));

}  // namespace

TEST_CASE("a value outside of its condition is a domain error that names argument, value, place and condition") {
    const auto with = [&](double bad) {
        return message_of<std::domain_error>([&] {
            (void)evaluate(require(w, w >= 0 && w <= 1), w = std::array{0.0, 1.0, bad});
        });
    };
    CHECK(with(1.5) == "gradus: argument \"w\" is 1.5 at class = 2, but w >= 0 && w <= 1 is required");
    CHECK(with(-1e-300) == "gradus: argument \"w\" is -1e-300 at class = 2, but w >= 0 && w <= 1 is required");
    CHECK(with(std::numeric_limits<double>::quiet_NaN()) ==
          "gradus: argument \"w\" is NaN at class = 2, but w >= 0 && w <= 1 is required");
    CHECK(with(1) == "no such exception");
}

TEST_CASE("the value named is that of the argument's own axes") {
    const double X[2][3] = {{1, 1, 1}, {1, 1, 1}};
    CHECK(message_of<std::domain_error>([&] {
              (void)evaluate(require(w, w > x - 1), x = X, w = std::array{3.0, -0.5, 5.0});
          }) == "gradus: argument \"w\" is -0.5 at class = 1, batch = 0, but w > x - 1 is required");
}

TEST_CASE("a condition holds for the formula as it is written, too") {
    CHECK(message_of<std::domain_error>([&] { (void)evaluate_plain(0 * require(a, a > 0), a = -1); }) ==
          "gradus: argument \"a\" is -1, but a > 0 is required");
}

TEST_CASE("a body that requires also runs on numbers") {
    constexpr auto root = make_op<"root">([](auto v) { return sqrt(require(v, v >= 0)); });
    static_assert(root(4.0) == 2);
    CHECK_THROWS_AS(root(-4.0), std::domain_error);
    CHECK(evaluate(root(a), a = 9) == 3);
    CHECK(message_of<std::domain_error>([&] { (void)evaluate(root(a - 1), a = 0); }) ==
          "gradus: argument \"a\" is 0, but a >= 1 is required");
}

TEST_CASE("a graph with requirements reads back to the same graph") {
    for (const graph& g : {lower(grad(sum(at(require(x, x > w), over<"class">, t)), x)),
                           lower(require(exp(x), sum(x) != 0)), lower(require(a, literal(1) > 2))}) {
        const std::string text = to_text(g).str();
        INFO(text);
        const graph read = read_graph(text);
        CHECK(to_text(read).str() == text);
        CHECK(read.hash == g.hash);
    }
}

TEST_CASE("requirements count for a graph's hash") {
    CHECK(lower(require(a, b > 0)).hash != lower(require(a, b > 1)).hash);
    CHECK(lower(a + 0 * b).hash != lower(require(a + 0 * b, b > 0)).hash);
    CHECK(lower(require(a, a > b)).hash != lower(a * 1, require(2 * a, a > b) * 0).hash);
}

TEST_CASE("a text that leaves out what its labels must be requires it all the same") {
    std::string text = to_text(lower(at(x, over<"class">, t))).str();
    const std::size_t line = text.find("label %");
    REQUIRE(line != std::string::npos);
    const std::string without = text.substr(0, line) + text.substr(text.find('\n', line) + 1);
    CHECK(to_text(read_graph(without)).str() == text);
}

TEST_CASE("a malformed requirement is told with the line") {
    const std::string head = "graph\naxes i\ninput x[i] tensor float32\n%0 = input x\noutput _[i] float32 = %0\n";
    const auto says = [&](const char* line, const char* expected) {
        CHECK_THROWS_WITH(read_graph(head + line), Catch::Matchers::Contains(expected));
    };
    says("require\n", "line 6: expected a node such as %3");
    says("require %7\n", "expected a node that stands above, found \"%7\"");
    says("require %0 for %0\n", "expected \"of\", found \"for\"");
    says("require %0 of x\n", "expected a node such as %3, found \"x\"");
    says("label %0\n", "line 6: expected \"over\"");
    says("label %0 over\n", "expected the name of an axis");
}
