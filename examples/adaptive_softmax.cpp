// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A classifier over 2000 classes whose frequencies fall as 1 / rank, as those of words do, trained with
// adaptive softmax: the 50 most frequent classes have scores of their own, the others lie in two clusters.
#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gradus/layers.hpp>
using namespace gradus;

namespace {

constexpr std::int64_t features = 32, classes = 2000, batch_size = 256;

constexpr auto parameter = tensor<"parameter[element]">;
constexpr auto gradient = tensor<"gradient[element]">;
constexpr auto rate = scalar<"rate">;
constexpr auto descended = parameter - rate * gradient;

/// Rows that point where their class does, and noise.
class source {
public:
    source() : centres_({classes, features}) {
        std::vector<double> frequency;
        for (std::int64_t c = 0; c < classes; ++c) frequency.push_back(1.0 / static_cast<double>(c + 1));
        draw_ = std::discrete_distribution<int>(frequency.begin(), frequency.end());
        for (float& value : centres_) value = normal_(random_);
    }
    void next(array<float, 2>& x, std::vector<int>& target) {
        for (std::int64_t r = 0; r < batch_size; ++r) {
            const int c = target[static_cast<std::size_t>(r)] = draw_(random_);
            for (std::int64_t j = 0; j < features; ++j) x(r, j) = centres_(c, j) + 0.3F * normal_(random_);
        }
    }

private:
    std::mt19937 random_{1};
    std::normal_distribution<float> normal_;
    std::discrete_distribution<int> draw_;
    array<float, 2> centres_;
};

}  // namespace

int main() {
    adaptive_log_softmax_with_loss<float> layer(
        {.in_features = features, .n_classes = classes, .cutoffs = {50, 400}, .div_value = 2, .head_bias = true});
    auto weights = layer.make_weights(1), dweights = layer.make_gradients();
    array<float, 2> x({batch_size, features}), dx({batch_size, features});
    std::vector<int> target(batch_size);
    const auto descend = jit<descended>();
    source data;
    float loss = 0;
    for (int step = 0; step <= 600; ++step) {
        data.next(x, target);
        loss = layer.backward(weights, x, target, {.loss = 1}, outputs(dx, dweights)).loss;
        const auto to = weights.parameters(), from = dweights.parameters();
        for (std::size_t i = 0; i < to.size(); ++i)
            descend(parameter = to[i], gradient = from[i], rate = 0.3F, outputs(to[i]));
        if (step % 100 == 0) fmt::print("step {:3}  loss {:.3f}\n", step, loss);
    }
    data.next(x, target);
    const auto best = layer.predict(weights, x);
    int right = 0;
    for (std::size_t r = 0; r < target.size(); ++r) right += best[r] == target[r] ? 1 : 0;
    fmt::print("{} of {} new rows are classified rightly\n", right, batch_size);
    return right > batch_size / 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
