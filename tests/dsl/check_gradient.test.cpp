// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradient checker: it passes what is right, finds what is wrong, also at a kink alone, and says what it could
// not check. With it, every activation and every loss of the catalogue is checked.
#include "support/catch.hpp"

#include <boost/hana/filter.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/unpack.hpp>
#include <gradus/catalogue.hpp>
#include <gradus/check_gradient.hpp>
#include <gradus/dsl.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace gradus;

namespace {

using vector = std::vector<double>;
using matrix = std::vector<vector>;
constexpr auto x = scalar<"x">;
constexpr auto a = scalar<"a">;
constexpr auto v = tensor<"v[i]">;
constexpr auto w = tensor<"w[i]">;
constexpr auto m = tensor<"m[i, j]">;
constexpr auto t = labels<"t[i]">;

const vector points{-40, -3, -1, -0.5, -1e-3, 0, 1e-5, 0.5, 1, 2.75, 3, 6, 20, 21};

/// The number of elements that a result says are wrong; all have to be checked.
std::size_t wrong(const gradient_check& result, std::size_t elements = points.size()) {
    INFO(result.text());
    CHECK(result.checked == elements);
    CHECK(result.ok() == (result.wrong == 0));
    return result.wrong;
}

}  // namespace

// ---- right

TEST_CASE("every activation of the catalogue has the gradient that differences show, by every policy") {
    hana::for_each(activations, [](const auto& activation) {
        INFO(std::string(activation.name));
        const auto f = activation(v);
        CHECK(wrong(check_gradient(f, v, v = points)) == 0);
        CHECK(wrong(check_gradient(f, v, v = points, kinks::left)) == 0);
        CHECK(wrong(check_gradient(f, v, v = points, kinks::right)) == 0);
        CHECK(wrong(check_gradient(f, v, v = points, kinks::midpoint)) == 0);
        CHECK(check_gradient(f, v, v = points).at_kinks >= kinks(activation(x)).size());
    });
}

namespace {

using o = loss_operands<double>;

/// Data for the table of losses, probabilities not normalised: some within [0.1, 0.9].
auto loss_arguments() {
    static const matrix X{{0.3, -1.2, 2.1}, {0, 0.7, -0.4}}, X2{{1.3, 0.2, -0.6}, {0.1, -0.7, 0.4}},
        X3{{-0.8, 0.9, 0.35}, {1.1, 0.6, -1.4}}, P{{0.2, 0.5, 0.3}, {0.1, 0.3, 0.6}},
        Q{{0.3, 0.3, 0.4}, {0.7, 0.2, 0.1}}, S{{1, -1, 1}, {-1, -1, 1}};
    static const vector side{1, -1}, var{0.5, 1.5};
    static const std::vector<int> label{2, 0};
    static const std::vector<std::vector<int>> list{{1, 0}, {2, -1}};
    return hana::make_tuple(o::x = X, o::x2 = X2, o::x3 = X3, o::t = P, o::p = P, o::q = Q, o::sign = S, o::side = side,
                            o::var = var, o::label = label, o::list = list);
}

template <expression E>
constexpr bool uses(std::string_view name) {
    declared_inputs list;
    E::declare(list);
    return list.find(name) != nullptr;
}

template <expression E, detail::any_variable X>
void check_loss(const E& loss, const X& variable) {
    if constexpr (uses<E>(X::name.view())) {
        const auto needed = hana::filter(loss_arguments(), [](const auto& pair) {
            return hana::bool_c<uses<E>(detail::key_text<detail::key_type<decltype(pair)>>())>;
        });
        const auto result =
            hana::unpack(needed, [&](const auto&... pair) { return check_gradient(loss, variable, pair...); });
        INFO(result.text());
        CHECK(result.ok());
        CHECK(result.skipped.empty());
    }
}

}  // namespace

TEST_CASE("every loss of the catalogue has the gradients that differences show") {
    hana::for_each(losses, [](const auto& row) {
        INFO(std::string(row.name));
        const auto loss = row.template of<double>();
        check_loss(loss, o::x);
        check_loss(loss, o::x2);
        check_loss(loss, o::x3);
        check_loss(loss, o::p);
        check_loss(loss, o::q);
        check_loss(loss, o::var);
        check_loss(mean(loss), o::x);
    });
}

TEST_CASE("several arguments, labels and scalars, and any axes of the function") {
    const matrix M{{1, -2, 0.5}, {0.25, 3, -1}};
    const std::vector<int> T{2, 0};
    CHECK(wrong(check_gradient(cross_entropy(a * m, t, over<"j">), m, m = M, t = T, a = 0.7), 6) == 0);
    CHECK(wrong(check_gradient(cross_entropy(a * m, t, over<"j">), a, m = M, t = T, a = 0.7), 1) == 0);
    CHECK(wrong(check_gradient(softmax(m, over<"j">), m, m = M), 6) == 0);
    CHECK(wrong(check_gradient(logsumexp(m), m, m = M), 6) == 0);
    CHECK(wrong(check_gradient(v * sum(w * v), w, v = points, w = points)) == 0);
    CHECK(wrong(check_gradient(prelu(v, a), a, v = points, a = 0.25), 1) == 0);
}

TEST_CASE("ties along an axis and between tensors") {
    const matrix M{{1, 2, 2}, {0, 0, 0}};
    const auto top = sum(max(m, over<"j">));
    CHECK(wrong(check_gradient(top, m, m = M), 6) == 0);
    CHECK(check_gradient(top, m, m = M).at_kinks == 5);
    CHECK(wrong(check_gradient(top, m, m = M, kinks::right), 6) == 0);
    const vector slopes{1, -2, 3, 3};
    CHECK(wrong(check_gradient(max(x * v), x, x = 0.0, v = slopes, kinks::right), 1) == 0);
    CHECK(wrong(check_gradient(max(x * v), x, x = 0.0, v = slopes, kinks::left), 1) == 0);
    CHECK(wrong(check_gradient(max(v, w), v, v = points, w = points)) == 0);
    CHECK(check_gradient(max(v, w), v, v = points, w = points).at_kinks == points.size());
}

