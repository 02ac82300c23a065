// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every pointwise primitive through the JIT against the interpreter in float64, for float32 and
// float64, on values of both signs, large and small, and on NaN and infinities.
#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

template <class T>
std::vector<T> with_specials(std::vector<T> values) {
    constexpr T inf = std::numeric_limits<T>::infinity();
    for (const T special :
         {T(0), -T(0), T(1), T(-1), inf, -inf, std::numeric_limits<T>::quiet_NaN(), T(1e-30), T(-1e-30)})
        values.push_back(special);
    return values;
}
template <class T>
std::vector<T> spread() {
    std::vector<T> values = numbers<T>(300, -6, 6);
    for (const T x : numbers<T>(100, -80, 80, 2)) values.push_back(x);
    for (const T x : numbers<T>(100, -1e-3, 1e-3, 3)) values.push_back(x);
    return with_specials(values);
}

template <class T, class Make>
void check_unary(const char* name, double ulp, Make make) {
    constexpr auto x = tensor<"x[i]", T>;
    INFO(name << ", " << (sizeof(T) == 4 ? "float32" : "float64"));
    CHECK(compare(make(x), {ulp, 0}, x = spread<T>()) == "");
}
template <class Make>
void check_unary_types(const char* name, double float_ulp, double double_ulp, Make make) {
    check_unary<float>(name, float_ulp, make);
    check_unary<double>(name, double_ulp, make);
}
template <class T, class Make>
void check_binary(const char* name, double ulp, Make make) {
    constexpr auto x = tensor<"x[i]", T>;
    constexpr auto y = tensor<"y[i]", T>;
    INFO(name << ", " << (sizeof(T) == 4 ? "float32" : "float64"));
    std::vector<T> left, right;
    for (const T a : with_specials(numbers<T>(20, -5, 5)))
        for (const T b : with_specials(numbers<T>(20, -5, 5, 2))) left.push_back(a), right.push_back(b);
    CHECK(compare(make(x, y), {ulp, 0}, x = left, y = right) == "");
}
template <class Make>
void check_binary_types(const char* name, double float_ulp, double double_ulp, Make make) {
    check_binary<float>(name, float_ulp, make);
    check_binary<double>(name, double_ulp, make);
}

}  // namespace

// Bounds: those of codegen/math_*.cpp, plus one for the oracle in float64.
TEST_CASE("unary primitives agree with the interpreter within their bounds") {
    check_unary_types("neg", 0, 0, [](auto x) { return -x; });
    check_unary_types("abs", 0, 0, [](auto x) { return abs(x); });
    check_unary_types("sign", 0, 0, [](auto x) { return sign(x); });
    check_unary_types("exp", 1, 2, [](auto x) { return exp(x); });
    check_unary_types("exp2", 1, 2, [](auto x) { return exp2(x); });
    check_unary_types("expm1", 1.1, 2.1, [](auto x) { return expm1(x); });
    check_unary_types("log", 1, 2, [](auto x) { return log(x); });
    check_unary_types("log2", 1, 2, [](auto x) { return log2(x); });
    check_unary_types("log1p", 1, 3, [](auto x) { return log1p(x); });
    check_unary_types("sqrt", 0.5, 0.5, [](auto x) { return sqrt(x); });
    check_unary_types("tanh", 2, 4, [](auto x) { return tanh(x); });
    check_unary_types("sigmoid", 2, 3, [](auto x) { return sigmoid(x); });
    check_unary_types("softplus", 2, 3, [](auto x) { return softplus(x); });
    check_unary_types("erf", 1, 2, [](auto x) { return erf(x); });
    check_unary_types("erfc", 1, 5, [](auto x) { return erfc(x); });
    check_unary_types("normal_cdf", 1, 9, [](auto x) { return normal_cdf(x); });
    check_unary_types("normal_pdf", 1, 6, [](auto x) { return normal_pdf(x); });
    check_unary_types("tanhshrink", 1, 9, [](auto x) { return tanhshrink(x); });
    check_unary_types("softsign", 2, 2, [](auto x) { return softsign(x); });
    check_unary_types("sin", 1, 2, [](auto x) { return sin(x); });
    check_unary_types("cos", 1, 2, [](auto x) { return cos(x); });
    check_unary_types("floor", 0, 0, [](auto x) { return floor(x); });
    check_unary_types("isnan", 0, 0, [](auto x) { return where(isnan(x), 1, 2); });
    check_unary_types("not", 0, 0, [](auto x) { return where(!(x > 1), x, 2); });
    check_unary_types("stop_gradient", 0, 0, [](auto x) { return stop_gradient(x); });
}

