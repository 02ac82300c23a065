// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that read and write float16 and bfloat16: conversions, layouts, reductions, losses, messages.
#include <cmath>
#include <concepts>
#include <limits>

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/float16.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

template <class T>
constexpr auto x = tensor<"x[i]", T>;
constexpr auto w = tensor<"w[i]">;
constexpr auto wide = tensor<"wide[i]", double>;
template <class T>
constexpr auto m = tensor<"m[row, col]", T>;
template <class T>
constexpr auto g = tensor<"g[row, col]", T>;
template <class T>
constexpr auto logits = tensor<"logits[batch, class]", T>;
constexpr auto target = labels<"target[batch]">;
constexpr auto weight = tensor<"weight[class]">;

/// Every number, every tie between two of them, and what lies just beside it in U; of both signs.
template <class T, class U>
std::vector<U> hard_to_round() {
    constexpr U endless = std::numeric_limits<U>::infinity();
    const unsigned infinity = T(std::numeric_limits<double>::infinity()).bits;
    std::vector<U> values;
    for (unsigned bits = 0; bits < infinity; ++bits) {
        const auto low = static_cast<double>(number_of_bits<T>(bits));
        const double step = bits == 0 ? static_cast<double>(number_of_bits<T>(1))
                                      : low - static_cast<double>(number_of_bits<T>(bits - 1));
        const double high = bits + 1 < infinity ? static_cast<double>(number_of_bits<T>(bits + 1)) : low + step;
        const auto tie = static_cast<U>((low + high) / 2);
        for (const U value : {static_cast<U>(low), tie, std::nextafter(tie, U(0)), std::nextafter(tie, endless)}) {
            values.push_back(value);
            values.push_back(-value);
        }
    }
    for (const U special : {endless, std::numeric_limits<U>::max(), std::numeric_limits<U>::denorm_min()})
        values.insert(values.end(), {special, -special});
    values.push_back(std::numeric_limits<U>::quiet_NaN());
    return values;
}

/// None, part of a vector, whole ones, tails of every kind; more than a block.
constexpr std::size_t sizes[]{0, 1, 2, 7, 15, 16, 17, 31, 33, 64, 100, 4097};

/// The first result whose bits are not those of `expected`; its size if there is none.
template <class Results, class T>
std::size_t first_other(const Results& got, const std::vector<T>& expected) {
    std::size_t i = 0;
    while (i < expected.size() && got[i].bits == expected[i].bits) ++i;
    return i;
}

template <class T>
std::vector<T> some_numbers(std::size_t count, double low, double high, std::uint64_t seed = 1) {
    std::vector<T> rounded;
    for (const double value : numbers<double>(count, low, high, seed)) rounded.push_back(T(value));
    return rounded;
}

using Catch::Matchers::Contains;

}  // namespace

TEMPLATE_TEST_CASE("a kernel reads every number exactly", "", float16, bfloat16) {
    const std::vector<TestType> all = every_number<TestType>();
    const std::vector<float> ones(all.size(), 1);
    const auto read = jit(x<TestType> * w)(x<TestType> = all, w = ones);
    STATIC_REQUIRE(std::same_as<decltype(read), const array<float, 1>>);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto number = static_cast<float>(all[i]);
        const bool same = std::isnan(number) ? std::isnan(read[i])
                                             : read[i] == number && std::signbit(read[i]) == std::signbit(number);
        INFO("pattern " << i);
        REQUIRE(same);
    }
}

TEMPLATE_TEST_CASE("a kernel writes float32 and float64 values rounded once", "", float16, bfloat16) {
    // d(x w)/dx is w in the type of x.
    const auto check = [](const auto& factor, const auto& values) {
        const std::vector<TestType> X(values.size(), TestType(1));
        const auto written = jit(vjp(x<TestType> * factor, x<TestType>, 1))(x<TestType> = X, factor = values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            INFO("value " << values[i]);
            if (std::isnan(values[i]))
                REQUIRE(std::isnan(static_cast<float>(written[i])));
            else
                REQUIRE(written[i].bits == TestType(values[i]).bits);
        }
    };
    check(w, hard_to_round<TestType, float>());
    check(wide, hard_to_round<TestType, double>());
}

