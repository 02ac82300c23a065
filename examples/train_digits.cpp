// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The main example: a two-layer classifier of handwritten digits, trained in pure C++. Activation and
// softmax cross-entropy, forward and backward, are Gradus kernels; matrix products are OpenBLAS.
//
//     hidden = x W1 + b1      h = silu(hidden)      logits = h W2 + b2      loss = mean(cross_entropy(logits, target))
//
// Usage: train_digits [digits.csv [seed]]
#include <chrono>
#include <cmath>
#include <cstdlib>

#include <unistd.h>

#include "digits.hpp"
using namespace gradus;
using namespace digits;

namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

constexpr int batch_size = 32, epochs = 40;

/// One step of training; gives the loss.
float train(classifier<>& model, decltype(jit<loss, dlogits>())& loss_step, const samples& batch, float learning_rate) {
    const auto scores = model.forward(batch);
    std::vector<float> dscores(static_cast<std::size_t>(scores.size()));
    float value = 0;
    model.kernels().time([&] {
        loss_step(logits = scores, target = batch.t, outputs(value, view(dscores, {batch.count(), classes})));
    });
    model.backward(batch, dscores, learning_rate);
    return value;
}

double accuracy_on(const samples& test, classifier<>& model) {
    const std::vector<int> predicted = model.predict(test);
    int right = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == test.t[i] ? 1 : 0;
    return static_cast<double>(right) / test.count();
}

/// One line that is written over on a terminal; elsewhere a line every eight epochs.
void show_progress(int epoch, double mean_loss, double test_accuracy) {
    static const bool on_terminal = isatty(STDOUT_FILENO) != 0;
    const bool kept = (epoch + 1) % 8 == 0;
    if (!on_terminal && !kept) return;
    const auto filled = static_cast<std::size_t>((epoch + 1) * 30 / epochs);
    fmt::print("{}epoch {:2}/{} [{:<30}] loss {:.4f}  test accuracy {:5.2f} %{}", on_terminal ? "\r" : "", epoch + 1,
               epochs, std::string(filled, '='), mean_loss, 100 * test_accuracy, kept ? "\n" : "");
    std::fflush(stdout);
}

std::string first_lines(const std::string& text, int count) {
    std::istringstream stream(text);
    std::string head, line;
    for (int i = 0; i < count && std::getline(stream, line); ++i) head += "    " + line + "\n";
    return head;
}

}  // namespace

int main(int argc, char** argv) {
    std::mt19937 random(argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1U);
    const samples all = read_digits(argc > 1 ? argv[1] : GRADUS_EXAMPLE_DATA "/digits.csv");
    auto [train_rows, test_rows] = random_split(all.count(), random);
    const samples test = taken(all, test_rows);

    classifier<> model(random);
    auto loss_step = jit<loss, dlogits>();
    const explanation about_loss = loss_step.explain();
    fmt::print("{} digits for training, {} for testing\n\n", train_rows.size(), test.count());
    fmt::print("The loss and its gradient, derived at compile time:\n{}{}\n", first_lines(about_loss.formula(), 4),
               first_lines(about_loss.gradients(), 8));

    const auto start = std::chrono::steady_clock::now();
    double accuracy = 0, mean_loss = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        std::shuffle(train_rows.begin(), train_rows.end(), random);
        const float learning_rate = 0.05F * 0.5F * (1 + std::cos(3.14159265F * static_cast<float>(epoch) / epochs));
        double total = 0;
        int batches = 0;
        for (std::size_t first = 0; first < train_rows.size(); first += batch_size, ++batches) {
            const std::size_t size = std::min<std::size_t>(batch_size, train_rows.size() - first);
            total += train(model, loss_step, taken(all, std::span(train_rows).subspan(first, size)), learning_rate);
        }
        mean_loss = total / batches;
        accuracy = accuracy_on(test, model);
        show_progress(epoch, mean_loss, accuracy);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print(
        "\ntest accuracy {:.2f} %, {:.2f} s in all, {:.2f} s of them in Gradus kernels (compiling them included)\n\n",
        100 * accuracy, seconds, model.kernels().seconds());
    fmt::print("The fused kernel of loss and gradient, its first lines of LLVM IR:\n{}",
               first_lines(about_loss.llvm_ir(), 24));
    return accuracy > 0.96 ? EXIT_SUCCESS : EXIT_FAILURE;
}