TEST_CASE("binary primitives agree with the interpreter within their bounds") {
    check_binary_types("add", 0.5, 0.5, [](auto x, auto y) { return x + y; });
    check_binary_types("sub", 0.5, 0.5, [](auto x, auto y) { return x - y; });
    check_binary_types("mul", 0.5, 0.5, [](auto x, auto y) { return x * y; });
    check_binary_types("div", 0.5, 0.5, [](auto x, auto y) { return x / y; });
    check_binary_types("min", 0, 0, [](auto x, auto y) { return min(x, y); });
    check_binary_types("max", 0, 0, [](auto x, auto y) { return max(x, y); });
    check_binary_types("scaled", 1, 1, [](auto x, auto y) { return scaled(x, y); });
    check_binary_types("pow", 1, 2, [](auto x, auto y) { return pow(x, y); });
    check_binary_types("less", 0, 0, [](auto x, auto y) { return where(x < y, 1, 2); });
    check_binary_types("less_equal", 0, 0, [](auto x, auto y) { return where(x <= y, 1, 2); });
    check_binary_types("greater", 0, 0, [](auto x, auto y) { return where(x > y, 1, 2); });
    check_binary_types("greater_equal", 0, 0, [](auto x, auto y) { return where(x >= y, 1, 2); });
    check_binary_types("equal", 0, 0, [](auto x, auto y) { return where(x == y, 1, 2); });
    check_binary_types("not_equal", 0, 0, [](auto x, auto y) { return where(x != y, 1, 2); });
    check_binary_types("and", 0, 0, [](auto x, auto y) { return where(x > 0 && y > 0, 1, 2); });
    check_binary_types("or", 0, 0, [](auto x, auto y) { return where(x > 0 || y > 0, 1, 2); });
    check_binary_types("where", 0, 0, [](auto x, auto y) { return where(x > y, x, y); });
    check_binary_types("custom_gradient", 0, 0, [](auto x, auto y) { return custom_gradient(x, y, 1); });
}

TEST_CASE("a comparison with a number that float32 cannot hold decides as the number itself") {
    constexpr auto x = tensor<"x[i]">;
    std::vector<float> X;
    for (const double c : {0.3, 0.1, -0.7, 1e-50, 0.5})
        for (const float near : {static_cast<float>(c), -static_cast<float>(c)})
            for (const float direction : {-9.0F, 9.0F}) {
                X.push_back(near);
                X.push_back(std::nextafter(near, direction));
            }
    for (const double c : {0.3, 0.1, -0.7, 1e-50, -1e-50, 0.5}) {
        INFO("c = " << c);
        CHECK(compare(1 * (x > c) + 2 * (x >= c) + 4 * (x < c) + 8 * (x <= c) + 16 * (x == c) + 32 * (x != c), {0, 0},
                      x = X) == "");
        CHECK(compare(1 * (c > x) + 2 * (c >= x) + 4 * (c < x) + 8 * (c <= x), {0, 0}, x = X) == "");
        CHECK(compare(vjp(softshrink(x, c), x, 1), {0, 0}, x = X) == "");
        CHECK(compare(vjp(hardtanh(x, -1, c), x, 1), {0, 0}, x = X) == "");
    }
}

TEST_CASE("a comparison is a number where a number is wanted") {
    constexpr auto x = tensor<"x[i]">;
    CHECK(compare(2.0 * (x > 0) + (x == 1), {0, 0}, x = std::vector<float>{-1, 0, 1, 2}) == "");
}

TEST_CASE("constants at compile time and at run time give the same bits") {
    static constexpr auto x = tensor<"x[i]">;
    static constexpr auto fixed = elu(x, 1.7);
    const std::vector<float> X = numbers<float>(100, -3, 3);
    volatile double from_a_file = 1.7;
    const auto a = jit<fixed>()(x = X);
    const auto b = jit(elu(x, static_cast<double>(from_a_file)))(x = X);
    for (std::size_t i = 0; i < X.size(); ++i) CHECK(a[i] == b[i]);
}

TEST_CASE("products with a number that no float holds") {
    constexpr auto v = tensor<"v[n]">;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> some{0.0F,      -0.0F,     1.0F,         -3.0F,  0x1.fffffep127F,
                            0x1p-126F, 0x1p-149F, -0x1.8p-140F, 1e-30F, 7.7e20F};
    for (int i = 1; i < 1000; ++i) some.push_back(std::sin(static_cast<float>(i)) * static_cast<float>(i));
    const auto check = [&](auto kernel, double factor) {
        INFO("times " << factor);
        std::vector<float> got(some.size());
        kernel(v = some, outputs(got));
        for (std::size_t i = 0; i < got.size(); ++i) {
            const double exact = factor * static_cast<double>(some[i]);
            const double ulp = std::max(0x1p-149, std::ldexp(1.0, std::ilogb(exact == 0 ? 1 : exact) - 23));
            INFO(some[i]);
            const bool is_normal = std::fabs(exact) >= 0x1p-126;  // else the product with the lower word is lost
            CHECK(std::fabs(static_cast<double>(got[i]) - exact) <= (is_normal ? 0.5001 : 1) * ulp);
            if (some[i] == 0) CHECK(std::signbit(got[i]) == std::signbit(exact));
        }
        const std::vector<float> special{infinity, -infinity, NAN};
        std::vector<float> of_special(3);
        kernel(v = special, outputs(of_special));
        CHECK(of_special[0] == std::copysign(infinity, static_cast<float>(factor)));
        CHECK(of_special[1] == -of_special[0]);
        CHECK(std::isnan(of_special[2]));
    };
    check(jit(0.1 * v), 0.1);      // above, as a float
    check(jit(-0.01 * v), -0.01);  // below
    check(jit(v * 0.3 * 0.7), 0.3 * 0.7);
    check(jit(v * (1 / 3.0)), 1 / 3.0);
}
