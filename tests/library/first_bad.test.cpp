// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The first bad node: which operation, where, of what.
#include "support/catch.hpp"
#include "support/compare.hpp"

#include <cstdlib>
#include <limits>

#include <boost/hana/define_struct.hpp>

using namespace gradus;

namespace {
constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr auto x = tensor<"x[i]">;
constexpr auto y = tensor<"y[i]">;
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
using floats = std::vector<float>;
using coordinates = std::vector<coordinate>;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

constexpr auto log_loss = sum(log(x - 1));
constexpr auto dlog_loss = grad(log_loss, x);
}  // namespace

TEST_CASE("finite results have no first bad node") {
    CHECK_FALSE(jit(sum(log(x - 1))).first_bad(x = floats{2, 3, 4}));
    CHECK_FALSE(jit(x + 1).first_bad(x = floats{}));
}

TEST_CASE("the logarithm of 0 is named with its position, operands and argument") {
    const auto bad = jit<log_loss>().first_bad(x = floats{2, 3, 1, 0});
    REQUIRE(bad);
    CHECK(bad->formula == "log(x - 1)");
    CHECK(bad->operation == "log");
    CHECK(std::isnan(bad->value));  // the NaN of log(-1) at 3 decides the sum
    CHECK(bad->index == coordinates{{"i", 3}});
    const auto infinity = jit<log_loss>().first_bad(x = floats{2, 3, 1, 4});
    REQUIRE(infinity);
    CHECK(infinity->value == -infinite);
    CHECK(infinity->index == coordinates{{"i", 2}});
    REQUIRE(infinity->operands.size() == 2);
    CHECK(infinity->operands[0].formula == "x - 1");
    CHECK(infinity->operands[0].value == 0);
    CHECK(infinity->operands[1].formula == "x");
    CHECK(infinity->operands[1].value == 1);
    CHECK(infinity->output == "log_loss");
    CHECK(infinity->output_value == -infinite);
    CHECK(infinity->kernel == "log_loss");
    CHECK_THAT(infinity->made_at, Contains("first_bad.test.cpp:"));
    CHECK_THAT(infinity->str(), Contains("log(x - 1) is -inf at [i = 2]: x - 1 = 0, x = 1; output log_loss is -inf"));
}

TEST_CASE("a bad gradient is named where the value is finite") {
    constexpr auto root = sum(sqrt(x));
    const auto step = jit(root, grad(root, x));
    const auto bad = step.first_bad(x = floats{4, 0, 1});
    REQUIRE(bad);
    CHECK(bad->output == "2");
    CHECK(bad->index == coordinates{{"i", 1}});
    CHECK(bad->value == infinite);
    CHECK_FALSE(step.first_bad(x = floats{4, 9, 1}));
    const auto pole = jit<dlog_loss>().first_bad(x = floats{2, 1});
    REQUIRE(pole);
    CHECK(pole->operation == "div");
    CHECK(pole->index == coordinates{{"i", 1}});
}

TEST_CASE("0 / 0, the root of a negative and an overflowing exponential are operations that make bad values") {
    const auto quotient = jit(x / y).first_bad(x = floats{1, 0}, y = floats{1, 0});
    REQUIRE(quotient);
    CHECK(quotient->formula == "x / y");
    CHECK(std::isnan(quotient->value));
    const auto root = jit(1 + sqrt(x)).first_bad(x = floats{1, 2, -3});
    REQUIRE(root);
    CHECK(root->formula == "sqrt(x)");
    CHECK(root->index == coordinates{{"i", 2}});
    REQUIRE(root->operands.size() == 1);
    CHECK(root->operands[0].value == -3);
    const auto power = jit(exp(x)).first_bad(x = floats{1, 100});
    REQUIRE(power);
    CHECK(power->formula == "exp(x)");
    CHECK(power->index == coordinates{{"i", 1}});
}

