// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Handwritten digits of which some are rare: of each digit the training keeps fewer than of the one before,
// from all zeros down to three nines (the test keeps all). Three ways to train the same network, by about
// as many minibatches of the same size:
//
//     plain       the data as they are
//     weights     the data as they are; the loss of a sample is weighted with 1 / frequency of its class
//     balanced    minibatches with as many of each digit, then fine-tuned on the data as they are
//
// On so small a task the second and the third are close; plain training all but gives up the rarest digits.
// What counts is the recall of each digit (the part of its test samples that is recognised) and their mean,
// here over five divisions into training and test. The program fails unless the third way beats the first.
//
// Usage: train_imbalanced [digits.csv [first seed]]
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "digits.hpp"
using namespace gradus;
using namespace digits;

namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto weight = tensor<"weight[class]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">, with::weight(weight)));
constexpr auto dlogits = grad(loss, logits);

constexpr int minibatches = 400, fine_minibatches = 40, divisions = 5;
constexpr double rarest = 0.02;  // the part of the last class that is kept; those between lie geometrically
constexpr double margin = 0.03;  // by which the third way must exceed the first; it does by 0.06 on average

using recalls = std::array<double, classes>;

double mean_of(const recalls& recall) { return std::accumulate(recall.begin(), recall.end(), 0.0) / classes; }

// ---- the data: a long tail as in Cui et al., arXiv 1901.05555

using class_counts = std::array<int, classes>;

class_counts count_classes(const samples& data) {
    class_counts counts{};
    for (const int t : data.t) ++counts[static_cast<std::size_t>(t)];
    return counts;
}

samples thinned(const samples& data) {
    const class_counts counts = count_classes(data);
    class_counts seen{};
    std::vector<std::int64_t> kept;
    for (std::int64_t row = 0; row < data.count(); ++row) {
        const auto c = static_cast<std::size_t>(data.t[static_cast<std::size_t>(row)]);
        const double part = std::pow(rarest, static_cast<double>(c) / (classes - 1));
        if (seen[c]++ < static_cast<int>(std::ceil(counts[c] * part))) kept.push_back(row);
    }
    return taken(data, kept);
}

// ---- training

struct phase {
    sampling how;
    int minibatches;
    float rate;
};

struct way {
    std::string name;
    bool weighted;
    std::vector<phase> phases;
};

const std::vector<way> ways{
    {"plain", false, {{sampling::natural, minibatches, 0.03F}}},
    {"weights", true, {{sampling::natural, minibatches, 0.03F}}},
    {"balanced",
     false,
     {{sampling::balanced, minibatches - fine_minibatches, 0.03F}, {sampling::natural, fine_minibatches, 0.002F}}},
};

class trainer {
public:
    trainer(const samples& train, const way& chosen, unsigned seed)
        : train_(train), sampler_(train.t, {.per_class = 3, .seed = seed}), random_(seed), model_(random_) {
        for (const std::int64_t size : sampler_.class_sizes())
            weights_.push_back(chosen.weighted ? 1.0F / static_cast<float>(size) : 1.0F);
        for (const phase& next : chosen.phases) run(next);
    }

    recalls recall(const samples& test) {
        const std::vector<int> predicted = model_.predict(test);
        const class_counts counts = count_classes(test);
        recalls right{};
        for (std::size_t i = 0; i < predicted.size(); ++i)
            if (predicted[i] == test.t[i]) ++right[static_cast<std::size_t>(test.t[i])];
        for (std::size_t c = 0; c < classes; ++c) right[c] /= counts[c];
        return right;
    }

private:
    /// Whole epochs until the phase has had its minibatches; the rate falls along half a cosine.
    void run(const phase& now) {
        for (int done = 0; done < now.minibatches;) {
            sampler_.start_epoch(now.how);
            for (; !sampler_.epoch_ended(); ++done) {
                const float part = std::min(1.0F, static_cast<float>(done) / static_cast<float>(now.minibatches));
                step(taken(train_, sampler_.next()), now.rate * 0.5F * (1 + std::cos(3.14159265F * part)));
            }
        }
    }
    void step(const samples& batch, float learning_rate) {
        const auto scores = model_.forward(batch);
        dscores_.resize(static_cast<std::size_t>(scores.size()));
        float value = 0;
        loss_step_(logits = scores, target = batch.t, weight = weights_,
                   outputs(value, view(dscores_, {batch.count(), classes})));
        model_.backward(batch, dscores_, learning_rate);
    }

    const samples& train_;
    balanced_sampler sampler_;
    std::mt19937 random_;
    classifier<> model_;
    decltype(jit<loss, dlogits>()) loss_step_ = jit<loss, dlogits>();
    std::vector<float> weights_, dscores_;
};

std::string table(const class_counts& kept, std::span<const recalls> recall) {
    std::string text = "digit  for training";
    for (const way& w : ways) text += fmt::format("{:>10}", w.name);
    for (std::size_t c = 0; c < classes; ++c) {
        text += fmt::format("\n{:5}{:14}", c, kept[c]);
        for (const recalls& r : recall) text += fmt::format("{:8.1f} %", 100 * r[c]);
    }
    text += "\nmean recall        ";
    for (const recalls& r : recall) text += fmt::format("{:8.1f} %", 100 * mean_of(r));
    return text + "\n";
}

}  // namespace

int main(int argc, char** argv) {
    const samples all = read_digits(argc > 1 ? argv[1] : GRADUS_EXAMPLE_DATA "/digits.csv");
    const unsigned first_seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1U;
    std::vector<recalls> recall(ways.size(), recalls{});
    class_counts kept{};
    for (unsigned seed = first_seed; seed < first_seed + divisions; ++seed) {
        std::mt19937 random(seed);
        const split rows_of = random_split(all.count(), random);
        const samples train = thinned(taken(all, rows_of.train)), test = taken(all, rows_of.test);
        kept = count_classes(train);
        for (std::size_t w = 0; w < ways.size(); ++w) {
            const recalls of_way = trainer(train, ways[w], seed).recall(test);
            for (std::size_t c = 0; c < classes; ++c) recall[w][c] += of_way[c] / divisions;
        }
    }
    const double gain = mean_of(recall.back()) - mean_of(recall.front());
    fmt::print(
        "Recall of each digit, the mean over {} divisions of the data (numbers for training: the last one's)\n\n{}\n",
        divisions, table(kept, recall));
    fmt::print("Balanced, then fine-tuned, exceeds plain by {:.1f} percentage points (at least {:.1f} expected)\n",
               100 * gain, 100 * margin);
    return gain > margin ? EXIT_SUCCESS : EXIT_FAILURE;
}
