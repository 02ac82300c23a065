// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function under proof: its kernels, its mathematics and its plain float32 form, behind one interface on blocks
// of inputs. A row of the tables (primitives.cpp, smooth.cpp, pieces.cpp) makes one.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gradus/gradus.hpp>

#include "exact.hpp"

namespace gradus::exhaustive {

/// A function's value and its derivative.
template <class N>
struct both {
    N value, slope;
};
template <class N>
both(N, N) -> both<N>;

/// The limits at an end of the line. A limit of 0 may have either sign.
struct limits {
    double value, slope;
};

/// What a row states besides its formulas.
struct traits {
    std::string name;
    limits below{}, above{};  ///< at -infinity and infinity
    double value_bound = 2;   ///< in ULP
    double slope_bound = 2;
    double float64_bound = std::numeric_limits<double>::infinity();  ///< of the value in float64; infinite: only measured
    std::vector<float> kinks{};     ///< inputs whose neighbours are interesting
    const char* libmvec = nullptr;  ///< the C library's scalar name, if libmvec may have its vector form
    double slope_at_nan = std::numeric_limits<double>::quiet_NaN();  ///< another number for straight pieces, whose
                                                                     ///< comparisons NaN fails
};

using kernel_call = std::function<void(std::span<const float> x, std::span<float> result)>;
using float64_call = std::function<void(std::span<const double> x, std::span<double> result)>;
using plain_call = void (*)(std::span<const float> x, float* result);

struct subject {
    traits about;
    kernel_call value, slope;                                                 ///< the library's float32 kernels
    void (*fast)(std::span<const float> x, both<bounded>* result) = nullptr;  ///< of finite x
    both<exact> (*slow)(const exact& x) = nullptr;
    float64_call value64;                                    ///< the value's float64 kernel
    both<long_bounded> (*longer)(double x) = nullptr;        ///< its fast oracle, of finite x
    plain_call plain_value = nullptr, plain_slope = nullptr;  ///< as textbooks write it, in float32
};

namespace detail {
inline constexpr auto variable = tensor<"x[i]">;
inline constexpr auto variable64 = tensor<"x[i]", double>;

template <expression E>
kernel_call kernel_of(const E& e) {
    return [f = jit(e)](std::span<const float> in, std::span<float> to) { f(variable = in, outputs(to)); };
}
template <expression E>
float64_call float64_kernel_of(const E& e) {
    return [f = jit(e)](std::span<const double> in, std::span<double> to) { f(variable64 = in, outputs(to)); };
}
template <class Mathematics>
void evaluate_fast(std::span<const float> x, both<bounded>* result) {
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = Mathematics{}(bounded(static_cast<double>(x[i])));
}
template <class Mathematics>
both<long_bounded> evaluate_longer(double x) {
    return Mathematics{}(long_bounded(x));
}
template <class Mathematics>
both<exact> evaluate_slowly(const exact& x) {
    return Mathematics{}(x);
}
template <class Plain>
void evaluate_plain(std::span<const float> x, float* result) {
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = Plain{}(x[i]);
}
}  // namespace detail

/// `make`: the library's expression of an expression; `mathematics`: both of an oracle's number, of the
/// formula and of its derivative worked out by hand, in forms that do not cancel; `plain_value`, `plain_slope`: of a
/// float. The last three are without state.
template <class Make, class Mathematics, class Value, class Slope>
subject make_subject(traits about, Make make, Mathematics, Value, Slope) {
    const auto f = make(detail::variable);
    return {std::move(about),
            detail::kernel_of(f),
            detail::kernel_of(grad(sum(f), detail::variable)),
            detail::evaluate_fast<Mathematics>,
            detail::evaluate_slowly<Mathematics>,
            detail::float64_kernel_of(make(detail::variable64)),
            detail::evaluate_longer<Mathematics>,
            detail::evaluate_plain<Value>,
            detail::evaluate_plain<Slope>};
}

/// To the nearest double; a value below all doubles keeps its sign and an error bound, so that it is no exact 0.
inline bounded rounded(const exact& value) {
    return bounded::with(value.convert_to<double>(), value == 0 ? 0 : bounded::tiny, 1);
}

/// The tables.
std::vector<subject> primitives();
std::vector<subject> smooth_activations();
std::vector<subject> straight_activations();
/// All of them.
std::vector<subject> subjects();

}  // namespace gradus::exhaustive
