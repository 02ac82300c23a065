// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The main example: a two-layer classifier of handwritten digits, trained in pure C++. Activation and
// softmax cross-entropy, forward and backward, are Gradus kernels; matrix products are OpenBLAS.
//
//     hidden = x W1 + b1      h = silu(hidden)      logits = h W2 + b2      loss = mean(cross_entropy(logits, target))
//
// Usage: train_digits [digits.csv [seed]]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>

#include <unistd.h>

#include <cblas.h>
#include <fmt/format.h>
#include <gradus/gradus.hpp>
using namespace gradus;

namespace {

// ---- the formulas

constexpr auto hidden = tensor<"hidden[batch, unit]">;
constexpr auto dh = tensor<"dh[batch, unit]">;
constexpr auto h = silu(hidden);
constexpr auto dhidden = vjp(h, hidden, dh);

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

constexpr auto rows = tensor<"rows[batch, column]">;
constexpr auto column_sum = sum(rows, over<"batch">);

// stochastic gradient descent with momentum, a kernel like any other
constexpr auto parameter = tensor<"parameter">;
constexpr auto gradient = tensor<"gradient">;
constexpr auto velocity = tensor<"velocity">;
constexpr auto rate = scalar<"rate">;
constexpr auto new_velocity = 0.9 * velocity + gradient;
constexpr auto new_parameter = parameter - rate * new_velocity;

// ---- the data

constexpr int pixels = 64, classes = 10, units = 128, batch_size = 32, epochs = 40;

struct samples {
    std::vector<float> x;
    std::vector<int> t;
    int count() const { return static_cast<int>(t.size()); }
};

samples read_digits(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(fmt::format("cannot open {}", path));
    samples all;
    for (std::string line; std::getline(file, line);) {
        std::istringstream row(line);
        int value = 0;
        char comma = 0;
        for (int i = 0; i < pixels && row >> value >> comma; ++i) all.x.push_back(static_cast<float>(value) / 16.0F);
        row >> value;
        all.t.push_back(value);
    }
    return all;
}

samples taken(const samples& from, std::span<const int> rows_wanted) {
    samples part;
    for (const int row : rows_wanted) {
        const auto first = from.x.begin() + std::ptrdiff_t{row} * pixels;
        part.x.insert(part.x.end(), first, first + pixels);
        part.t.push_back(from.t[static_cast<std::size_t>(row)]);
    }
    return part;
}

// ---- the model

class stopwatch {
public:
    template <class Work>
    void time(const Work& work) {
        const auto start = std::chrono::steady_clock::now();
        work();
        seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    double seconds() const { return seconds_; }

private:
    double seconds_ = 0;
};

struct weights {
    std::vector<float> w, b, w_velocity, b_velocity, dw, db;
    int in, out;

    weights(int inputs, int outputs, std::mt19937& random)
        : w(static_cast<std::size_t>(inputs * outputs)),
          b(static_cast<std::size_t>(outputs)),
          w_velocity(w.size()),
          b_velocity(b.size()),
          dw(w.size()),
          db(b.size()),
          in(inputs),
          out(outputs) {
        std::normal_distribution<float> normal(0, std::sqrt(2.0F / static_cast<float>(inputs)));
        for (float& value : w) value = normal(random);
    }
};

class classifier {
public:
    explicit classifier(std::mt19937& random) : first_(pixels, units, random), second_(units, classes, random) {}

    float train(const samples& batch, float learning_rate) {
        const int n = batch.count();
        forward(batch, n);
        float value = 0;
        dlogits_.resize(logits_.size());
        kernels_.time([&] {
            loss_step_(logits = view(logits_, {n, classes}), target = batch.t,
                       outputs(value, view(dlogits_, {n, classes})));
        });
        std::vector<float> dh_data(h_.size()), dhidden_data(h_.size());
        backward(second_, h_, dlogits_, dh_data, n);
        kernels_.time([&] {
            backward_activation_(hidden = view(hidden_, {n, units}), dh = view(dh_data, {n, units}),
                                 outputs(view(dhidden_data, {n, units})));
        });
        backward(first_, batch.x, dhidden_data, {}, n);
        update(first_, learning_rate);
        update(second_, learning_rate);
        return value;
    }

