// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "losses.hpp"

#include <numeric>

namespace gradus::golden {
namespace {

double largest_weight(const golden_case& c) {
    double weight = 1;
    for (const char* name : {"weight", "pos_weight"})
        if (c.has(name)) weight *= std::max(magnitude(c.input(name).data), 1.0);
    return weight;
}

/// The largest of each input in each row, added up; labels are positions and add nothing up.
std::vector<double> input_magnitudes(const golden_case& c, row_layout rows, std::size_t elements) {
    std::vector<double> sums;
    for (const auto& [name, tensor] : c.inputs) {
        if (tensor.integer || tensor.size() != elements || name == "weight" || name == "pos_weight") continue;
        const std::vector<double> own = row_magnitudes(tensor.data, rows);
        sums.resize(own.size(), 0.0);
        for (std::size_t row = 0; row < own.size(); ++row) sums[row] += own[row];
    }
    return sums;
}

std::size_t largest_input(const golden_case& c) {
    std::size_t elements = 0;
    for (const auto& [name, tensor] : c.inputs) elements = std::max(elements, tensor.size());
    return elements;
}

}  // namespace

row_terms terms_of_inputs(const golden_case& c, row_layout rows) {
    row_terms made{rows, input_magnitudes(c, rows, largest_input(c)), {}};
    const double weight = largest_weight(c);
    for (double& value : made.value) {
        made.derivative.push_back((1 + value) * weight);
        value *= weight;
    }
    return made;
}

row_terms terms_of_logits(const golden_case& c, const split_shape& parts) {
    const std::vector<double>& x = c.input("x").data;
    const row_layout rows = layout_of(parts);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> low(static_cast<std::size_t>(parts.outer * parts.inner), infinity), high(low.size(), -infinity);
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) continue;
        const std::size_t row = rows.row_of(i);
        low[row] = std::min(low[row], x[i]);
        high[row] = std::max(high[row], x[i]);
    }
    row_terms made{rows, {}, {}};
    const double weight = largest_weight(c);
    for (std::size_t row = 0; row < low.size(); ++row) {
        made.value.push_back((low[row] <= high[row] ? high[row] - low[row] : 0) * weight);
        made.derivative.push_back(weight);
    }
    return made;
}

results with_terms(results made, const golden_case& c, const row_terms& terms) {
    const std::string how = c.text("reduction");
    const auto count = static_cast<double>(std::max<std::size_t>(terms.value.size(), 1));
    const double part = how == "mean" ? 1 / count : 1;
    const tensor_data upstream = c.upstream_of("y");
    const std::size_t elements = largest_input(c);
    for (auto& [entry, one] : made) {
        if (how != "none") one.summed = static_cast<std::int64_t>(elements);
        if (entry == "outputs.y") {
            const double all = std::accumulate(terms.value.begin(), terms.value.end(), 0.0) * part;
            one.terms = how == "none" ? terms.value : std::vector<double>{all};
        } else if (one.values.size() == elements) {
            one.rows = terms.rows;
            for (std::size_t row = 0; row < terms.derivative.size(); ++row)
                one.terms.push_back(terms.derivative[row] * part * upstream.data[how == "none" ? row : 0]);
        }
    }
    return made;
}

}  // namespace gradus::golden
