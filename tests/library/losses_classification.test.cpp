// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Classification losses through the JIT against their definitions, written out below in plain float64
// loops: every combination of options and reductions, values and gradients.
#include <numeric>

#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr std::size_t batches = 5, classes = 7, places = 3;
constexpr int ignored_label = -100;

struct options_used {
    bool weight = false, ignore = false;
    double smoothing = 0;
};

/// Cross-entropy of logits[batch, class, place]: per row its loss and weight, and the gradient of
/// Σ upstream · loss.
struct reference {
    std::vector<double> loss, weight, gradient;

    template <class T>
    reference(const std::vector<T>& x, const std::vector<int>& label, const std::vector<T>& w,
              const std::vector<T>& upstream, const options_used& use, bool is_log)
        : gradient(x.size(), 0) {
        for (std::size_t row = 0; row < batches * places; ++row) {
            const auto at = [&](std::size_t c) { return (row / places * classes + c) * places + row % places; };
            const auto weight_of = [&](std::size_t c) { return use.weight ? static_cast<double>(w[c]) : 1.0; };
            if (use.ignore && label[row] == ignored_label) {
                loss.push_back(0);
                weight.push_back(0);
                continue;
            }
            double largest = static_cast<double>(x[at(0)]);
            for (std::size_t c = 0; c < classes; ++c) largest = std::max(largest, static_cast<double>(x[at(c)]));
            double total = 0;
            for (std::size_t c = 0; c < classes; ++c) total += std::exp(static_cast<double>(x[at(c)]) - largest);
            const double lse = is_log ? 0 : largest + std::log(total);
            const auto t = static_cast<std::size_t>(label[row]);
            const double n = static_cast<double>(classes), e = use.smoothing, g = static_cast<double>(upstream[row]);
            double value = (1 - e) * weight_of(t) * (lse - static_cast<double>(x[at(t)]));
            double mass = (1 - e) * weight_of(t);
            for (std::size_t c = 0; c < classes; ++c) {
                value += e / n * weight_of(c) * (lse - static_cast<double>(x[at(c)]));
                mass += e / n * weight_of(c);
            }
            for (std::size_t c = 0; c < classes; ++c) {
                const double p = is_log ? 0 : std::exp(static_cast<double>(x[at(c)]) - lse);
                gradient[at(c)] = g * (mass * p - e / n * weight_of(c) - (c == t ? (1 - e) * weight_of(t) : 0));
            }
            loss.push_back(value);
            weight.push_back(weight_of(t));
        }
    }
    double sum() const { return std::accumulate(loss.begin(), loss.end(), 0.0); }
    double total_weight() const { return std::accumulate(weight.begin(), weight.end(), 0.0); }
};

template <class T>
struct problem {
    std::vector<T> x = numbers<T>(batches * classes * places, -4, 4), w = numbers<T>(classes, 0.25, 2, 2),
                   g = numbers<T>(batches * places, -2, 2, 3);
    std::vector<int> label;

    explicit problem(bool ignore) {
        for (std::size_t row = 0; row < batches * places; ++row)
            label.push_back(ignore && row % 4 == 1 ? ignored_label : static_cast<int>(row * 5 % classes));
        // What an ignored row holds must not matter.
        if (ignore)
            for (std::size_t c = 0; c < classes; ++c) x[c * places + 1] = std::numeric_limits<T>::quiet_NaN();
    }
};

template <class T>
constexpr tolerance bound{8, std::is_same_v<T, float> ? 2e-6 : 2e-15};

template <class T, class Array>
std::string differs(const Array& got, const std::vector<double>& expected, double factor = 1) {
    vec<double> scaled;
    for (const double v : expected) scaled.push_back(factor * v);
    return difference(got.data(), got.size(), scaled, bound<T>);
}
template <class T>
std::string differs(T got, double expected) {
    vec<double> one;
    one.push_back(expected);
    return difference(&got, 1, one, {8, bound<T>.scale * 20});
}

