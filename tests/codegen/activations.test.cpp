// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations with cores of their own: which formulas they are found in, and what the cores compute.
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "activations.hpp"
#include "array_function.hpp"
#include "support/catch.hpp"
#include "support/ulp.hpp"

using namespace gradus;

namespace {

/// A legalised graph in which formulas are made step by step, as `legalise` makes them.
struct formulas {
    builder graph;
    sym x = real_input("x"), y = real_input("y");

    sym real_input(const char* name) {
        input declared;
        return {&graph, graph.input_node(name, declared)};
    }
    static sym seen(sym made) { return with_activations(made); }
    static bool is(sym made, activation which, sym of) {
        return (*made).code == op::activation && (*made).ref == static_cast<std::uint32_t>(which) &&
               (*made).args[0] == of.id;
    }
    /// Whether it is y times the activation of x.
    bool is_scaled(sym made, activation which) const {
        return (*made).code == op::mul && (*made).args[0] == y.id && is({made.graph, (*made).args[1]}, which, x);
    }
};

constexpr activation all[] = {activation::gelu,       activation::gelu_slope,    activation::silu,
                              activation::silu_slope, activation::sigmoid_slope, activation::tanh_slope};

using real = long double;
real sigmoid_of(real x) { return 1 / (1 + std::exp(-x)); }
real cdf_of(real x) { return std::erfc(-x / std::numbers::sqrt2_v<real>) / 2; }
real pdf_of(real x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi_v<real>); }

real exact(activation which, real x) {
    switch (which) {
        case activation::gelu: return std::isinf(x) ? std::max(x, real{0}) : x * cdf_of(x);
        case activation::gelu_slope: return std::isinf(x) ? real(x > 0) : cdf_of(x) + x * pdf_of(x);
        case activation::silu: return std::isinf(x) ? std::max(x, real{0}) : x * sigmoid_of(x);
        case activation::silu_slope: return std::isinf(x) ? real(x > 0) : sigmoid_of(x) * (1 + x * sigmoid_of(-x));
        case activation::sigmoid_slope: return sigmoid_of(x) * sigmoid_of(-x);
        default: return 4 * sigmoid_of(2 * x) * sigmoid_of(-2 * x);
    }
}

/// In ULP. What underflows may be a zero of either sign.
real error_at(activation which, float x, float got) {
    const real wanted = exact(which, static_cast<real>(x));
    return wanted == 0 && x != 0 && got == 0 ? 0 : testing::error_of(got, wanted);
}

/// Inside and outside the tables, next to zeros of the functions, tiny, huge and special.
std::vector<float> arguments() {
    std::vector<float> list{0.0F, -0.0F, 1e-45F, -1e-45F, 1e-38F, -1e-38F, 3e38F, -3e38F};
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float x : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) list.push_back(x);
    std::mt19937 random(11);
    for (const float reach : {1e-6F, 0.1F, 2.0F, 8.0F, 25.0F, 120.0F}) {
        std::uniform_real_distribution<float> part(-reach, reach);
        for (int i = 0; i < 20'000; ++i) list.push_back(part(random));
    }
    // Where tables end, and lanes begin that are computed by the formula.
    std::uniform_real_distribution<float> close(-0.1F, 0.1F);
    for (const float end : {4.5F, 5.8F, 9.6F, 17.2F, 19.8F})
        for (int i = 0; i < 10'000; ++i)
            for (const float sign : {-1.0F, 1.0F}) list.push_back(sign * (end + close(random)));
    for (const float zero : {-0.7517916F, -1.2784645F})
        for (float x = zero - 1e-5F; x < zero + 1e-5F; x = std::nextafter(x, infinity)) list.push_back(x);
    return list;
}

}  // namespace

TEST_CASE("activations are found in the products that they are") {
    formulas f;
    CHECK(f.is(f.seen(f.x * normal_cdf(f.x)), activation::gelu, f.x));
    CHECK(f.is(f.seen(normal_cdf(f.x) * f.x), activation::gelu, f.x));
    CHECK(f.is(f.seen(f.x * sigmoid(f.x)), activation::silu, f.x));
    CHECK(f.is(f.seen(sigmoid(f.x) * sigmoid(-f.x)), activation::sigmoid_slope, f.x));
    CHECK(f.is(f.seen(sigmoid(-f.x) * sigmoid(f.x)), activation::sigmoid_slope, f.x));
    const sym twice = f.seen(sigmoid(-2.0 * f.x) * sigmoid(2.0 * f.x));
    CHECK(f.is(twice, activation::sigmoid_slope, 2.0 * f.x));
    CHECK(f.is(f.seen(4.0 * twice), activation::tanh_slope, f.x));
    CHECK(f.is_scaled(f.seen(f.y * (normal_cdf(f.x) * f.x)), activation::gelu));
    CHECK(f.is_scaled(f.seen(4.0 * (f.y * twice)), activation::tanh_slope));
}