TEST_CASE("a value that only float64 holds is bad where float32 has to hold it") {
    const auto bad = jit(exp(x + y) * 2).first_bad(x = floats{1, 60}, y = floats{1, 40});  // e^100 = 2.7e43
    REQUIRE(bad);
    CHECK(bad->formula == "exp(x + y)");
    CHECK(bad->value == Approx(std::exp(100.0)));
    CHECK_THAT(bad->str(), Contains("beyond float32, at [i = 1]") && Contains("is inf"));
    CHECK_FALSE(jit(log(exp(x + y) * 2 + x)).first_bad(x = floats{1, 60}, y = floats{1, 40}));
}

TEST_CASE("a sum that overflows is named with the largest of its elements") {
    constexpr auto v = tensor<"v[i]", double>;
    const auto bad = jit(sum(v * v)).first_bad(v = std::vector<double>{1, 1e154, 1.2e154, 3});
    REQUIRE(bad);
    CHECK(bad->operation == "sum");
    CHECK(bad->value == infinite);
    REQUIRE(bad->operands.size() == 1);
    CHECK(bad->operands[0].value == Approx(1.44e308));
    CHECK(bad->operands[0].index == coordinates{{"i", 2}});
}

TEST_CASE("an infinity that is computed is the cause of the NaN that is made of it") {
    constexpr auto v = tensor<"v[i]", double>;
    const auto bad = jit(v - exp(v) / (exp(v) - 1000)).first_bad(v = std::vector<double>{1, 800});
    REQUIRE(bad);
    CHECK(bad->formula == "exp(v)");
    CHECK(bad->value == infinite);
    CHECK(std::isnan(bad->output_value));
}

TEST_CASE("infinity less infinity is the cause where the arguments hold both") {
    const auto bad = jit(2 * (x - y)).first_bad(x = floats{1, infinite}, y = floats{1, infinite});
    REQUIRE(bad);
    CHECK_FALSE(bad->given);
    CHECK(bad->operation == "sub");
    REQUIRE(bad->operands.size() == 2);
    CHECK(bad->operands[0].value == infinite);
}

TEST_CASE("an argument's own NaN or infinity is blamed on the argument") {
    const auto bad = jit(sum(exp(x) * y)).first_bad(x = floats{1, 2, nan_value}, y = floats{1, 1, 1});
    REQUIRE(bad);
    CHECK(bad->given);
    CHECK(bad->formula == "x");
    CHECK(bad->index == coordinates{{"i", 2}});
    CHECK_THAT(bad->str(), Contains("argument \"x\" is NaN at [i = 2]; output 1 is NaN"));
    const auto far = jit(x + 1).first_bad(x = floats{1, infinite});
    REQUIRE(far);
    CHECK(far->given);
    const auto number = scalar<"number">;
    const auto alone = jit(x * number).first_bad(x = floats{1}, number = nan_value);
    REQUIRE(alone);
    CHECK(alone->formula == "number");
    CHECK(alone->index.empty());
}

TEST_CASE("a branch that is not taken is never blamed") {
    const auto step = jit(sum(where(x > 0, log(x), sqrt(x + 1))));
    CHECK_FALSE(step.first_bad(x = floats{1, 0, -1}));
    const auto bad = step.first_bad(x = floats{0, 1, -2});
    REQUIRE(bad);
    CHECK(bad->formula == "sqrt(x + 1)");
    CHECK(bad->index == coordinates{{"i", 2}});
}

TEST_CASE("a constant infinity is told where it is used") {
    const auto bad = jit(where(x > 0, x, infinite) + y).first_bad(x = floats{1, -1}, y = floats{2, 2});
    REQUIRE(bad);
    CHECK(bad->operation == "where");
    CHECK(bad->index == coordinates{{"i", 1}});
    CHECK(bad->operands.empty());  // x is in the branch that is not taken
}