/// Every reduction of a loss and every gradient against the definition.
template <class T, class Loss, class Call>
void check_loss(const Loss& loss, const problem<T>& given, const options_used& use, bool is_log, const Call& call) {
    constexpr auto x = tensor<"x[batch, class, place]", T>;
    constexpr auto g = tensor<"g[batch, place]", T>;
    INFO("weight " << use.weight << ", ignore " << use.ignore << ", smoothing " << use.smoothing);
    const reference expected(given.x, given.label, given.w, given.g, use, is_log);
    const reference ones(given.x, given.label, given.w, std::vector<T>(given.g.size(), 1), use, is_log);
    const double weight = expected.total_weight();
    CHECK(differs<T>(call(jit(loss)), expected.loss) == "");
    CHECK(differs<T>(call(jit(sum(loss))), expected.sum()) == "");
    CHECK(differs<T>(call(jit(mean(loss))), expected.sum() / weight) == "");
    CHECK(differs<T>(call(jit(batchmean(loss, over<"batch">))), expected.sum() / batches) == "");
    const auto parts = sum_and_weight(loss);
    const auto [total, total_weight] = call(jit(parts.sum, parts.weight));
    CHECK(differs<T>(total, expected.sum()) == "");
    CHECK(differs<T>(total_weight, weight) == "");
    CHECK(differs<T>(call(jit(grad(sum(loss), x))), ones.gradient) == "");
    CHECK(differs<T>(call(jit(grad(mean(loss), x))), ones.gradient, 1 / weight) == "");
    const auto with_upstream = [&](const auto&... pair) {
        return jit(vjp(loss, x, g))(pair..., g = view(given.g, {batches, places}));
    };
    CHECK(differs<T>(call(with_upstream), expected.gradient) == "");
}

template <class T, class Make>
void check_options(const Make& make, bool is_log, double smoothing) {
    constexpr auto x = tensor<"x[batch, class, place]", T>;
    constexpr auto t = labels<"t[batch, place]">;
    constexpr auto w = tensor<"w[class]", T>;
    for (const bool ignore : {false, true}) {
        const problem<T> given(ignore);
        const auto plain_call = [&](const auto& f) {
            return f(x = view(given.x, {batches, classes, places}), t = view(given.label, {batches, places}));
        };
        const auto weighted_call = [&](const auto& f) {
            return f(x = view(given.x, {batches, classes, places}), t = view(given.label, {batches, places}),
                     w = given.w);
        };
        if (ignore) {
            const auto skip = with::ignore_index(ignored_label);
            check_loss<T>(make(x, t, skip), given, {false, true, smoothing}, is_log, plain_call);
            check_loss<T>(make(x, t, skip, with::weight(w)), given, {true, true, smoothing}, is_log, weighted_call);
        } else {
            check_loss<T>(make(x, t), given, {false, false, smoothing}, is_log, plain_call);
            check_loss<T>(make(x, t, with::weight(w)), given, {true, false, smoothing}, is_log, weighted_call);
        }
    }
}

}  // namespace

TEMPLATE_TEST_CASE("cross-entropy of labels has its defined value, weight and gradient with every option", "", float,
                   double) {
    const auto plainly = [](const auto& x, const auto& t, const auto&... option) {
        return cross_entropy(x, t, over<"class">, option...);
    };
    const auto smoothly = [](const auto& x, const auto& t, const auto&... option) {
        return cross_entropy(x, t, over<"class">, with::label_smoothing(0.125), option...);
    };
    check_options<TestType>(plainly, false, 0);
    check_options<TestType>(smoothly, false, 0.125);
}

TEMPLATE_TEST_CASE("nll has its defined value, weight and gradient with every option", "", float, double) {
    const auto make = [](const auto& x, const auto& t, const auto&... option) {
        return nll(x, t, over<"class">, option...);
    };
    check_options<TestType>(make, true, 0);
}
