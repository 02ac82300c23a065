// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "truth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::golden {
namespace {

/// The error of a kernel's value against hi + lo, in units of the last place of the true value.
double ulp_error(double got, double hi, double lo, precision p) {
    const double target = rounded(hi, p);
    if (std::isinf(target) || std::isnan(target)) return got == target ? 0 : std::numeric_limits<double>::infinity();
    if (!std::isfinite(got)) return std::numeric_limits<double>::infinity();
    return std::abs((got - hi) - lo) / ulp_at(hi, p);
}

void widen(extreme& so_far, double ulp, double x) {
    ++so_far.points;
    if (ulp <= so_far.ulp) return;
    so_far.ulp = ulp;
    so_far.at = x;
}

void add(accuracy& to, double ulp, double truth, double x) {
    widen(to.all, ulp, x);
    if (std::abs(truth) >= 1e-5) widen(to.main, ulp, x);
}

/// The block's points as a case with upstream gradient 1. Of a loss, the block's parameters are its other
/// inputs, the same at each point.
golden_case case_for(const golden_file& file, const truth_block& block) {
    golden_case made;
    made.function = file.function;
    made.inputs["x"] = block.x;
    made.outputs["y"] = block.value;
    made.upstream["y"] = filled(block.x.shape, 1);
    if (file.kind != "loss") {
        made.params = block.params;
        return made;
    }
    made.params["reduction"] = "none";
    for (const auto& [name, value] : block.params.items())
        made.inputs[name] = filled(block.x.shape, number_from(value));
    return made;
}

void measure_block(const golden_file& file, const truth_block& block, const mapping& how, precision p, truth_row& to) {
    const results got = how.run(case_for(file, block), p);
    const std::vector<double>&value = got.at("outputs.y").values, &deriv = got.at("grads.x").values;
    const auto which = static_cast<std::size_t>(p);
    for (std::size_t i = 0; i < block.x.size(); ++i) {
        const double x = block.x.data[i];
        add(to.value[which], ulp_error(value[i], block.value.data[i], block.value_lo[i], p), block.value.data[i], x);
        const auto& kinks = block.kink_indices;
        if (std::find(kinks.begin(), kinks.end(), i) != kinks.end()) continue;
        add(to.deriv[which], ulp_error(deriv[i], block.deriv.data[i], block.deriv_lo[i], p), block.deriv.data[i], x);
    }
}

}  // namespace

truth_row measure(const golden_file& file, const mapping& how) {
    truth_row row{file.function, {}, {}, {}};
    try {
        for (const truth_block& block : file.truth)
            for (const precision p : {precision::float32, precision::float64}) measure_block(file, block, how, p, row);
    } catch (const std::exception& thrown) {
        row.fault = thrown.what();
    }
    return row;
}

}  // namespace gradus::golden
