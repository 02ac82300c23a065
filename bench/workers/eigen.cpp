// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Eigen, arrays on one thread.
#include <cmath>
#include <stdexcept>

#include <Eigen/Core>

#include "worker.hpp"

namespace gradus::bench {
namespace {

using array = Eigen::Map<Eigen::ArrayXf>;
using matrix = Eigen::Map<Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

void forward(const std::string& name, const array& x, array y) {
    if (name == "exp")
        y = x.exp();
    else if (name == "sigmoid")
        y = x.logistic();
    else if (name == "tanh")
        y = x.tanh();
    else if (name == "softplus")
        y = x.max(0.0F) + (-x.abs()).exp().log1p();
    else
        throw std::invalid_argument("no forward of " + name);
}

/// Value and derivative times g; x and y, g and d may be the same memory.
void forward_backward(const std::string& name, const array& x, const array& g, array y, array d) {
    if (name == "relu") {
        d = (x > 0.0F).select(g, 0.0F);
        y = x.max(0.0F);
    } else if (name == "sigmoid") {
        y = x.logistic();
        d = g * y * (1.0F - y);
    } else if (name == "tanh") {
        y = x.tanh();
        d = g * (1.0F - y * y);
    } else if (name == "silu") {
        d = g * x.logistic() * (1.0F + x * (1.0F - x.logistic()));
        y = x * x.logistic();
    } else {
        throw std::invalid_argument("no forward_backward of " + name);
    }
}

double loss(const std::string& name, const array& x, const array& t, array d) {
    const auto scale = 1.0F / static_cast<float>(x.size());
    const auto apart = x - t;
    if (name == "mse") {
        const double value = apart.square().mean();
        d = apart * (2 * scale);
        return value;
    }
    if (name == "smooth_l1") {
        const double value = (apart.abs() < 1.0F).select(0.5F * apart.square(), apart.abs() - 0.5F).mean();
        d = apart.max(-1.0F).min(1.0F) * scale;
        return value;
    }
    throw std::invalid_argument("no loss of " + name);
}

double cross_entropy(const matrix& x, const std::int64_t* label, matrix d) {
    const auto scale = 1.0F / static_cast<float>(x.rows());
    double sum = 0;
    for (Eigen::Index row = 0; row < x.rows(); ++row) {
        const float largest = x.row(row).maxCoeff(), chosen = x(row, label[row]);
        d.row(row) = (x.row(row) - largest).exp();
        const float total = d.row(row).sum();
        sum += static_cast<double>(std::log(total) + largest - chosen);
        d.row(row) *= scale / total;
        d(row, label[row]) -= scale;
    }
    return sum / static_cast<double>(x.rows());
}

double solve(const problem& what, const arena& memory) {
    const place p = place_of(what);
    const auto at = [&](slot s) { return array(memory.at(s), what.size()); };
    if (what.kind == "forward") return forward(what.name, at(p.x), at(p.y)), 0.0;
    if (what.kind == "forward_backward")
        return forward_backward(what.name, at(p.x), at(p.second), at(p.y), at(p.gradient)), 0.0;
    if (what.kind == "loss") return loss(what.name, at(p.x), at(p.second), at(p.gradient));
    if (what.kind == "label_loss" && what.extents.size() == 2) {
        const auto rows_of = [&](slot s) { return matrix(memory.at(s), what.extents[0], what.extents[1]); };
        return cross_entropy(rows_of(p.x), memory.labels(), rows_of(p.gradient));
    }
    throw std::invalid_argument("no " + what.kind);
}

task eigen_task(const problem& what, const arena& memory, int threads) {
    if (threads != 1) throw std::invalid_argument("Eigen's arrays have one thread");
    task made = make_task(what, memory, [what, &memory](std::int64_t count) {
        double value = 0;
        for (std::int64_t i = 0; i < count; ++i) value = solve(what, memory);
        return value;
    });
    made.run(1);  // tells whether there is such a function
    return made;
}

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    using namespace gradus::bench;
    const std::string version = std::to_string(EIGEN_WORLD_VERSION) + '.' + std::to_string(EIGEN_MAJOR_VERSION) + '.' +
                                std::to_string(EIGEN_MINOR_VERSION);
    return serve(count, arguments, version + " by " + compiler + " -O3 -march=native", eigen_task);
}