TEMPLATE_TEST_CASE("results do not depend on length, stride or place", "", float16, bfloat16) {
    const auto f = jit(silu(x<TestType>));
    const std::vector<TestType> X = some_numbers<TestType>(4100, -8, 8);
    const auto exact = evaluate(silu(x<TestType>), x<TestType> = X);
    const auto all = f(x<TestType> = X);
    CHECK(far_off(all, exact, 1) == "");
    std::vector<TestType> expected(all.begin(), all.end());
    for (const std::size_t size : sizes) {
        INFO("size " << size);
        expected.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
        const auto count = static_cast<std::int64_t>(size);
        CHECK(first_other(f(x<TestType> = view(X.data(), {count})), expected) == size);
        std::vector<TestType> spread(3 * size + 1, TestType(-7)), results(2 * size + 1, TestType(-7));
        for (std::size_t i = 0; i < size; ++i) spread[3 * i] = X[i];
        f(x<TestType> = view(spread.data(), {count}, {3}), outputs(view(results.data(), {count}, {2})));
        for (std::size_t i = 0; i < size; ++i) CHECK(results[2 * i].bits == expected[i].bits);
        for (std::size_t i = 0; i < size; ++i) CHECK(results[2 * i + 1] == TestType(-7));
        std::vector<TestType> place(X.begin(), X.begin() + static_cast<std::ptrdiff_t>(size) + 1);
        f(x<TestType> = view(place.data(), {count}), outputs(view(place.data(), {count})));
        CHECK(first_other(place, expected) == size);
        CHECK(place[size].bits == X[size].bits);
    }
}

TEMPLATE_TEST_CASE("rows and columns are reduced in float32 or wider and rounded once", "", float16, bfloat16) {
    for (const auto& [rows, cols] : {std::pair{1, 1}, {7, 3}, {33, 65}, {5, 4097}, {4097, 5}}) {
        INFO(rows << " x " << cols);
        const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
        const std::vector<TestType> X = some_numbers<TestType>(size, 0.5, 3), G = some_numbers<TestType>(size, 1, 2, 2);
        const auto by_rows = view(X, {rows, cols}), upstream = view(G, {rows, cols});
        const auto by_columns = view(X.data(), {rows, cols}, {1, rows});
        for (const auto& data : {by_rows, by_columns}) {
            const auto check = [&](const auto& e) {
                CHECK(far_off(jit(e)(m<TestType> = data), evaluate(e, m<TestType> = data), 1) == "");
            };
            check(mean(m<TestType>, over<"col">));
            check(logsumexp(m<TestType>, over<"row">));
            check(softmax(m<TestType>, over<"col">));
            check(max(m<TestType>, over<"row">));
            const auto gradient = vjp(softmax(m<TestType>, over<"row">), m<TestType>, 1 + m<TestType> * m<TestType>);
            check(gradient);
            const auto with_data = vjp(log_softmax(m<TestType>, over<"col">), m<TestType>, g<TestType>);
            const auto got = jit(with_data)(m<TestType> = data, g<TestType> = upstream);
            const auto exact = evaluate(with_data, m<TestType> = data, g<TestType> = upstream);
            CHECK(far_off(got, exact, 1) == "");
        }
    }
}

TEMPLATE_TEST_CASE("a mean does not overflow or stall where the storage type would", "", float16, bfloat16) {
    const auto average = jit(mean(x<TestType>));
    STATIC_REQUIRE(std::same_as<decltype(average(x<TestType> = std::vector<TestType>{})), TestType>);
    CHECK(average(x<TestType> = std::vector<TestType>(70001, TestType(1))) == TestType(1));
    CHECK(average(x<TestType> = std::vector<TestType>(70001, TestType(60000))) == TestType(60000));
    CHECK(std::isnan(static_cast<float>(average(x<TestType> = std::vector<TestType>{}))));
    const float total =
        static_cast<float>(jit(sum(x<TestType>))(x<TestType> = std::vector<TestType>(70001, TestType(1))));
    CHECK(total == (std::same_as<TestType, float16> ? std::numeric_limits<float>::infinity() : 70144));
}

