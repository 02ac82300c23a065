// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every loss against its definition, written out in plain float64: values, and gradients as difference
// quotients of the definition for each tensor that the loss uses.
#include <functional>
#include <numbers>

#include "support/catch.hpp"
#include "support/loss_data.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

using data = operand_values<double>;
using results = std::vector<double>;
using std::abs, std::exp, std::log, std::max, std::pow, std::sqrt;

double row_weight(const data& d, std::size_t c) { return d.w[c]; }
double logistic(double x) { return 1 / (1 + exp(-x)); }
double log_one_plus_exp(double x) { return x > 0 ? x + log(1 + exp(-x)) : log(1 + exp(x)); }
double bce_of(double x, double t) { return -(t * log(logistic(x)) + (1 - t) * log(1 - logistic(x))); }

/// One value for each element: of(i, row, class).
template <class F>
results elements(const F& of) {
    results all;
    for (std::size_t row = 0; row < batches; ++row)
        for (std::size_t c = 0; c < classes; ++c) all.push_back(of(row * classes + c, row, c));
    return all;
}
/// One value for each row: the sum of of(i, row, class).
template <class F>
results row_sums(const F& of) {
    results all;
    for (std::size_t row = 0; row < batches; ++row) {
        double total = 0;
        for (std::size_t c = 0; c < classes; ++c) total += of(row * classes + c, row, c);
        all.push_back(total);
    }
    return all;
}
double log_softmax_of(const data& d, std::size_t i, std::size_t row) {
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c) total += exp(d.x[row * classes + c]);
    return d.x[i] - log(total);
}
/// One value for each row: of(element of the label, row, label).
template <class F>
results at_labels(const data& d, const F& of) {
    results all;
    for (std::size_t row = 0; row < batches; ++row) {
        const auto t = static_cast<std::size_t>(d.label[row]);
        all.push_back(of(row * classes + t, row, t));
    }
    return all;
}
results multi_margin_of(const data& d, double margin, double p, bool weighted) {
    return row_sums([&](std::size_t i, std::size_t row, std::size_t c) {
        const auto t = static_cast<std::size_t>(d.label[row]);
        const double z = margin - d.x[row * classes + t] + d.x[i];
        return c == t || z <= 0 ? 0 : (weighted ? row_weight(d, t) : 1) * pow(z, p) / classes;
    });
}
results multilabel_margin_of(const data& d) {
    results all;
    for (std::size_t row = 0; row < batches; ++row) {
        std::vector<std::size_t> listed;
        for (std::size_t s = 0; s < slots && d.list[row * slots + s] >= 0; ++s)
            listed.push_back(static_cast<std::size_t>(d.list[row * slots + s]));
        double total = 0;
        for (const std::size_t t : listed)
            for (std::size_t c = 0; c < classes; ++c)
                if (std::find(listed.begin(), listed.end(), c) == listed.end())
                    total += max(0.0, 1 - (d.x[row * classes + t] - d.x[row * classes + c]));
        all.push_back(total / classes);
    }
    return all;
}
results cosine_of(const data& d, double margin) {
    results all;
    for (std::size_t row = 0; row < batches; ++row) {
        double product = 0, first = 0, second = 0;
        for (std::size_t i = row * classes; i < (row + 1) * classes; ++i) {
            product += d.x[i] * d.x2[i];
            first += d.x[i] * d.x[i];
            second += d.x2[i] * d.x2[i];
        }
        const double cosine = product / sqrt(first * second);
        all.push_back(d.side[row] > 0 ? 1 - cosine : max(0.0, cosine - margin));
    }
    return all;
}
results triplet_of(const data& d, double margin, double p, double eps, bool swap) {
    results all;
    for (std::size_t row = 0; row < batches; ++row) {
        const auto distance = [&](const results& u, const results& v) {
            double total = 0;
            for (std::size_t i = row * classes; i < (row + 1) * classes; ++i) total += pow(abs(u[i] - v[i] + eps), p);
            return pow(total, 1 / p);
        };
        const double far = distance(d.x, d.x3);
        all.push_back(max(0.0, distance(d.x, d.x2) - (swap ? std::min(far, distance(d.x2, d.x3)) : far) + margin));
    }
    return all;
}
results gaussian_of(const data& d, double eps, bool full) {
    return elements([&](std::size_t i, std::size_t row, std::size_t) {
        const double v = max(d.var[row], eps);
        return 0.5 * (log(v) + (d.x[i] - d.t[i]) * (d.x[i] - d.t[i]) / v) +
               (full ? 0.5 * log(2 * std::numbers::pi) : 0);
    });
}
double stirling(double t) { return t > 1 ? t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t) : 0; }
results focal_of(const data& d, double gamma, bool weighted, int ignored) {
    return at_labels(d, [&](std::size_t i, std::size_t row, std::size_t t) {
        const double log_p = log_softmax_of(d, i, row);
        if (static_cast<int>(t) == ignored) return 0.0;
        return -(weighted ? row_weight(d, t) : 1) * pow(1 - exp(log_p), gamma) * log_p;
    });
}
double sigmoid_focal_of(double x, double t, double gamma, double of_positive, double of_negative) {
    const double p = logistic(x), right = t * p + (1 - t) * (1 - p);
    return (of_positive * t + of_negative * (1 - t)) * pow(1 - right, gamma) * bce_of(x, t);
}