TEST_CASE("masked logits are no fault, a row of nothing else is") {
    const auto step = jit(log_softmax(logits, over<"class">) * 0.5, softmax(logits, over<"class">));
    const floats masked{0, -infinite, 1, 2};
    const auto given = step.first_bad(logits = view(masked, {2, 2}));
    REQUIRE(given);  // log_softmax is -inf where the argument is
    CHECK(given->given);
    CHECK(given->index == coordinates{{"batch", 0}, {"class", 1}});
    CHECK_FALSE(jit(softmax(logits, over<"class">)).first_bad(logits = view(masked, {2, 2})));
    const floats empty{0, 1, -infinite, -infinite};
    const auto row = jit(softmax(logits, over<"class">)).first_bad(logits = view(empty, {2, 2}));
    REQUIRE(row);
    CHECK_FALSE(row->given);
    CHECK(row->operation == "softmax");
    CHECK(row->index == coordinates{{"batch", 1}, {"class", 0}});
}

TEST_CASE("an infinity is followed only to what it can be made of") {
    const auto larger = jit(max(x, exp(y))).first_bad(x = floats{-infinite}, y = floats{100});
    REQUIRE(larger);
    CHECK(larger->formula == "exp(y)");
    constexpr auto wide = tensor<"wide[class]", double>;
    const std::vector<double> apart{-1.5e308, 1.5e308, -HUGE_VAL};  // their difference overflows
    const auto far = jit(log_softmax(wide, over<"class">)).first_bad(wide = apart);
    REQUIRE(far);
    CHECK(far->operation == "log_softmax");
    CHECK(far->index == coordinates{{"class", 0}});
}

TEST_CASE("a formula that shares its parts many times is searched once") {
    constexpr auto nested = make_op<"nested">([](auto v) {
        auto folded = v;
        for (int i = 0; i < 60; ++i) folded = sin(folded) * folded;  // 2^60 nodes as a tree
        return log(-1 - abs(folded));
    });
    const auto bad = jit(nested(x)).first_bad(x = floats{0.5f});
    REQUIRE(bad);
    CHECK(bad->operation == "log");
    CHECK(bad->operands.back().formula == "x");
}

TEST_CASE("a label leads to the element that it reads") {
    const auto step = jit(sum(at(log(logits), over<"class">, target)));
    const floats data{1, 0, 2, 3, 4, 0};
    CHECK_FALSE(step.first_bad(logits = view(data, {2, 3}), target = std::vector<int>{0, 1}));
    const auto bad = step.first_bad(logits = view(data, {2, 3}), target = std::vector<int>{0, 2});
    REQUIRE(bad);
    CHECK(bad->formula == "log(logits)");
    CHECK(bad->index == coordinates{{"batch", 1}, {"class", 2}});
    CHECK_THROWS_AS(step.first_bad(logits = view(data, {2, 3}), target = std::vector<int>{0, 3}), error);
}

TEST_CASE("positions are those of the axes, whatever the strides") {
    const floats data{1, 2, 3, 4, 0, 6};
    const auto step = jit(log(logits));
    const auto dense = step.first_bad(logits = view(data, {2, 3}));
    REQUIRE(dense);
    CHECK(dense->index == coordinates{{"batch", 1}, {"class", 1}});
    const auto turned = step.first_bad(logits = transpose(view(data, {3, 2})));
    REQUIRE(turned);
    CHECK(turned->index == coordinates{{"batch", 0}, {"class", 2}});
    constexpr auto any = tensor<"any">;
    const auto open = jit(log(any)).first_bad(any = view(data, {1, 2, 3}));
    REQUIRE(open);
    CHECK(open->index == coordinates{{"...[0]", 0}, {"...[1]", 1}, {"...[2]", 1}});
}

TEST_CASE("the rewrite rule that made a node is told") {
    const auto bad = jit(log(1 + x)).first_bad(x = floats{-1});
    REQUIRE(bad);
    CHECK(bad->formula == "log1p(x)");
    CHECK_FALSE(bad->rule.empty());
    CHECK_THAT(bad->str(), Contains("by the rule " + bad->rule));
}