TEMPLATE_TEST_CASE("cross-entropy of 16-bit logits: value and gradient are the exact ones, rounded", "", float16,
                   bfloat16) {
    for (const auto& [batch, classes] : {std::pair{1, 2}, {9, 10}, {37, 1003}}) {
        INFO(batch << " rows, " << classes << " classes");
        const auto size = static_cast<std::size_t>(batch) * static_cast<std::size_t>(classes);
        const std::vector<TestType> X = some_numbers<TestType>(size, -12, 12);
        std::vector<int> T;
        for (int row = 0; row < batch; ++row) T.push_back(row * 7 % classes);
        const auto loss = mean(cross_entropy(logits<TestType>, target, over<"class">));
        const auto dlogits = grad(loss, logits<TestType>);
        const auto data = view(X, {batch, classes});
        const auto step = jit(loss, dlogits);
        const auto [value, gradient] = step(logits<TestType> = data, target = T);
        STATIC_REQUIRE(std::same_as<std::remove_cvref_t<decltype(value)>, TestType>);
        STATIC_REQUIRE(std::same_as<std::remove_cvref_t<decltype(gradient)>, array<TestType, 2>>);
        CHECK(steps_from(value, evaluate(loss, logits<TestType> = data, target = T)) <= 1);
        CHECK(far_off(gradient, evaluate(dlogits, logits<TestType> = data, target = T), 1) == "");
        TestType again = TestType(-7);
        std::vector<TestType> place = X;
        const auto in_place = view(place, {batch, classes});
        step(logits<TestType> = in_place, target = T, outputs(again, in_place));
        CHECK(again == value);
        CHECK(first_other(place, std::vector<TestType>(gradient.begin(), gradient.end())) == size);
    }
}

TEST_CASE("weights of float32 beside float16 logits give a float32 loss and a float16 gradient") {
    const auto loss = mean(cross_entropy(logits<float16>, target, over<"class">, with::weight(weight)));
    const std::vector<float16> X = some_numbers<float16>(12, -3, 3);
    const std::vector<float> W{1, 0.5F, 2, 0.25F};
    const std::vector<int> T{3, 0, 2};
    const auto [value, gradient] =
        jit(loss, grad(loss, logits<float16>))(logits<float16> = view(X, {3, 4}), target = T, weight = W);
    STATIC_REQUIRE(std::same_as<std::remove_cvref_t<decltype(value)>, float>);
    STATIC_REQUIRE(std::same_as<std::remove_cvref_t<decltype(gradient)>, array<float16, 2>>);
    const double exact = evaluate(loss, logits<float16> = view(X, {3, 4}), target = T, weight = W);
    CHECK(std::abs(static_cast<double>(value) - exact) <= 2 * ulp_of<float>(exact));
}

TEST_CASE("scalars may be of a storage type, and numbers of any type may be bound to them") {
    constexpr auto beta = scalar<"beta", bfloat16>;
    const auto f = jit(w * beta);
    for (const float third :
         {f(w = std::vector<float>{3}, beta = bfloat16(1.0 / 3))[0], f(w = std::vector<float>{3}, beta = 1.0 / 3)[0]})
        CHECK(third == 3 * static_cast<float>(bfloat16(1.0 / 3)));
}

TEST_CASE("a call with another type says which it has and which it needs") {
    const auto f = jit(exp(x<float16>));
    const std::vector<bfloat16> X(2, bfloat16(1));
    std::vector<float16> Y(2);
    const std::array in{make_argument(view(X))};
    const std::array out{make_argument(view(Y))};
    CHECK_THROWS_WITH(f.code().run(in, out),
                      Contains("argument \"x\" holds bfloat16, but it is declared float16: pass float16 data or "
                               "declare it bfloat16"));
}

TEST_CASE("a violated condition shows the number of a storage type") {
    const auto f = jit(require(log(x<float16>), x<float16> > 0));
    CHECK_THROWS_WITH(f(x<float16> = std::vector<float16>{float16(1), float16(-0.5)}), Contains("-0.5"));
}

TEST_CASE("the checkers of this file can fail") {
    CHECK(steps_from(float16(1), 1) == 0);
    CHECK(steps_from(number_of_bits<float16>(0x3c01), 1) == 1);
    CHECK(steps_from(number_of_bits<float16>(0x8001), 0x1p-24) == 2);
    CHECK(steps_from(float16(std::numeric_limits<double>::quiet_NaN()), 1) > 1);
    CHECK(far_off(std::vector{float16(1), float16(2)}, std::vector{1.0, 2.01}, 1) != "");
    CHECK(far_off(std::vector{float16(1)}, std::vector{1.0, 2.0}, 1) == "sizes differ");
}