/// The values, and for each tensor that the loss uses the gradient of Σ upstream · loss.
template <class Loss>
void check(const char* name, const Loss& loss, const std::function<results(const data&)>& definition) {
    INFO(name);
    const data given;
    const auto objective = [&](const data& d) {
        const results values = definition(d);
        const std::size_t each = values.size() / batches;
        double total = 0;
        for (std::size_t i = 0; i < values.size(); ++i) total += d.g[i / each] * values[i];
        return total;
    };
    const auto call = [&](const auto& e) {
        return with_arguments(e, given, false, [&](const auto&... pair) { return jit(e)(pair...); });
    };
    const auto values = call(loss);
    const results expected = definition(given);
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        REQUIRE(values.data()[i] == Approx(expected[i]).epsilon(1e-11).margin(1e-12));
    using v = loss_operands<double>;
    const auto slopes = [&](const auto& variable, results data::*member) {
        if constexpr (uses<Loss>(std::remove_cvref_t<decltype(variable)>::name.view())) {
            INFO("gradient of " << std::string(variable.name.view()));
            const auto gradient = call(vjp(loss, variable, upstream<double>));
            for (std::size_t i = 0; i < gradient.size(); ++i) {
                constexpr double step = 1e-5;
                data above = given, below = given;
                (above.*member)[i] += step;
                (below.*member)[i] -= step;
                const double slope = (objective(above) - objective(below)) / (2 * step);
                REQUIRE(gradient.data()[i] == Approx(slope).epsilon(1e-6).margin(1e-7));
            }
        }
    };
    slopes(v::x, &data::x), slopes(v::x2, &data::x2), slopes(v::x3, &data::x3), slopes(v::t, &data::t);
    slopes(v::p, &data::p), slopes(v::q, &data::q), slopes(v::var, &data::var), slopes(class_weight<double>, &data::w);
}

using v = loss_operands<double>;
constexpr auto w = with::weight(class_weight<double>);
using size = std::size_t;

}  // namespace

TEST_CASE("distances have their defined values and gradients") {
    const auto of_difference = [](auto f) {
        return [=](const data& d) { return elements([&](size i, size, size) { return f(d.x[i] - d.t[i]); }); };
    };
    check("mse", mse(v::x, v::t), of_difference([](double d) { return d * d; }));
    check("l1", l1(v::x, v::t), of_difference([](double d) { return abs(d); }));
    check("smooth_l1", smooth_l1(v::x, v::t),
          of_difference([](double d) { return abs(d) < 1 ? 0.5 * d * d : abs(d) - 0.5; }));
    check("smooth_l1 of 2.5", smooth_l1(v::x, v::t, 2.5),
          of_difference([](double d) { return abs(d) < 2.5 ? 0.2 * d * d : abs(d) - 1.25; }));
    check("huber", huber(v::x, v::t), of_difference([](double d) { return abs(d) <= 1 ? 0.5 * d * d : abs(d) - 0.5; }));
    check("huber of a tensor", huber(v::x, v::t, v::var), [](const data& d) {
        return elements([&](size i, size row, size) {
            const double z = abs(d.x[i] - d.t[i]), delta = d.var[row];
            return z <= delta ? 0.5 * z * z : delta * (z - 0.5 * delta);
        });
    });
}