TEST_CASE("located formulas are told by their line") {
    constexpr auto inner = located(log(x - 1));
    constexpr int line = __LINE__ - 1;
    constexpr auto outer = sum(inner);
    static_assert(outer == sum(log(x - 1)));
    const std::string expected = "(first_bad.test.cpp:" + std::to_string(line) + ")";
    const auto value = jit(outer).first_bad(x = floats{1});
    REQUIRE(value);
    CHECK_THAT(value->str(), Contains(expected));
    const auto gradient = jit(grad(outer, x)).first_bad(x = floats{1});
    REQUIRE(gradient);
    CHECK_THAT(gradient->str(), Contains(expected));
    const auto elsewhere = jit(1 / x + located(log(x + 2))).first_bad(x = floats{0});
    REQUIRE(elsewhere);
    CHECK(elsewhere->formula == "1 / x");
    CHECK(elsewhere->place.empty());
}

TEST_CASE("a kernel of more nodes than outputs is searched in groups") {
    constexpr auto waves = make_op<"waves">([](auto v) {
        auto sum = log(v);
        for (int i = 1; i <= 20; ++i) sum = sin(sum) + static_cast<double>(i) * v;
        return sum;
    });
    const auto step = jit(waves(x));
    REQUIRE(step.view().nodes.size() > 40);
    const auto bad = step.first_bad(x = floats{1, 2, -1});
    REQUIRE(bad);
    CHECK(bad->formula == "log(x)");
    CHECK(bad->index == coordinates{{"i", 2}});
}

namespace {
struct batch_of_data {
    BOOST_HANA_DEFINE_STRUCT(batch_of_data, (floats, x));
};
/// GRADUS_CHECK for the kernels that are made in a scope.
class checking {
public:
    explicit checking(const char* what) { setenv("GRADUS_CHECK", what, 1); }
    ~checking() { unsetenv("GRADUS_CHECK"); }
};
}  // namespace

TEST_CASE("a struct of arguments is searched too") {
    const auto bad = jit(log(x)).first_bad(batch_of_data{{1, 0}});
    REQUIRE(bad);
    CHECK(bad->index == coordinates{{"i", 1}});
}

TEST_CASE("GRADUS_CHECK=nan makes calls throw the report") {
    const checking on("nan");
    const auto step = jit(log(x) * 3);
    CHECK(step(x = floats{1})[0] == 0);
    CHECK_THROWS_MATCHES(
        step(x = floats{1, 0}), bad_value_error,
        Catch::Matchers::Message("gradus: log(x) is -inf at [i = 1]: x = 0; output 1 is -inf at [i = 1]"));
    // What the arguments explain is no error: their own NaN, their infinity that stays one.
    CHECK(std::isnan(step(x = floats{nan_value})[0]));
    CHECK(step(x = floats{infinite})[0] == infinite);
    CHECK_THROWS_AS(step(x = floats{infinite, 0}), bad_value_error);
    // A call in place is judged by the arguments that it had.
    floats data{4, -1};
    try {
        step(x = data, outputs(data));
        FAIL("the call did not throw");
    } catch (const bad_value_error& fault) {
        REQUIRE(fault.report().operands.size() == 1);
        CHECK(fault.report().operands[0].value == -1);
        CHECK(fault.report().index == coordinates{{"i", 1}});
    }
}

TEST_CASE("GRADUS_CHECK names what it does not know") {
    const checking on("nil");
    CHECK_THROWS_WITH(jit(log(x) * 5), Contains("GRADUS_CHECK is \"nil\"") && Contains("nan"));
}

TEST_CASE("a kernel that is not checked does not throw") { CHECK(jit(log(x) * 7)(x = floats{0})[0] == -infinite); }