TEST_CASE("derivatives of activations are found in sums, with what they are multiplied by") {
    formulas f;
    const sym slope = f.seen(sigmoid(f.x) * sigmoid(-f.x));
    CHECK(f.is(f.seen(normal_cdf(f.x) + f.x * normal_pdf(f.x)), activation::gelu_slope, f.x));
    CHECK(f.is(f.seen(normal_pdf(f.x) * f.x + normal_cdf(f.x)), activation::gelu_slope, f.x));
    CHECK(f.is(f.seen(sigmoid(f.x) + f.x * slope), activation::silu_slope, f.x));
    CHECK(f.is_scaled(f.seen(f.y * normal_cdf(f.x) + normal_pdf(f.x) * (f.y * f.x)), activation::gelu_slope));
    CHECK(f.is_scaled(f.seen(f.y * sigmoid(f.x) + (f.y * f.x) * slope), activation::silu_slope));
}

TEST_CASE("an activation takes the place of the choices that gave it its limits") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    formulas f;
    const auto limited = [&](sym x, sym above, sym value) {
        return f.seen(where(x >= infinity, above, where(x <= -infinity, 0.0, value)));
    };
    const sym value = f.seen(f.x * normal_cdf(f.x)), slope = f.seen(normal_cdf(f.x) + f.x * normal_pdf(f.x));
    CHECK(limited(f.x, f.x, value).id == value.id);
    CHECK(limited(f.x, f.x.number(1), slope).id == slope.id);
    CHECK((*limited(f.x, f.y, value)).code == op::where);
    CHECK((*limited(f.y, f.y, value)).code == op::where);
    CHECK((*limited(f.x, f.x.number(2), slope)).code == op::where);
}

TEST_CASE("other formulas are left as they are") {
    formulas f;
    const sym rounded = f.x + f.y, slope = f.seen(sigmoid(f.x) * sigmoid(-f.x));
    for (const sym made : {f.x * normal_cdf(f.y), f.x * normal_pdf(f.x), sigmoid(f.x) * sigmoid(f.x),
                           sigmoid(f.x) * sigmoid(-f.y), rounded * normal_cdf(rounded),
                           normal_cdf(f.x) + normal_pdf(f.x), f.y * normal_cdf(f.x) + f.x * normal_pdf(f.x),
                           sigmoid(f.x) + f.y * slope, sigmoid(f.y) + f.x * slope, f.x * f.y})
        CHECK(f.seen(made).id == made.id);
}

TEST_CASE("products of shared products are looked at in part") {
    formulas f;
    sym power = f.x * f.y;
    for (int i = 0; i < 60; ++i) power = f.seen(power * power);
    CHECK((*power).code == op::mul);
}

TEST_CASE("cores of activations are within 2 ULP, and the same on all targets") {
    const std::vector<float> x = arguments();
    for (const activation which : all) {
        std::vector<float> first;
        for (const target& machine : targets()) {
            if (!machine.runs_here) continue;
            INFO(name_of(which) << " on " << machine.name);
            const std::vector<float> y = compile_array_function<float>(which, machine)(x);
            real worst = 0;
            for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, error_at(which, x[i], y[i]));
            CHECK(worst <= 2);
            if (first.empty()) first = y;
            bool same = true;
            for (std::size_t i = 0; i < x.size(); ++i) same = same && (y[i] == first[i] || std::isnan(x[i]));
            CHECK(same);
        }
    }
}

TEST_CASE("cores of activations assemble for every target without external symbols") {
    for (const target& machine : targets()) {
        if (machine.kind == target_kind::nvptx) continue;  // text, not objects: tests/ptx
        for (const activation which : all)
            for (const bool wide : {false, true}) {
                INFO(name_of(which) << (wide ? " of double for " : " of float for ") << machine.name);
                llvm::LLVMContext context;
                const auto module = make_array_module(context, which, wide, machine);
                optimise(*module, machine);
                CHECK_FALSE(object_code(*module, machine).empty());
            }
    }
}
