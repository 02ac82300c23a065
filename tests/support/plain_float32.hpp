// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A graph evaluated as plain float32 code would: every operation as it stands, in the graph's order, each result
// rounded to float32, sums one after the other. For graphs whose inputs have one axis or none.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include <gradus/dsl.hpp>

namespace gradus::testing {

class plain_float32 {
public:
    /// `inputs`: the values of each input of the graph; `count`: the elements along the one axis.
    plain_float32(graph_view g, std::vector<std::vector<float>> inputs, std::size_t count)
        : g_(g), inputs_(std::move(inputs)), count_(count) {
        for (const node& n : g_.nodes) values_.push_back(value_of(n));
    }
    const std::vector<float>& output(std::size_t k = 0) const { return values_[g_.outputs[k].value]; }

private:
    float at(node_id id, std::size_t i) const { return values_[id][values_[id].size() == 1 ? 0 : i]; }

    std::vector<float> value_of(const node& n) const {
        std::vector<float> result(n.axes == 0 ? 1 : count_);
        for (std::size_t i = 0; i < result.size(); ++i) result[i] = element(n, i);
        return result;
    }
    float element(const node& n, std::size_t i) const {
        switch (about(n.code).shape) {
            case form::leaf: return leaf(n, i);
            case form::pointwise: return pointwise(n, i);
            case form::gather: return at(n.args[0], static_cast<std::size_t>(at(n.args[1], i)));
            case form::along: return std::exp(at(n.args[0], i) - largest(n)) / total(n, largest(n));
            default: return reduction(n);
        }
    }
    float leaf(const node& n, std::size_t i) const {
        switch (n.code) {
            case op::constant: return static_cast<float>(n.value);
            case op::index: return static_cast<float>(i);
            case op::extent: return static_cast<float>(count_);
            default: return inputs_[n.ref][inputs_[n.ref].size() == 1 ? 0 : i];
        }
    }
    /// The float64 value rounded is the float32 value of + - * / and sqrt, and as good as any of the others.
    float pointwise(const node& n, std::size_t i) const {
        std::array<double, 3> operand{};
        for (std::size_t k = 0; k < static_cast<std::size_t>(arity(n)); ++k)
            operand[k] = static_cast<double>(at(n.args[k], i));
        return static_cast<float>(about(n.code).value(operand[0], operand[1], operand[2]));
    }
    float largest(const node& n) const {
        float best = -std::numeric_limits<float>::infinity();
        for (std::size_t i = 0; i < count_; ++i) best = std::max(best, at(n.args[0], i));
        return best;
    }
    float total(const node& n, float shift) const {
        float sum = 0;
        for (std::size_t i = 0; i < count_; ++i) sum += std::exp(at(n.args[0], i) - shift);
        return sum;
    }
    float reduction(const node& n) const {
        if (n.code == op::logsumexp) return largest(n) + std::log(total(n, largest(n)));
        float result = n.code == op::reduce_sum ? 0 : at(n.args[0], 0);
        for (std::size_t i = 0; i < count_; ++i) {
            const float value = at(n.args[0], i);
            if (n.code == op::reduce_sum) result += value;
            if (n.code == op::reduce_max) result = std::max(result, value);
            if (n.code == op::reduce_min) result = std::min(result, value);
        }
        return result;
    }

    graph_view g_;
    std::vector<std::vector<float>> inputs_;
    std::size_t count_;
    std::vector<std::vector<float>> values_;
};

}  // namespace gradus::testing
