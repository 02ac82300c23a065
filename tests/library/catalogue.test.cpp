// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the catalogue of activations holds, through the JIT against the interpreter: values, gradients, and the
// gradient of every parameter, as a number, a scalar bound at the call and a tensor with an axis of its own.
#include <boost/hana/for_each.hpp>
#include <boost/hana/size.hpp>
#include <gradus/catalogue.hpp>

#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {
template <class T>
constexpr auto x = tensor<"x[i]", T>;
template <class T>
constexpr auto g = tensor<"g[i]", T>;

constexpr tolerance value_bound{8, 1e-6}, gradient_bound{12, 1e-6};

template <class T>
std::vector<T> arguments_of(std::size_t count) {
    std::vector<T> values = numbers<T>(count, -8, 8);
    for (const T special :
         {T(0), T(3), T(-3), T(6), T(0.5), T(-0.5), T(1), T(-1), T(20), T(-100), T(1e30), T(-1e30),
          std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()})
        values.push_back(special);
    return values;
}

template <class T, class Row>
void check_row(const Row& row) {
    INFO(row.name << (sizeof(T) == 4 ? ", float32" : ", float64"));
    const std::vector<T> X = arguments_of<T>(500), G = numbers<T>(X.size(), -1, 1, 2);
    CHECK(compare(row(x<T>), value_bound, x<T> = X) == "");
    CHECK(compare(vjp(row(x<T>), x<T>, g<T>), gradient_bound, x<T> = X, g<T> = G) == "");
}

/// Each parameter as a scalar with a gradient, the others at the values of the table.
template <class Row, std::size_t Which, std::size_t... I>
void check_parameter(const Row& row, std::index_sequence<I...>) {
    constexpr auto p = scalar<"p", double>;
    const auto operand = [&]<std::size_t K>() {
        if constexpr (K == Which)
            return p;
        else
            return row.parameters[K].value;
    };
    INFO(row.name << ", parameter " << row.parameters[Which].name);
    const std::vector<double> X = numbers<double>(300, -8, 8), G = numbers<double>(X.size(), -1, 1, 2);
    const auto y = row(x<double>, operand.template operator()<I>()...);
    const double value = row.parameters[Which].value;
    CHECK(compare(y, value_bound, x<double> = X, p = value) == "");
    CHECK(compare(vjp(y, x<double>, g<double>), gradient_bound, x<double> = X, p = value, g<double> = G) == "");
    CHECK(compare(vjp(y, p, g<double>), {8, 1e-11}, x<double> = X, p = value, g<double> = G) == "");
}
template <class Op, std::size_t Count>
void check_parameters(const activation<Op, Count>& row) {
    [&]<std::size_t... I>([[maybe_unused]] std::index_sequence<I...> all) {
        (check_parameter<activation<Op, Count>, I>(row, all), ...);
    }
    (std::make_index_sequence<Count>{});
}
}  // namespace

// A row that is added without a line of its own here is tested all the same; one that is lost is missed.
static_assert(decltype(hana::size(activations))::value == 24);

TEST_CASE("every activation of the catalogue agrees with the interpreter, gradient included, in both types") {
    hana::for_each(activations, [](const auto& row) {
        check_row<float>(row);
        check_row<double>(row);
    });
}

TEST_CASE("every parameter of an activation may be a scalar bound at the call, with its gradient") {
    hana::for_each(activations, [](const auto& row) { check_parameters(row); });
}

TEST_CASE("a parameter may be a tensor with a channel axis, and its gradient is summed over the others") {
    constexpr auto v = tensor<"v[batch, channel]", double>;
    constexpr auto gv = tensor<"g[batch, channel]", double>;
    constexpr auto a = tensor<"a[channel]", double>;
    const std::vector<double> V{1, -2, 3, -4, 5, -6}, G{1, 10, 100, 1000, 1e4, 1e5}, A{0.5, 0.25, 2};
    const auto [y, da] = jit(prelu(v, a), vjp(prelu(v, a), a, gv))(v = view(V, {2, 3}), gv = view(G, {2, 3}), a = A);
    const std::vector<double> expected{1, -0.5, 3, -2, 5, -12}, expected_da{-4000, -20, -6e5};
    for (std::size_t i = 0; i < V.size(); ++i) CHECK(y[i] == expected[i]);
    for (std::size_t i = 0; i < A.size(); ++i) CHECK(da[i] == expected_da[i]);
    hana::for_each(hana::make_tuple(elu, celu, leaky_relu, softshrink, hardshrink), [&](const auto& activation) {
        INFO(std::string(activation.name.view()));
        const auto f = activation(v, a);
        CHECK(compare(f, value_bound, v = view(V, {2, 3}), a = A) == "");
        CHECK(compare(vjp(f, a, gv), {8, 1e-10}, v = view(V, {2, 3}), a = A, gv = view(G, {2, 3})) == "");
    });
}

