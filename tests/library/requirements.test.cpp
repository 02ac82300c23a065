// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Conditions on the data of a call, and labels: what a violation says, which element it names, and that
// nothing is written then. Every sentence is asked of the kernel and of the interpreter.
#include "support/catch.hpp"
#include "support/compare.hpp"

#include <oneapi/tbb/global_control.h>

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto v = tensor<"v[i]">;
constexpr auto u = tensor<"u[i]">;
constexpr auto wide = tensor<"wide[i]", double>;
constexpr auto w = tensor<"w[class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto order = labels<"order[batch]">;
constexpr auto mask = tensor<"mask[batch]">;
constexpr auto beta = scalar<"beta">;
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const std::exception& fault) {
        return fault.what();
    }
    return "";
}
/// What the kernel says; the interpreter must say the same.
template <expression E, class... Argument>
std::string refusal(const E& e, const Argument&... argument) {
    const std::string kernel = message_of([&] { (void)jit(e)(argument...); });
    CHECK(message_of([&] { (void)evaluate(e, argument...); }) == kernel);
    return kernel;
}

std::vector<float> replaced(std::vector<float> values, std::size_t at, double bad) {
    values[at] = static_cast<float>(bad);
    return values;
}

}  // namespace

TEST_CASE("a value outside of its condition is named with argument, position and condition") {
    const auto probability = require(x, x >= 0 && x <= 1);
    const std::vector<float> X{0, 0.25, 0.5, 1, 1.5, 0};
    CHECK(refusal(probability, x = view(X, {2, 3})) ==
          "gradus: argument \"x\" is 1.5 at batch = 1, class = 1, but x >= 0 && x <= 1 is required");
    CHECK(refusal(probability, x = view(X.data(), {1, 3})) == "");
    CHECK(refusal(require(wide, wide > 0), wide = std::vector<double>{1, 1e-300, -1e-300}) ==
          "gradus: argument \"wide\" is -1e-300 at i = 2, but wide > 0 is required");
    CHECK(refusal(require(v, beta > 0), v = std::vector<float>{1}, beta = -2) ==
          "gradus: argument \"beta\" is -2, but beta > 0 is required");
}

TEST_CASE("NaN violates a comparison, and a condition may allow it") {
    const std::vector<float> V{1, std::numeric_limits<float>::quiet_NaN()};
    CHECK(refusal(require(v, v >= 0), v = V) == "gradus: argument \"v\" is NaN at i = 1, but v >= 0 is required");
    CHECK(refusal(require(v, v >= 0 || isnan(v)), v = V) == "");
    CHECK(refusal(require(v, !(v < 0)), v = V) == "");
    CHECK(refusal(require(v, v < infinity), v = std::vector<float>{1, std::numeric_limits<float>::infinity()}) ==
          "gradus: argument \"v\" is inf at i = 1, but v < inf is required");
}

TEST_CASE("of several inputs the one that the condition was put on is named, of computed values the place") {
    const std::vector<float> V{1, 2, 3}, U{2, 2, 2};
    CHECK(refusal(require(v, v <= u), v = V, u = U) == "gradus: argument \"v\" is 3 at i = 2, but v <= u is required");
    CHECK(refusal(require(v * u, v <= u), v = V, u = U) == "gradus: a computed value at i = 2 does not satisfy v <= u");
    CHECK(refusal(require(exp(v), exp(v) < 10), v = V) ==
          "gradus: argument \"v\" is 3 at i = 2, but exp(v) < 10 is required");
    CHECK(refusal(require(v, sum(v) < 5), v = V) == "gradus: a computed value does not satisfy sum(v) < 5");
    CHECK(refusal(require(v, v <= beta), v = V, beta = 1) ==
          "gradus: argument \"v\" is 2 at i = 1, but v <= beta is required");
}

TEST_CASE("a condition may have axes that its value lacks") {
    const std::vector<float> V{1, 2, -3};
    static_assert(decltype(require(sum(v), v > 0))::axes().count == 0);
    CHECK(refusal(require(sum(v), v > 0), v = V) == "gradus: argument \"v\" is -3 at i = 2, but v > 0 is required");
    CHECK(refusal(require(sum(v), v > -4), v = V) == "");
    CHECK(jit(require(sum(v), v > -4))(v = V) == 0);
}