    double accuracy(const samples& test) {
        const int n = test.count();
        forward(test, n);
        int right = 0;
        for (int i = 0; i < n; ++i) {
            const auto row = logits_.begin() + std::ptrdiff_t{i} * classes;
            right += std::max_element(row, row + classes) - row == test.t[static_cast<std::size_t>(i)] ? 1 : 0;
        }
        return static_cast<double>(right) / n;
    }

    double kernel_seconds() const { return kernels_.seconds(); }
    const auto& loss_step() const { return loss_step_; }

private:
    /// y = x W + b
    void linear(const weights& layer, std::span<const float> x, std::vector<float>& y, int n) {
        y.resize(static_cast<std::size_t>(n * layer.out));
        for (int i = 0; i < n; ++i)
            std::copy(layer.b.begin(), layer.b.end(), y.begin() + std::ptrdiff_t{i} * layer.out);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, layer.out, layer.in, 1, x.data(), layer.in,
                    layer.w.data(), layer.out, 1, y.data(), layer.out);
    }
    /// dW = xᵀ dy, db = Σ dy, dx = dy Wᵀ
    void backward(weights& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dx, int n) {
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, layer.in, layer.out, n, 1, x.data(), layer.in, dy.data(),
                    layer.out, 0, layer.dw.data(), layer.out);
        kernels_.time([&] { bias_step_(rows = view(dy.data(), {n, layer.out}), outputs(layer.db)); });
        if (!dx.empty())
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer.in, layer.out, 1, dy.data(), layer.out,
                        layer.w.data(), layer.out, 0, dx.data(), layer.in);
    }
    void forward(const samples& batch, int n) {
        linear(first_, batch.x, hidden_, n);
        h_.resize(hidden_.size());
        kernels_.time([&] { activation_(hidden = view(hidden_, {n, units}), outputs(view(h_, {n, units}))); });
        linear(second_, h_, logits_, n);
    }
    void update(weights& layer, float learning_rate) {
        const auto step = [&](std::vector<float>& p, std::vector<float>& v, const std::vector<float>& g) {
            kernels_.time(
                [&] { descend_(parameter = p, velocity = v, gradient = g, rate = learning_rate, outputs(v, p)); });
        };
        step(layer.w, layer.w_velocity, layer.dw);
        step(layer.b, layer.b_velocity, layer.db);
    }

    decltype(jit<h>()) activation_ = jit<h>();
    decltype(jit<dhidden>()) backward_activation_ = jit<dhidden>();
    decltype(jit<loss, dlogits>()) loss_step_ = jit<loss, dlogits>();
    decltype(jit<column_sum>()) bias_step_ = jit<column_sum>();
    decltype(jit<new_velocity, new_parameter>()) descend_ = jit<new_velocity, new_parameter>();

    weights first_, second_;
    std::vector<float> hidden_, h_, logits_, dlogits_;
    stopwatch kernels_;
};

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
    std::vector<int> order(static_cast<std::size_t>(all.count()));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    const std::size_t train_count = order.size() * 4 / 5;
    const samples test = taken(all, std::span(order).subspan(train_count));
    std::span<int> train_rows = std::span(order).first(train_count);

    classifier model(random);
    const explanation about_loss = model.loss_step().explain();
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
            total += model.train(taken(all, train_rows.subspan(first, size)), learning_rate);
        }
        mean_loss = total / batches;
        accuracy = model.accuracy(test);
        show_progress(epoch, mean_loss, accuracy);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print(
        "\ntest accuracy {:.2f} %, {:.2f} s in all, {:.2f} s of them in Gradus kernels (compiling them included)\n\n",
        100 * accuracy, seconds, model.kernel_seconds());
    fmt::print("The fused kernel of loss and gradient, its first lines of LLVM IR:\n{}",
               first_lines(about_loss.llvm_ir(), 24));
    return accuracy > 0.96 ? EXIT_SUCCESS : EXIT_FAILURE;
}