TEST_CASE("likelihoods of counts and measurements have their defined values and gradients") {
    check("poisson_nll", poisson_nll(v::x, v::t),
          [](const data& d) { return elements([&](size i, size, size) { return exp(d.x[i]) - d.t[i] * d.x[i]; }); });
    check("poisson_nll, full", poisson_nll(v::x, v::t, with::full), [](const data& d) {
        return elements([&](size i, size, size) { return exp(d.x[i]) - d.t[i] * d.x[i] + stirling(d.t[i]); });
    });
    check("poisson_nll of the rate", poisson_nll(v::p, v::t, with::rate, with::full, with::eps(0.25)),
          [](const data& d) {
              return elements(
                  [&](size i, size, size) { return d.p[i] - d.t[i] * log(d.p[i] + 0.25) + stirling(d.t[i]); });
          });
    check("gaussian_nll", gaussian_nll(v::x, v::t, v::var), [](const data& d) { return gaussian_of(d, 1e-6, false); });
    check("gaussian_nll, full", gaussian_nll(v::x, v::t, v::var, with::full, with::eps(0.125)),
          [](const data& d) { return gaussian_of(d, 0.125, true); });
}

TEST_CASE("losses of labels have their defined values and gradients") {
    check("nll", nll(v::x, v::label, v::classes),
          [](const data& d) { return at_labels(d, [&](size i, size, size) { return -d.x[i]; }); });
    check("nll, weighted", nll(v::x, v::label, v::classes, w, with::ignore_index(2)), [](const data& d) {
        return at_labels(d, [&](size i, size, size t) { return t == 2 ? 0 : -d.w[t] * d.x[i]; });
    });
    check("cross_entropy", cross_entropy(v::x, v::label, v::classes), [](const data& d) {
        return at_labels(d, [&](size i, size row, size) { return -log_softmax_of(d, i, row); });
    });
    check("focal", focal(v::x, v::label, v::classes), [](const data& d) { return focal_of(d, 2, false, -1); });
    check("focal of 1/2, weighted", focal(v::x, v::label, v::classes, 0.5, w, with::ignore_index(2)),
          [](const data& d) { return focal_of(d, 0.5, true, 2); });
    check("multi_margin", multi_margin(v::x, v::label, v::classes),
          [](const data& d) { return multi_margin_of(d, 1, 1, false); });
    check("multi_margin, squared", multi_margin(v::x, v::label, v::classes, with::power(2), w, with::margin(0.5)),
          [](const data& d) { return multi_margin_of(d, 0.5, 2, true); });
    check("multilabel_margin", multilabel_margin(v::x, v::list, v::classes, over<"slot">), multilabel_margin_of);
}

TEST_CASE("losses of probabilities have their defined values and gradients") {
    check("cross_entropy, smoothed and weighted", cross_entropy(v::x, v::p, v::classes, w, with::label_smoothing(0.2)),
          [](const data& d) {
              return row_sums([&](size i, size row, size c) {
                  return -d.w[c] * (0.8 * d.p[i] + 0.2 / classes) * log_softmax_of(d, i, row);
              });
          });
    check("bce", bce(v::p, v::q), [](const data& d) {
        return elements([&](size i, size, size) { return -d.q[i] * log(d.p[i]) - (1 - d.q[i]) * log(1 - d.p[i]); });
    });
    check("bce, weighted", bce(v::p, v::q, w), [](const data& d) {
        return elements(
            [&](size i, size, size c) { return -d.w[c] * (d.q[i] * log(d.p[i]) + (1 - d.q[i]) * log(1 - d.p[i])); });
    });
    check("bce_with_logits", bce_with_logits(v::x, v::p),
          [](const data& d) { return elements([&](size i, size, size) { return bce_of(d.x[i], d.p[i]); }); });
    check("bce_with_logits, weighted",
          bce_with_logits(v::x, v::p, with::pos_weight(class_weight<double>), with::weight(v::var)), [](const data& d) {
              return elements([&](size i, size row, size c) {
                  return d.var[row] *
                         (d.w[c] * d.p[i] * log_one_plus_exp(-d.x[i]) + (1 - d.p[i]) * log_one_plus_exp(d.x[i]));
              });
          });
    check("sigmoid_focal", sigmoid_focal(v::x, v::p), [](const data& d) {
        return elements([&](size i, size, size) { return sigmoid_focal_of(d.x[i], d.p[i], 2, 1, 1); });
    });
    check("sigmoid_focal with alpha", sigmoid_focal(v::x, v::p, 1.5, with::alpha(0.25)), [](const data& d) {
        return elements([&](size i, size, size) { return sigmoid_focal_of(d.x[i], d.p[i], 1.5, 0.25, 0.75); });
    });
    check("multilabel_soft_margin", multilabel_soft_margin(v::x, v::p, v::classes),
          [](const data& d) { return row_sums([&](size i, size, size) { return bce_of(d.x[i], d.p[i]) / classes; }); });
    check("multilabel_soft_margin, weighted", multilabel_soft_margin(v::x, v::p, v::classes, w), [](const data& d) {
        return row_sums([&](size i, size, size c) { return d.w[c] * bce_of(d.x[i], d.p[i]) / classes; });
    });
}

