// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Trains the classifier of handwritten digits with its kernels on the GPU, if
// there is one, and on the host: loss and gradient, activation, sums of biases
// and descent. The weights come out the same, bit for bit; the matrix products
// are those of the host's BLAS both times.
//
// Usage: train_gpu [digits.csv [seed]]
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>

#include "digits.hpp"
using namespace gradus;
using namespace digits;

namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

constexpr int batch_size = 32, epochs = 20;
constexpr double least_accuracy = 0.94;

/// Arguments are copied to the device, results from it.
struct on_device {
    device* gpu;

    template <class X>
    auto there(const X& x) const {
        return to_device(*gpu, x);
    }
    template <class Result>
    auto back(const Result& result) const {
        return to_host(result);
    }
};

struct trained {
    std::vector<float> weights;
    double loss = 0;  ///< mean of the last epoch
    double accuracy = 0;
    double seconds = 0;  ///< in kernels
};

template <class Place>
float train(classifier<Place>& model, const Place& place, const samples& batch, float learning_rate) {
    static auto loss_step = jit<loss, dlogits>();
    const auto scores = model.forward(batch);
    float value = 0;
    array<float, 2> dscores;
    model.kernels().time([&] {
        auto [mean_loss, gradients] = loss_step(logits = place.there(scores), target = place.there(batch.t));
        value = place.back(mean_loss);
        dscores = place.back(gradients);
    });
    model.backward(batch, dscores, learning_rate);
    return value;
}

template <class Place>
double accuracy_on(const samples& test, classifier<Place>& model) {
    const std::vector<int> predicted = model.predict(test);
    int right = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == test.t[i] ? 1 : 0;
    return static_cast<double>(right) / test.count();
}

/// The same training at every place: the seed decides the rest.
template <class Place>
trained train_at(const Place& place, const samples& all, unsigned seed) {
    std::mt19937 random(seed);
    auto [train_rows, test_rows] = random_split(all.count(), random);
    classifier<Place> model(random, place);
    trained result;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        std::shuffle(train_rows.begin(), train_rows.end(), random);
        double total = 0;
        int batches = 0;
        for (std::size_t first = 0; first < train_rows.size(); first += batch_size, ++batches) {
            const std::size_t size = std::min<std::size_t>(batch_size, train_rows.size() - first);
            total += train(model, place, taken(all, std::span(train_rows).subspan(first, size)), 0.025F);
        }
        result.loss = total / batches;
    }
    result.accuracy = accuracy_on(taken(all, test_rows), model);
    result.seconds = model.kernels().seconds();
    model.each_parameter([&](const auto& p) { result.weights.insert(result.weights.end(), p.begin(), p.end()); });
    return result;
}

/// FNV-1a of the weights' bytes.
std::uint64_t checksum(const std::vector<float>& weights) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const float weight : weights)
        for (int byte = 0; byte < 4; ++byte)
            hash = (hash ^ (std::bit_cast<std::uint32_t>(weight) >> (8 * byte) & 0xFF)) * 0x100000001B3U;
    return hash;
}

void show(std::string_view place, const trained& result) {
    fmt::print(
        "{}: loss {:.4f}, test accuracy {:.2f} %, {:.2f} s in kernels and "
        "copies, {} weights with checksum {:016x}\n",
        place, result.loss, 100 * result.accuracy, result.seconds, result.weights.size(), checksum(result.weights));
}

}  // namespace

int main(int argc, char** argv) {
    const samples all = read_digits(argc > 1 ? argv[1] : GRADUS_EXAMPLE_DATA "/digits.csv");
    const unsigned seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1U;
    const trained host = train_at(on_host{}, all, seed);
    show("host", host);
    device& gpu = cuda_device();
    if (!gpu.missing().empty()) {
        fmt::print("no GPU: {}\n", gpu.missing());
        return host.accuracy > least_accuracy ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const trained there = train_at(on_device{&gpu}, all, seed);
    show(gpu.name(), there);
    const bool same = checksum(there.weights) == checksum(host.weights);
    fmt::print("{}\n", same ? "the same weights, bit for bit" : "the weights DIFFER");
    return same && host.accuracy > least_accuracy ? EXIT_SUCCESS : EXIT_FAILURE;
}
