// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every function of one variable on all 2^16 numbers of float16 and of bfloat16.
#include <cmath>
#include <functional>

#include <boost/hana/for_each.hpp>
#include <gradus/catalogue.hpp>

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/float16.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

template <class T>
constexpr auto x = tensor<"x[i]", T>;
template <class T>
constexpr auto g = tensor<"g[i]", T>;

/// Compares a kernel with a long double function wherever an error of 2^-22, which a float32 result may have, cannot
/// change how the value rounds. Returns how many numbers that decides.
template <class T, class E>
std::size_t check_rounding(const E& e, const std::function<long double(long double)>& exact) {
    const std::vector<T> all = every_number<T>();
    const auto got = jit(e)(x<T> = all);
    std::size_t decided = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const long double value = exact(static_cast<long double>(static_cast<double>(all[i])));
        const T low(value * (1 - 0x1p-22L)), high(value * (1 + 0x1p-22L));
        if (std::isnan(value)) {
            REQUIRE(std::isnan(static_cast<float>(got[i])));
            continue;
        }
        if (low.bits != high.bits) continue;
        INFO("x = " << static_cast<float>(all[i]) << ", kernel " << static_cast<float>(got[i]));
        REQUIRE(got[i] == low);
        ++decided;
    }
    return decided;
}

}  // namespace

TEMPLATE_TEST_CASE("every activation and its gradient is within one number of the exact one", "", float16, bfloat16) {
    const std::vector<TestType> all = every_number<TestType>();
    const std::vector<TestType> upstream(all.size(), TestType(1));
    hana::for_each(activations, [&](const auto& row) {
        INFO(row.name);
        const auto y = row(x<TestType>);
        CHECK(far_off(jit(y)(x<TestType> = all), evaluate(y, x<TestType> = all), 1) == "");
        const auto dy = vjp(y, x<TestType>, g<TestType>);
        CHECK(far_off(jit(dy)(x<TestType> = all, g<TestType> = upstream),
                      evaluate(dy, x<TestType> = all, g<TestType> = upstream), 1) == "");
    });
}

TEMPLATE_TEST_CASE("elementary functions are correctly rounded wherever float32 decides", "", float16, bfloat16) {
    using real = long double;
    // All but NaN and the few numbers near ties.
    constexpr std::size_t most = 60000, half = 30000;
    const auto v = x<TestType>;
    CHECK(check_rounding<TestType>(exp(v), [](real a) { return std::exp(a); }) > most);
    CHECK(check_rounding<TestType>(expm1(v), [](real a) { return std::expm1(a); }) > most);
    CHECK(check_rounding<TestType>(tanh(v), [](real a) { return std::tanh(a); }) > most);
    CHECK(check_rounding<TestType>(sigmoid(v), [](real a) { return 1 / (1 + std::exp(-a)); }) > most);
    CHECK(check_rounding<TestType>(log(v), [](real a) { return std::log(a); }) > half);
    CHECK(check_rounding<TestType>(sqrt(v), [](real a) { return std::sqrt(a); }) > half);
    CHECK(check_rounding<TestType>(relu(v), [](real a) { return std::isnan(a) ? a : std::max(a, real(0)); }) > most);
    CHECK(check_rounding<TestType>(v * v - v, [](real a) { return a * a - a; }) > most);
}