TEST_CASE("entropies and divergences have their defined values and gradients") {
    check("kl_div", kl_div(v::x, v::p),
          [](const data& d) { return elements([&](size i, size, size) { return d.p[i] * (log(d.p[i]) - d.x[i]); }); });
    check("kl_div of logarithms", kl_div(v::x, v::x2, with::log_target), [](const data& d) {
        return elements([&](size i, size, size) { return exp(d.x2[i]) * (d.x2[i] - d.x[i]); });
    });
    check("entropy", entropy(v::p, v::classes),
          [](const data& d) { return row_sums([&](size i, size, size) { return -d.p[i] * log(d.p[i]); }); });
    check("cross_entropy_of", cross_entropy_of(v::p, v::q, v::classes),
          [](const data& d) { return row_sums([&](size i, size, size) { return -d.p[i] * log(d.q[i]); }); });
    check("kl_divergence", kl_divergence(v::p, v::q, v::classes),
          [](const data& d) { return row_sums([&](size i, size, size) { return d.p[i] * log(d.p[i] / d.q[i]); }); });
}

TEST_CASE("margins of scores and distances have their defined values and gradients") {
    const auto hinge_embedding_of = [](double margin) {
        return [=](const data& d) {
            return elements([&](size i, size, size) { return d.sign[i] > 0 ? d.x[i] : max(0.0, margin - d.x[i]); });
        };
    };
    const auto margin_ranking_of = [](double margin) {
        return [=](const data& d) {
            return elements([&](size i, size, size) { return max(0.0, margin - d.sign[i] * (d.x[i] - d.x2[i])); });
        };
    };
    check("hinge_embedding", hinge_embedding(v::x, v::sign), hinge_embedding_of(1));
    check("hinge_embedding of 1/2", hinge_embedding(v::x, v::sign, 0.5), hinge_embedding_of(0.5));
    check("soft_margin", soft_margin(v::x, v::sign), [](const data& d) {
        return elements([&](size i, size, size) { return log(1 + exp(-d.sign[i] * d.x[i])); });
    });
    check("margin_ranking", margin_ranking(v::x, v::x2, v::sign), margin_ranking_of(0));
    check("margin_ranking of 1/2", margin_ranking(v::x, v::x2, v::sign, 0.5), margin_ranking_of(0.5));
    check("cosine_embedding", cosine_embedding(v::x, v::x2, v::side, v::classes),
          [](const data& d) { return cosine_of(d, 0); });
    check("cosine_embedding of 1/4", cosine_embedding(v::x, v::x2, v::side, v::classes, 0.25),
          [](const data& d) { return cosine_of(d, 0.25); });
    check("triplet_margin", triplet_margin(v::x, v::x2, v::x3, v::classes),
          [](const data& d) { return triplet_of(d, 1, 2, 1e-6, false); });
    check("triplet_margin with swap",
          triplet_margin(v::x, v::x2, v::x3, v::classes, with::swap, with::margin(0.5), with::power(3)),
          [](const data& d) { return triplet_of(d, 0.5, 3, 1e-6, true); });
    check("triplet_margin of 1", triplet_margin(v::x, v::x2, v::x3, v::classes, with::power(1), with::eps(0)),
          [](const data& d) { return triplet_of(d, 1, 1, 0, false); });
}