TEST_CASE("a step shrinks before it crosses a kink") {
    const vector near{1e-4, -1e-7, 1e-12, 6 - 1e-9, 6 + 1e-9};
    const gradient_check result = check_gradient(relu6(v), v, v = near);
    CHECK(wrong(result, near.size()) == 0);
    CHECK(result.at_kinks == 0);
}

// ---- wrong

TEST_CASE("a wrong declared gradient is found") {
    const gradient_check result = check_gradient(custom_gradient(v * v, v, v), v, v = points);
    CHECK(wrong(result) == points.size() - 1);  // at 0 half of it is right
    CHECK_FALSE(result);
    CHECK(wrong(check_gradient(custom_gradient(exp(v), v, exp(v) * (1 + 1e-5)), v, v = vector{-1, 0, 2}), 3) == 3);
    CHECK(wrong(check_gradient(custom_gradient(exp(v), v, exp(v)), v, v = vector{-1, 0, 2}), 3) == 0);
    // one of two terms
    const auto f = custom_gradient(v * w, v, w) + custom_gradient(v * w, v, v);
    CHECK(wrong(check_gradient(f, v, v = vector{1, 2}, w = vector{1, 3}), 2) == 1);
}

TEST_CASE("a derivative that is wrong at the kink alone is found, and described") {
    const auto spike = custom_gradient(max(v, 0), v, where(v == 0, 5, where(v > 0, 1, 0)));
    const gradient_check result = check_gradient(spike, v, v = points);
    CHECK(wrong(result) == 1);
    CHECK(result.worst.position == 5);
    CHECK(result.worst.at_kink);
    CHECK(result.worst.derivative == 5);
    CHECK(result.worst.low == Approx(0).margin(1e-9));
    CHECK(result.worst.high == Approx(1));
    CHECK(result.text().find("14 elements checked, 1 of them at kinks, 1 wrong; the worst: derivative at [5] is 5, a "
                             "kink where the derivatives of both sides are 0 and 1") != std::string::npos);
}

TEST_CASE("a derivative is held to the policy that was asked for") {
    // Declared without a comparison at 0, these are what they are on both sides.
    const auto half = custom_gradient(max(v, 0), v, where(stop_gradient(v) == 0, 0.5, stop_gradient(v) > 0));
    const vector zero{0};
    CHECK(wrong(check_gradient(half, v, v = zero), 1) == 0);
    CHECK(wrong(check_gradient(half, v, v = zero, kinks::midpoint), 1) == 0);
    CHECK(wrong(check_gradient(half, v, v = zero, kinks::left), 1) == 1);
    CHECK(wrong(check_gradient(half, v, v = zero, kinks::right), 1) == 1);
    const std::string words = check_gradient(half, v, v = zero, kinks::right).text();
    CHECK(words.find("is 0.5, a kink where") != std::string::npos);
}

TEST_CASE("a gradient that is stopped is not the derivative, and a step has none") {
    CHECK(wrong(check_gradient(v * stop_gradient(v), v, v = vector{1, 2}), 2) == 2);
    CHECK(wrong(check_gradient(custom_gradient(floor(v), v, 1), v, v = vector{0.5, 1.25}), 2) == 2);
    CHECK(wrong(check_gradient(floor(v) + v, v, v = vector{0.5, 1, -2}), 3) == 0);
}

// ---- skipped

TEST_CASE("what cannot be checked is skipped, with its reason") {
    const vector data{-1, 0, 2, std::numeric_limits<double>::infinity()};
    const gradient_check result = check_gradient(log(v), v, v = data);
    CHECK(result.checked == 1);
    REQUIRE(result.skipped.size() == 3);
    CHECK(result.skipped[0].position == 0);
    CHECK(result.text().find("skipped at [0]: the function is not a number here") != std::string::npos);
    CHECK(result.text().find("skipped at [1]: the function is not finite here or next to it") != std::string::npos);
    CHECK(result.text().find("skipped at [3]: the variable is not finite here") != std::string::npos);
    CHECK(result.ok());
    const gradient_check nothing = check_gradient(log(v), v, v = vector{-1});
    CHECK(nothing.wrong == 0);
    CHECK_FALSE(nothing.ok());
}

TEST_CASE("data that a call would refuse is refused") {
    CHECK_THROWS_AS(check_gradient(require(v, v > 0), v, v = vector{1, -1}), std::domain_error);
    CHECK_THROWS_AS(check_gradient(v * w, v, v = vector{1, 2}, w = vector{1}), std::invalid_argument);
    // Next to the edge of a domain is not an error.
    CHECK(wrong(check_gradient(require(v * v, v >= 0), v, v = vector{0, 1}), 2) == 0);
}

TEST_CASE("positions are told by the axes of the variable") {
    const auto f = custom_gradient(m * m, m, where(m > 2, 0, 2 * m));
    const gradient_check result = check_gradient(f, m, m = matrix{{1, 2, 0}, {0, 1, 3}});
    CHECK(result.wrong == 1);
    CHECK(result.text().find("derivative at [1, 2] is 0, finite differences give 6") != std::string::npos);
    CHECK(check_gradient(x * x, x, x = 3.0).text() == "gradient for \"x\": 1 element checked, none wrong\n");
}
