// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A kernel with a check of labels, for the fake driver.
#pragma once

#include <algorithm>
#include <numeric>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>
#include <gradus/kernel.hpp>

#include "device/fixture.hpp"

namespace gradus {

/// y[i] = x[i, c] at t[i], t inside the axis c. Loops: i, c. Tensors: x, t, y.
inline graph picking() {
    hand_made made;
    const node_id x = made.add_input("x", {"i", "c"});
    const node_id t = made.add_input("t", {"i"}, role::labels, element::int32);
    made.add_output("y", made.apply(op::at, {x, t}, {"c"}), {"i"});
    made.require_label(t, "c");
    return made.g;
}

inline std::vector<stage_shape> picking_stages() {
    std::vector<stage_shape> stages{rows_stage(0b01, 0), rows_stage(0b01, 0)};
    stages[0].form = stage_form::check;
    stages[0].requirement = 0;
    return stages;
}

template <class Label>
Label label_at(const fake::launch& l, std::int64_t row) {
    return l.pointer<Label>(1)[row * l.shape[2 * 2]];
}
/// Lowers the row of the first pair, as unsigned numbers are less.
template <class Label>
void check_labels(const fake::launch& l) {
    for (std::int64_t row = l.shape[0]; row-- > 0;) {
        const auto label = static_cast<std::int64_t>(label_at<Label>(l, row));
        if (label < 0 || label >= l.shape[1]) l.status[0] = row;
    }
}
template <class Label>
void pick(const fake::launch& l) {
    if (l.status[0] != -1) {
        l.status[1] = static_cast<std::int64_t>(label_at<Label>(l, l.status[0]));
        return;
    }
    for (std::int64_t i = 0; i < std::min(4 * l.items, l.shape[0]); ++i)
        l.pointer<float>(2)[i] = l.pointer<float>(0)[i * l.shape[2] + label_at<Label>(l, i)];
}

struct picking_kernel {
    kernel k{picking(), "picking", [](const layout&, std::span<const element>, std::string_view) {
                 return device_program("pick", picking_stages(), 3, 8);
             }};
    device& gpu = cuda_device();
    fake::driver& driver = fresh_driver();
    device_array<float, 2> x;
    device_array<float, 1> y;

    explicit picking_kernel(std::size_t rows = 3) {
        driver.kernels["pick_0"] = check_labels<int>;
        driver.kernels["pick_1"] = pick<int>;
        std::vector<float> host(2 * rows);
        std::iota(host.begin(), host.end(), 0.0f);
        x = to_device(gpu, view(host, {rows, 2}));
        y = to_device(gpu, std::vector<float>(rows, -1.0f));
    }
    template <class Label>
    void run(const device_array<Label, 1>& labels) {
        k.run(std::array{make_argument(as_view(x)), make_argument(as_view(labels))},
              std::array{make_argument(as_view(y))});
    }
    void run(const std::vector<int>& labels) { run(to_device(gpu, labels)); }
    std::vector<float> result() {
        const auto host = to_host(y);
        return {host.begin(), host.end()};
    }
};

}  // namespace gradus