TEST_CASE("limits at infinity are the mathematical ones, in value and gradient") {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const std::vector<float> ends{-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
    const auto limits = [&](const auto& f, double low, double high, double low_slope, double high_slope) {
        const auto [y, dy] = jit(f, vjp(f, x<float>, 1))(x<float> = ends);
        CHECK(y[0] == low);
        CHECK(y[1] == high);
        CHECK(dy[0] == low_slope);
        CHECK(dy[1] == high_slope);
    };
    limits(gelu(x<float>), 0, inf, 0, 1);
    limits(gelu_tanh(x<float>), 0, inf, 0, 1);
    limits(silu(x<float>), 0, inf, 0, 1);
    limits(mish(x<float>), 0, inf, 0, 1);
    limits(hardswish(x<float>), 0, inf, 0, 1);
    limits(softsign(x<float>), -1, 1, 0, 0);
    limits(softplus(x<float>), 0, inf, 0, 1);
    limits(elu(x<float>, 2), -2, inf, 0, 1);
    limits(tanhshrink(x<float>), -inf, inf, 1, 1);
    limits(logsigmoid(x<float>), -inf, 0, 1, 0);
    limits(hardsigmoid(x<float>), 0, 1, 0, 0);
    limits(x<float> * 0.5 * (1 + erf(x<float> / std::numbers::sqrt2)), 0, inf, 0, 1);
}

TEST_CASE("rrelu draws one slope for each element, the same forward and backward, a function of the seed alone") {
    constexpr auto v = tensor<"v[batch, unit]">;
    constexpr auto noise = uniform<"noise[batch, unit]">;
    const std::vector<float> V(6000, -1.0F);
    const auto step = jit(rrelu(v, noise), vjp(rrelu(v, noise), v, 1));
    const auto [y, dv] = step(v = view(V, {60, 100}), noise = std::uint64_t{7});
    double mean = 0, low = 1, high = 0;
    for (std::size_t i = 0; i < V.size(); ++i) {
        REQUIRE(dv[i] == -y[i]);
        mean += static_cast<double>(dv[i]) / static_cast<double>(V.size());
        low = std::min(low, static_cast<double>(dv[i]));
        high = std::max(high, static_cast<double>(dv[i]));
    }
    // Uniform in [1/8, 1/3): the mean of 6000 is within five standard errors of 11/48.
    CHECK(std::abs(mean - 11.0 / 48) < 5 * (5.0 / 24) / std::sqrt(12.0 * 6000));
    CHECK(low >= 0.125F);
    CHECK(low < 0.126);
    CHECK(high < 1.0 / 3 + 1e-7);
    CHECK(high > 0.332);
    const auto [again, gradient_again] = step(v = view(V, {60, 100}), noise = std::uint64_t{7});
    const auto [other, other_gradient] = step(v = view(V, {60, 100}), noise = std::uint64_t{8});
    CHECK(std::equal(y.data(), y.data() + y.size(), again.data()));
    CHECK_FALSE(std::equal(y.data(), y.data() + y.size(), other.data()));
    const std::vector<float> positive(6000, 2.0F);
    const auto [kept, ones] = step(v = view(positive, {60, 100}), noise = std::uint64_t{7});
    CHECK(std::all_of(kept.data(), kept.data() + kept.size(), [](float value) { return value == 2; }));
    CHECK(std::all_of(ones.data(), ones.data() + ones.size(), [](float value) { return value == 1; }));
    CHECK(jit(rrelu_evaluation(v))(v = view(V, {60, 100}))[0] == Approx(-11.0 / 48));
}

TEST_CASE("softmax, softmin and log-softmax take any axis and an inverse temperature with its gradient") {
    constexpr auto v = tensor<"v[a, class, b]", double>;
    constexpr auto gv = tensor<"g[a, class, b]", double>;
    constexpr auto beta = scalar<"beta", double>;
    const std::vector<double> V = numbers<double>(3 * 5 * 4, -3, 3), G = numbers<double>(V.size(), -1, 1, 2);
    const auto check = [&](const char* name, const auto& f) {
        INFO(name);
        CHECK(compare(f, {64, 1e-14}, v = view(V, {3, 5, 4}), beta = 0.7) == "");
        CHECK(compare(vjp(f, v, gv), {64, 1e-14}, v = view(V, {3, 5, 4}), beta = 0.7, gv = view(G, {3, 5, 4})) == "");
        CHECK(compare(vjp(f, beta, gv), {64, 1e-12}, v = view(V, {3, 5, 4}), beta = 0.7, gv = view(G, {3, 5, 4})) ==
              "");
    };
    check("softmax, class", softmax(v, over<"class">, beta));
    check("softmax, last", softmax(v, over<"b">, beta));
    check("softmax, first", softmax(v, over<"a">, beta));
    check("softmax, two axes", softmax(v, over<"a", "b">, beta));
    check("log_softmax, class", log_softmax(v, over<"class">, beta));
    check("softmin, last", softmin(v, over<"b">, beta));
    const std::vector<double> row{1, 2, 4};
    constexpr auto r = tensor<"r[class]", double>;
    const auto p = jit(softmin(r, over<"class">, 2))(r = row);
    const double total = std::exp(-2) + std::exp(-4) + std::exp(-8);
    for (std::size_t i = 0; i < 3; ++i) CHECK(p[i] == Approx(std::exp(-2 * row[i]) / total).epsilon(1e-14));
}

TEST_CASE("glu gates one half of an axis with the other") {
    constexpr auto v = tensor<"v[batch, half, unit]", double>;
    constexpr auto gv = tensor<"g[batch, unit]", double>;
    const std::vector<double> V{1, 2, 3, 0, 1000, -1000}, G{1, 1, 1};
    const auto y = jit(glu(v, over<"half">))(v = view(V, {1, 2, 3}));
    CHECK(y(0, 0) == 0.5);
    CHECK(y(0, 1) == 2);
    CHECK(y(0, 2) == 0);
    const auto d = jit(vjp(glu(v, over<"half">), v, gv))(v = view(V, {1, 2, 3}), gv = view(G, {1, 3}));
    const std::vector<double> expected{0.5, 1, 0, 0.25, 0, 0};
    for (std::size_t i = 0; i < V.size(); ++i) CHECK(d[i] == expected[i]);
}

TEST_CASE("the Chebyshev activation is a polynomial of tanh in learnable coefficients") {
    constexpr auto v = tensor<"v[i]", double>;
    constexpr auto c = tensor<"c[degree]", double>;
    constexpr auto gv = tensor<"g[i]", double>;
    const auto f = chebyshev<4>(v, c, over<"degree">);
    const std::vector<double> V = numbers<double>(50, -3, 3), C{0.5, -1, 2, 0.25, -0.125}, ones(V.size(), 1);
    const auto [y, dc] = jit(f, vjp(f, c, gv))(v = V, c = C, gv = ones);
    std::vector<double> sums(C.size());
    for (std::size_t i = 0; i < V.size(); ++i) {
        double value = 0;
        for (std::size_t k = 0; k < C.size(); ++k) {
            const double t = std::cos(static_cast<double>(k) * std::acos(std::tanh(V[i])));
            value += C[k] * t;
            sums[k] += t;
        }
        CHECK(y[i] == Approx(value).epsilon(1e-12).margin(1e-13));
    }
    for (std::size_t k = 0; k < C.size(); ++k) CHECK(dc[k] == Approx(sums[k]).epsilon(1e-12).margin(1e-12));
}

TEST_CASE("log-softmax is the logarithm of softmax, also where softmax underflows") {
    constexpr auto logits = tensor<"logits[row, class]">;
    const std::vector<float> far{0, 200, -200, 3};
    const auto y = jit(log_softmax(logits, over<"class">))(logits = view(far, {1, 4}));
    const std::vector<float> expected{-200, 0, -400, -197};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(y[i] == expected[i]);
}

TEST_CASE("losses of two tensors have their textbook values and gradients") {
    constexpr auto a = tensor<"a[i]">;
    constexpr auto b = tensor<"b[i]">;
    const std::vector<float> A{0, 1, 2, -3}, B{0, 3, 1.5F, 1};
    CHECK(jit(sum(mse(a, b)))(a = A, b = B) == 4 + 0.25F + 16);
    CHECK(jit(sum(l1(a, b)))(a = A, b = B) == 2 + 0.5F + 4);
    CHECK(jit(sum(smooth_l1(a, b)))(a = A, b = B) == 1.5F + 0.125F + 3.5F);
    CHECK(jit(sum(smooth_l1(a, b, 4)))(a = A, b = B) == 0.5F + 0.03125F + 2);
    const auto slope = jit(grad(sum(l1(a, b)), a))(a = A, b = B);
    const std::vector<float> expected{0, -1, 1, -1};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(slope[i] == expected[i]);
}