TEST_CASE("a condition counts for a gradient that no longer depends on it, and in a branch not taken") {
    const std::vector<float> V{1, -2, 3};
    const char* const said = "gradus: argument \"v\" is -2 at i = 1, but v > 0 is required";
    CHECK(refusal(grad(sum(3 * require(v, v > 0)), v), v = V) == said);
    CHECK(refusal(grad(sum(grad(sum(beta * require(v, v > 0)), v)), beta), v = V, beta = 1) == said);
    CHECK(refusal(where(v > 0, require(v, v > 0), 0), v = V) == said);
    CHECK(refusal(0 * require(v, v > 0), v = V) == said);
    CHECK(refusal(pow(require(v, v > 0), 0), v = V) == said);
}

TEST_CASE("derivatives pass through a condition as if it were not there") {
    constexpr auto f = sum(log(require(v, v > 0)));
    static_assert(grad(f, v) == grad(sum(log(v)), v));
    static_assert(jvp(require(v, v > 0), v, u) == u);
    static_assert(to_text(log(require(1 + exp(v), v < 100))) == "softplus(v)");
    CHECK(compare(grad(f, v), {1, 0}, v = std::vector<float>{1, 2, 3}) == "");
}

TEST_CASE("nothing is written when a condition or a label is violated") {
    constexpr auto loss = mean(cross_entropy(require(x, x < 10), t, over<"class">));
    const auto step = jit(loss, grad(loss, x), 2 * x);
    const std::vector<float> X = numbers<float>(300 * 50, -1, 1);
    std::vector<int> T(300, 1);
    const auto writes = [&](const std::vector<float>& given, const std::vector<int>& label) {
        float value = -7;
        std::vector<float> gradient(X.size(), -7), twice(X.size(), -7);
        const std::string said = message_of([&] {
            step(x = view(given, {300, 50}), t = label,
                 outputs(value, view(gradient, {300, 50}), view(twice, {300, 50})));
        });
        const auto untouched = [](float y) { return y == -7; };
        const bool none = value == -7 && std::all_of(gradient.begin(), gradient.end(), untouched) &&
                          std::all_of(twice.begin(), twice.end(), untouched);
        CHECK(none == !said.empty());
        return said;
    };
    CHECK(writes(X, T) == "");
    CHECK(writes(replaced(X, 14'999, 10), T) ==
          "gradus: argument \"x\" is 10 at batch = 299, class = 49, but x < 10 is required");
    T[299] = 50;
    CHECK(writes(X, T) == "gradus: argument \"t\" is 50 at batch = 299, but labels along axis \"class\" are 0 to 49");
}

TEST_CASE("an output in the memory of the argument leaves it as it was") {
    std::vector<float> memory{1, 2, -3, 4};
    const auto f = jit(2 * require(v, v > 0));
    CHECK(message_of([&] { f(v = memory, outputs(memory)); }) ==
          "gradus: argument \"v\" is -3 at i = 2, but v > 0 is required");
    CHECK(memory == std::vector<float>{1, 2, -3, 4});
}

TEST_CASE("of many violations the first is named, whatever the threads, the layout and the tail") {
    const oneapi::tbb::global_control workers(oneapi::tbb::global_control::max_allowed_parallelism, 8);
    const auto positive = require(x, x > 0);
    const std::size_t rows = 5000, columns = 517;  // enough for several threads
    const auto said = [&](std::size_t row, std::size_t column) {
        return "gradus: argument \"x\" is -1 at batch = " + std::to_string(row) +
               ", class = " + std::to_string(column) + ", but x > 0 is required";
    };
    // Row-major, the two axes are one loop; transposed and strided they are two.
    for (const std::size_t first : {std::size_t{0}, 5 * columns + 516, 333 * columns + 16, rows * columns - 1}) {
        std::vector<float> dense(rows * columns, 1), turned(rows * columns, 1), sparse(2 * rows * columns, 1);
        for (std::size_t k = first; k < dense.size(); k += 1009) {
            dense[k] = turned[k % columns * rows + k / columns] = sparse[2 * k] = -1;
        }
        const std::string expected = said(first / columns, first % columns);
        CHECK(message_of([&] { jit(positive)(x = view(dense, {rows, columns})); }) == expected);
        CHECK(message_of([&] { jit(positive)(x = transpose(view(turned, {columns, rows}))); }) == expected);
        CHECK(message_of([&] { jit(positive)(x = strided(view(sparse, {rows, 2 * columns}), 1, 2)); }) == expected);
    }
}

TEST_CASE("every position of every tail is tested, and nothing beyond it") {
    const auto positive = jit(require(v, v > 0));
    const auto positive_wide = jit(require(wide, wide > 0));
    for (std::size_t size = 1; size < 70; ++size) {
        std::vector<float> narrow(size + 64, -1);
        std::vector<double> doubles(size + 64, -1);
        std::fill_n(narrow.begin(), size, 1.0f);
        std::fill_n(doubles.begin(), size, 1.0);
        const auto V = view(narrow.data(), {size});
        const auto W = view(doubles.data(), {size});
        CHECK(message_of([&] { positive(v = V); }) == "");
        CHECK(message_of([&] { positive_wide(wide = W); }) == "");
        for (const std::size_t bad : {std::size_t{0}, size / 2, size - 1}) {
            narrow[bad] = -1, doubles[bad] = -1;
            const std::string place = "is -1 at i = " + std::to_string(bad) + ",";
            CHECK_THAT(message_of([&] { positive(v = V); }), Catch::Matchers::Contains(place));
            CHECK_THAT(message_of([&] { positive_wide(wide = W); }), Catch::Matchers::Contains(place));
            narrow[bad] = 1, doubles[bad] = 1;
        }
    }
}

TEST_CASE("a condition on a total is tested before the outputs, and values that satisfy it are right") {
    const auto row_weight = at(w, over<"class">, t);
    const auto total = sum(row_weight);
    const auto loss = require(sum(row_weight * cross_entropy(x, t, over<"class">)) / total, total != 0);
    const std::vector<float> X = numbers<float>(40 * 3, -2, 2);
    std::vector<int> T(40, 0);
    T[7] = T[30] = 2;
    const auto logits = view(X, {40, 3});
    CHECK(refusal(loss, x = logits, t = T, w = std::vector<float>{0, 1, 0}) ==
          "gradus: a computed value does not satisfy sum(at(w, over<\"class\">, t)) != 0");
    const std::vector<float> W{1, 2, 0.5};
    CHECK(compare(loss, {4, 1e-6}, x = logits, t = T, w = W) == "");
    CHECK(compare(grad(loss, x), {8, 1e-8}, x = logits, t = T, w = W) == "");

    const auto step = jit(loss, grad(loss, x), logsumexp(x, over<"class">));
    float value = -7;
    std::vector<float> gradient(X.size(), -7), rows(40, -7);
    CHECK(message_of([&] {
              step(x = logits, t = T, w = std::vector<float>{0, 1, 0},
                   outputs(value, view(gradient, {40, 3}), view(rows, {40})));
          }) != "");
    CHECK(value == -7);
    CHECK(gradient == std::vector<float>(X.size(), -7));
    CHECK(rows == std::vector<float>(40, -7));
}

TEST_CASE("a condition on each row's total names the first row that violates it") {
    const auto f = require(x / sum(x, over<"class">), abs(sum(x, over<"class">)) > 0.5);
    std::vector<float> X(100 * 33, 1);
    CHECK(compare(f, {2, 0}, x = view(X, {100, 33})) == "");
    CHECK(compare(grad(sum(f * f), x), {4, 1e-6}, x = view(X, {100, 33})) == "");
    std::fill_n(X.begin() + 71 * 33, 33, 0.0f);
    CHECK(refusal(f, x = view(X, {100, 33})) ==
          "gradus: a computed value at batch = 71 does not satisfy abs(sum(x, over<\"class\">)) > 0.5");
    // A condition on one fold of a row of which another one is made.
    const auto shifted = require(softmax(x, over<"class">), max(x, over<"class">) < 2);
    CHECK(compare(shifted, {8, 0}, x = view(X, {100, 33})) == "");
    X[50 * 33 + 8] = 2;
    CHECK(refusal(shifted, x = view(X, {100, 33})) ==
          "gradus: a computed value at batch = 50 does not satisfy max(x, over<\"class\">) < 2");
}

TEST_CASE("conditions in a chain are tested in the order in which they can be") {
    const auto mean_square = require(sum(v * v) / sum(u), sum(u) > 0);
    const auto f = require(v / sqrt(mean_square), mean_square < 4);
    const std::vector<float> U{1, 1, -2};
    CHECK(refusal(f, v = std::vector<float>{1, 2, 3}, u = U) == "gradus: a computed value does not satisfy sum(u) > 0");
    CHECK(refusal(f, v = std::vector<float>{3, 2, 3}, u = std::vector<float>{1, 1, 1}) ==
          "gradus: a computed value does not satisfy sum(v^2) / sum(u) < 4");
    CHECK(compare(f, {2, 0}, v = std::vector<float>{1, 2, 1}, u = std::vector<float>{1, 1, 1}) == "");
}

// ---- labels

namespace {
template <class Integer>
void check_label_type(Integer bad, const std::string& printed) {
    const std::vector<float> X(6);
    std::vector<Integer> T{0, 2};
    CHECK(refusal(at(x, over<"class">, t), x = view(X, {2, 3}), t = T) == "");
    T[1] = bad;
    CHECK(message_of([&] {
              jit(at(x, over<"class">, t))(x = view(X, {2, 3}), t = T);
          }) == "gradus: argument \"t\" is " + printed + " at batch = 1, but labels along axis \"class\" are 0 to 2");
}
}  // namespace

TEST_CASE("labels of every integer type are tested over their whole range") {
    check_label_type<std::int8_t>(-128, "-128");
    check_label_type<std::int16_t>(-1, "-1");
    check_label_type<std::int32_t>(3, "3");
    check_label_type<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
    check_label_type<std::int64_t>(std::int64_t{1} << 32, "4294967296");
    check_label_type<std::uint8_t>(255, "255");
    check_label_type<std::uint16_t>(65535, "65535");
    check_label_type<std::uint32_t>(0xffffffffu, "4294967295");
    check_label_type<std::uint64_t>(~std::uint64_t{0}, "18446744073709551615");
}

TEST_CASE("a label computed from one argument of labels names that argument") {
    const std::vector<float> X(3 * 4);
    const auto logits = view(X, {3, 4});
    const auto not_ignored = where(t == -100, 0, t);
    const auto read = at(x, over<"class">, not_ignored);
    CHECK(refusal(read, x = logits, t = std::vector<int>{-100, 3, -100}) == "");
    CHECK(refusal(read, x = logits, t = std::vector<int>{-100, 3, -99}) ==
          "gradus: argument \"t\" is -99 at batch = 2, but labels along axis \"class\" are 0 to 3");
    CHECK(refusal(at(x, over<"class">, where(mask > 0, t, 0)), x = logits, t = std::vector<int>{1, 9, 1},
                  mask = std::vector<float>{0, 1, 1}) ==
          "gradus: argument \"t\" is 9 at batch = 1, but labels along axis \"class\" are 0 to 3");
    CHECK(refusal(at(x, over<"class">, t + 2), x = logits, t = std::vector<int>{1, 1, 2}) ==
          "gradus: argument \"t\" is 2 at batch = 2, which makes a label out of range: labels along axis \"class\" "
          "are 0 to 3");
    CHECK(refusal(at(x, over<"class">, t + order), x = logits, t = std::vector<int>{1, 1, 2},
                  order = std::vector<int>{1, 3, 1}) ==
          "gradus: a computed label at batch = 1 is out of range: labels along axis \"class\" are 0 to 3");
}

TEST_CASE("a label is tested for a gradient that reads nothing at it") {
    const std::vector<float> X(2 * 3);
    const auto dx = grad(sum(at(x, over<"class">, t)), x);
    CHECK(refusal(dx, x = view(X, {2, 3}), t = std::vector<int>{0, 3}) ==
          "gradus: argument \"t\" is 3 at batch = 1, but labels along axis \"class\" are 0 to 2");
    CHECK(compare(dx, {0, 0}, x = view(X, {2, 3}), t = std::vector<int>{0, 2}) == "");
}

TEST_CASE("a label that depends on a reduction is tested before it is used") {
    std::vector<float> X = numbers<float>(6 * 5, -1, 1);
    const auto position = floor(max(abs(x), over<"class">) * beta);
    const auto read = at(x, over<"class">, position);
    CHECK(compare(read, {0, 0}, x = view(X, {6, 5}), beta = 4) == "");
    CHECK(compare(grad(sum(read * read), x), {2, 0}, x = view(X, {6, 5}), beta = 4) == "");
    X[13] = 2;
    CHECK(refusal(read, x = view(X, {6, 5}), beta = 2.5) ==
          "gradus: a computed label at batch = 2 is out of range: labels along axis \"class\" are 0 to 4");
    CHECK(refusal(at(x, over<"class">, sum(x, over<"class">)), x = view(X, {6, 5})) ==
          "gradus: a computed label at batch = 0 is out of range: labels along axis \"class\" are 0 to 4");
}

TEST_CASE("a constant label reads one slice, and must lie inside its axis") {
    const std::vector<float> X = numbers<float>(7 * 3, -1, 1);
    for (const int label : {0, 1, 2}) {
        CHECK(compare(at(x, over<"class">, label), {0, 0}, x = view(X, {7, 3})) == "");
        CHECK(compare(at(x, over<"class">, label), {0, 0}, x = transpose(view(X, {3, 7}))) == "");
        CHECK(compare(at(x, over<"batch">, label), {0, 0}, x = view(X, {7, 3})) == "");
        CHECK(compare(grad(sum(at(x * x, over<"class">, label)), x), {1, 0}, x = view(X, {7, 3})) == "");
    }
    CHECK(refusal(at(x, over<"class">, 3), x = view(X, {7, 3})) ==
          "gradus: the label 3 is out of range: labels along axis \"class\" are 0 to 2");
    CHECK(refusal(at(x, over<"class">, -1), x = view(X, {7, 3})) ==
          "gradus: the label -1 is out of range: labels along axis \"class\" are 0 to 2");
    CHECK(refusal(at(x, over<"class">, 0.5), x = view(X, {7, 3})) ==
          "gradus: the label 0.5 is out of range: labels along axis \"class\" are 0 to 2");
}

TEST_CASE("a label that no lane changes needs no gather instruction") {
    constexpr auto halves = tensor<"halves[batch, half, n]">;
    constexpr auto side = labels<"side[batch]">;
    const auto gated = at(halves, over<"half">, 0) * sigmoid(at(halves, over<"half">, 1));
    CHECK_THAT(jit(gated).explain(1, "avx512").assembly(), !Catch::Matchers::Contains("gather"));
    CHECK_THAT(jit(at(halves, over<"half">, side)).explain(1, "avx512").assembly(),
               !Catch::Matchers::Contains("gather"));
    const std::vector<float> X = numbers<float>(3 * 2 * 37, -2, 2);
    const auto data = view(X, {3, 2, 37});
    CHECK(compare(gated, {4, 0}, halves = data) == "");
    CHECK(compare(grad(sum(gated * gated), halves), {8, 1e-7}, halves = data) == "");
    CHECK(compare(at(halves, over<"half">, side), {0, 0}, halves = data, side = std::vector<int>{1, 0, 1}) == "");
}

TEST_CASE("a read at a label along an axis that the value lost by rewriting is the value, and the label is tested") {
    static_assert(to_text(at(pow(x, 0) * beta, over<"class">, t)) == "beta");
    const std::vector<float> X(2 * 3);
    const auto read = at(pow(x, 0) * beta, over<"class">, t);
    CHECK(refusal(read, x = view(X, {2, 3}), beta = 2, t = std::vector<int>{0, 3}) ==
          "gradus: argument \"t\" is 3 at batch = 1, but labels along axis \"class\" are 0 to 2");
    const auto y = jit(read)(x = view(X, {2, 3}), beta = 2, t = std::vector<int>{0, 2});
    REQUIRE(y.size() == 2);
    CHECK(y[0] == 2);
    CHECK(y[1] == 2);
}

// ---- no elements

TEST_CASE("no elements violate nothing; labels along an axis without elements are an error") {
    const std::vector<float> none;
    const std::vector<int> no_labels, two{0, 0};
    CHECK(refusal(sum(require(v, v > 0)), v = none) == "");
    CHECK(refusal(require(v, v > 0), v = none) == "");
    CHECK(refusal(at(x, over<"class">, t), x = view(none, {0, 3}), t = no_labels) == "");
    CHECK(refusal(at(x, over<"class">, t), x = view(none, {0, 0}), t = no_labels) == "");
    const auto loss = cross_entropy(x, t, over<"class">);
    for (const std::string& said : {refusal(at(x, over<"class">, t), x = view(none, {2, 0}), t = two),
                                    refusal(loss, x = view(none, {2, 0}), t = two),
                                    refusal(grad(mean(loss), x), x = view(none, {2, 0}), t = two)})
        CHECK(said == "gradus: argument \"t\" is 0 at batch = 0, but axis \"class\" has no elements");
    CHECK(refusal(at(x, over<"class">, 0), x = view(none, {2, 0})) ==
          "gradus: the label 0 is out of range: axis \"class\" has no elements");
    CHECK(refusal(require(sum(v), sum(u) > 0), v = none, u = none) ==
          "gradus: a computed value does not satisfy sum(u) > 0");
}
