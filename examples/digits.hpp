// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the examples on handwritten digits share: the data, and a classifier of two layers. Its activation,
// sums of biases and descent are Gradus kernels, which run on the host or elsewhere, its matrix products OpenBLAS; the
// loss is the caller's.
//
//     hidden = x W1 + b1      h = silu(hidden)      logits = h W2 + b2
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cblas.h>
#include <fmt/format.h>
#include <gradus/gradus.hpp>

namespace digits {
using namespace gradus;

// ---- the formulas

inline constexpr auto hidden = tensor<"hidden[batch, unit]">;
inline constexpr auto dh = tensor<"dh[batch, unit]">;
inline constexpr auto h = silu(hidden);
inline constexpr auto dhidden = vjp(h, hidden, dh);

inline constexpr auto rows = tensor<"rows[batch, column]">;
inline constexpr auto column_sum = sum(rows, over<"batch">);

// stochastic gradient descent with momentum, a kernel like any other
inline constexpr auto parameter = tensor<"parameter">;
inline constexpr auto gradient = tensor<"gradient">;
inline constexpr auto velocity = tensor<"velocity">;
inline constexpr auto rate = scalar<"rate">;
inline constexpr auto new_velocity = 0.9 * velocity + gradient;
inline constexpr auto new_parameter = parameter - rate * new_velocity;

// ---- the data

inline constexpr int pixels = 64, classes = 10, units = 128;

struct samples {
    std::vector<float> x;
    std::vector<int> t;
    int count() const { return static_cast<int>(t.size()); }
};

inline samples read_digits(const std::string& path) {
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

inline samples taken(const samples& from, std::span<const std::int64_t> rows_wanted) {
    samples part;
    for (const std::int64_t row : rows_wanted) {
        const auto first = from.x.begin() + row * pixels;
        part.x.insert(part.x.end(), first, first + pixels);
        part.t.push_back(from.t[static_cast<std::size_t>(row)]);
    }
    return part;
}

/// The rows of a data set in random order: the first four fifths to train with, the rest to test.
struct split {
    std::vector<std::int64_t> train, test;
};

inline split random_split(int count, std::mt19937& random) {
    split rows_of{std::vector<std::int64_t>(static_cast<std::size_t>(count)), {}};
    std::iota(rows_of.train.begin(), rows_of.train.end(), 0);
    std::shuffle(rows_of.train.begin(), rows_of.train.end(), random);
    const auto first_test = rows_of.train.begin() + std::ptrdiff_t{count} * 4 / 5;
    rows_of.test.assign(first_test, rows_of.train.end());
    rows_of.train.erase(first_test, rows_of.train.end());
    return rows_of;
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
    array<float, 1> w, b, w_velocity, b_velocity, dw, db;
    int in, out;

    weights(int inputs, int outputs, std::mt19937& random)
        : w({std::int64_t{inputs} * outputs}),
          b({outputs}),
          w_velocity(w.extents()),
          b_velocity(b.extents()),
          dw(w.extents()),
          db(b.extents()),
          in(inputs),
          out(outputs) {
        std::normal_distribution<float> normal(0, std::sqrt(2.0F / static_cast<float>(inputs)));
        for (float& value : w) value = normal(random);
    }
};

/// Kernels run on the host, where arguments and results are what they are; train_gpu.cpp has another place.
struct on_host {
    template <class X>
    const X& there(const X& x) const {
        return x;
    }
    template <class Result>
    Result back(Result& result) const {
        return std::move(result);
    }
};

/// `Place` brings the arguments of kernels there, and their results back.
template <class Place = on_host>
class classifier {
public:
    explicit classifier(std::mt19937& random, Place place = {})
        : place_(place), first_(pixels, units, random), second_(units, classes, random) {}

    /// The logits, one row for each sample, valid until the next call.
    tensor_view<const float, 2> forward(const samples& batch) {
        const int n = batch.count();
        linear(first_, batch.x, hidden_, n);
        kernels_.time([&] {
            auto activated = activation_(hidden = place_.there(view(hidden_, {n, units})));
            h_ = place_.back(activated);
        });
        linear(second_, h_, logits_, n);
        return view(std::as_const(logits_), {n, classes});
    }

    /// One step of descent, for the batch that forward saw last.
    void backward(const samples& batch, std::span<const float> dlogits, float learning_rate) {
        const int n = batch.count();
        std::vector<float> dh_data(h_.size());
        array<float, 2> dhidden_data;
        backward(second_, h_, dlogits, dh_data, n);
        kernels_.time([&] {
            auto activated = backward_activation_(hidden = place_.there(view(hidden_, {n, units})),
                                                  dh = place_.there(view(dh_data, {n, units})));
            dhidden_data = place_.back(activated);
        });
        backward(first_, batch.x, dhidden_data, {}, n);
        update(first_, learning_rate);
        update(second_, learning_rate);
    }

    /// The most probable class of each sample.
    std::vector<int> predict(const samples& batch) {
        forward(batch);
        std::vector<int> predicted;
        for (auto row = logits_.begin(); row != logits_.end(); row += classes)
            predicted.push_back(static_cast<int>(std::max_element(row, row + classes) - row));
        return predicted;
    }

    /// Calls f with every array that is learnt.
    template <class F>
    void each_parameter(F f) const {
        for (const weights* layer : {&first_, &second_}) f(layer->w), f(layer->b);
    }

    /// Counts the time in kernels; the caller's loss may count as one.
    stopwatch& kernels() { return kernels_; }

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
        kernels_.time([&] {
            auto summed = bias_step_(rows = place_.there(view(dy.data(), {n, layer.out})));
            layer.db = place_.back(summed);
        });
        if (!dx.empty())
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer.in, layer.out, 1, dy.data(), layer.out,
                        layer.w.data(), layer.out, 0, dx.data(), layer.in);
    }
    void update(weights& layer, float learning_rate) {
        const auto step = [&](array<float, 1>& p, array<float, 1>& v, const array<float, 1>& g) {
            kernels_.time([&] {
                auto [next_v, next_p] = descend_(parameter = place_.there(p), velocity = place_.there(v),
                                                 gradient = place_.there(g), rate = learning_rate);
                v = place_.back(next_v);
                p = place_.back(next_p);
            });
        };
        step(layer.w, layer.w_velocity, layer.dw);
        step(layer.b, layer.b_velocity, layer.db);
    }

    decltype(jit<h>()) activation_ = jit<h>();
    decltype(jit<dhidden>()) backward_activation_ = jit<dhidden>();
    decltype(jit<column_sum>()) bias_step_ = jit<column_sum>();
    decltype(jit<new_velocity, new_parameter>()) descend_ = jit<new_velocity, new_parameter>();

    Place place_;
    weights first_, second_;
    std::vector<float> hidden_, logits_;
    array<float, 2> h_;
    stopwatch kernels_;
};

}  // namespace digits
