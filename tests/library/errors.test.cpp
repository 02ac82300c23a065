// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a wrong call says, and that it writes nothing.
#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {
constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

const std::vector<float> X = numbers<float>(12, -1, 1);

/// The error of a call into outputs that must stay as they are.
template <class Target>
std::string error_of(const tensor_view<const float, 2>& x, const Target& labels_given) {
    const auto step = jit<loss, dlogits>();
    float value = -7;
    std::vector<float> gradient(static_cast<std::size_t>(x.size()), -7);
    std::string said;
    try {
        step(logits = x, target = labels_given, outputs(value, view(gradient, {x.extents[0], x.extents[1]})));
    } catch (const error& fault) {
        said = fault.what();
    }
    CHECK(value == -7);
    for (const float g : gradient) CHECK(g == -7);
    return said;
}
using Catch::Matchers::Contains;
}  // namespace

TEST_CASE("a label out of range names argument, position, value and range, and nothing is written") {
    const std::string said = error_of(view(X, {3, 4}), std::vector<int>{0, 4, 1});
    CHECK_THAT(said, Contains("\"target\"") && Contains("4") && Contains("class"));
    CHECK_THAT(error_of(view(X, {3, 4}), std::vector<std::int64_t>{0, 1, -1}),
               Contains("\"target\"") && Contains("-1"));
    CHECK_THAT(error_of(view(X, {3, 4}), std::vector<std::uint8_t>{0, 255, 1}), Contains("255"));
}

TEST_CASE("extents that disagree name both arguments, the axis and both extents") {
    const std::string said = error_of(view(X, {3, 4}), std::vector<int>{0, 1});
    CHECK_THAT(said, Contains("\"logits\"") && Contains("\"target\"") && Contains("\"batch\"") && Contains("3") &&
                         Contains("2"));
}

TEST_CASE("a weight with another number of classes, or a target with another shape, names both sides") {
    constexpr auto weight = tensor<"weight[class]">;
    constexpr auto other = tensor<"other[batch, class]">;
    const std::vector<int> labels_given{0, 1, 2};
    CHECK_THROWS_WITH(jit(sum(at(weight, over<"class">, target) * cross_entropy(logits, target, over<"class">)))(
                          logits = view(X, {3, 4}), target = labels_given, weight = std::vector<float>(5, 1)),
                      Contains("argument \"logits\" has 4 elements along axis \"class\", but \"weight\" has 5"));
    CHECK_THROWS_WITH(jit(mse(logits, other))(logits = view(X, {3, 4}), other = view(X, {4, 3})),
                      Contains("argument \"other\" has 4 elements along axis \"batch\", but \"logits\" has 3"));
}

TEST_CASE("an output of the wrong extents, or over an input, is an error") {
    constexpr auto v = tensor<"v[i]">;
    const auto f = jit(exp(v));
    std::vector<float> in{1, 2, 3, 4}, small(3), alias(8, 1);
    CHECK_THROWS_AS(f(v = in, outputs(small)), error);
    CHECK_THROWS_AS(f(v = view(alias.data(), {4}), outputs(view(alias.data() + 1, {4}))), error);
    for (const float a : alias) CHECK(a == 1);
}

TEST_CASE("an unknown target of an explanation is an error that names the known ones") {
    constexpr auto v = tensor<"v[i]">;
    CHECK_THROWS_WITH(jit(exp(v)).explain(1, "sse2").plan(),
                      Contains("avx512") && Contains("avx2") && Contains("sse2"));
}

TEST_CASE("an empty batch has defined results: mean NaN, sum 0, an empty gradient") {
    const std::vector<float> none;
    const std::vector<int> no_labels;
    const auto [value, gradient] = jit<loss, dlogits>()(logits = view(none, {0, 4}), target = no_labels);
    CHECK(std::isnan(value));
    CHECK(gradient.size() == 0);
    CHECK(jit(sum(logits))(logits = view(none, {0, 4})) == 0);
}

TEST_CASE("no classes have defined results without labels, and an error with them") {
    const std::vector<float> none;
    CHECK(jit(sum(logits))(logits = view(none, {3, 0})) == 0);
    CHECK(jit(softmax(logits, over<"class">))(logits = view(none, {3, 0})).size() == 0);
    const auto rows = jit(logsumexp(logits, over<"class">))(logits = view(none, {3, 0}));
    for (const float row : rows) CHECK(row == -std::numeric_limits<float>::infinity());
    CHECK(error_of(view(none, {3, 0}), std::vector<int>{0, 0, 0}) ==
          "gradus: argument \"target\" is 0 at batch = 0, but axis \"class\" has no elements");
}

TEST_CASE("NaN in a weight reaches what is computed with it, and nothing else") {
    constexpr auto weight = tensor<"weight[class]">;
    const auto f = jit(at(weight, over<"class">, target) * cross_entropy(logits, target, over<"class">));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto y =
        f(logits = view(X, {3, 4}), target = std::vector<int>{0, 1, 2}, weight = std::vector<float>{1, nan, 1, nan});
    CHECK(std::isfinite(y[0]));
    CHECK(std::isnan(y[1]));
    CHECK(std::isfinite(y[2]));
}
