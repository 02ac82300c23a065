// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The process's CUDA devices are those of the fake driver, unless the environment names another.
#pragma once

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>
#include <gradus/error.hpp>
#include <gradus/kernel.hpp>

#include "device/fake_driver.hpp"
#include "runtime/hand_made.hpp"
#include "support/message_of.hpp"

namespace gradus {

using testing::message_of;

inline const bool named = setenv("GRADUS_CUDA_DRIVER", GRADUS_FAKE_DRIVER, 0) == 0;

/// The fake driver, which has forgotten what came before.
inline fake::driver& fresh_driver() {
    void* const library = dlopen(GRADUS_FAKE_DRIVER, RTLD_NOW);
    fake::driver& driver = *reinterpret_cast<fake::find_driver*>(dlsym(library, "fake_driver"))();
    driver.forget();
    return driver;
}

/// A matrix on a device, of so many rows with these elements in order.
inline device_array<float, 2> matrix(device& place, std::int64_t rows, const std::vector<float>& elements) {
    return to_device(place, view(elements, {rows, static_cast<std::int64_t>(elements.size()) / rows}));
}

/// A program for a device: stages of these forms, as kernels named symbol_0, symbol_1, …
inline executable device_program(const std::string& symbol, std::vector<stage_shape> stages, std::size_t pointers,
                                 std::size_t numbers) {
    auto code = std::make_shared<gpu_code>();
    code->symbol = symbol;
    for (std::size_t i = 0; i < stages.size(); ++i)
        code->text += fmt::format("{}_{} {} {}\n", symbol, i, pointers, numbers);
    code->shared_bytes.resize(stages.size());
    executable made;
    made.stages = std::move(stages);
    made.gpu = std::move(code);
    return made;
}

inline stage_shape rows_stage(axis_set rows, int lane) {
    stage_shape stage;
    stage.rows = rows;
    stage.lane = lane;
    stage.chunk = 4;
    return stage;
}

/// y[i, j] = a * x[i, j], computed by the kernel "scale_0".
inline graph scaling() {
    hand_made made;
    const node_id x = made.add_input("x", {"i", "j"});
    const node_id a = made.add_input("a", {}, role::scalar);
    made.add_output("y", made.apply(op::mul, {x, a}), {"i", "j"});
    return made.g;
}

/// Its program for any layout, with as many pointers as it has.
inline executable scaling_program(const layout& arrangement) {
    const std::size_t loops = arrangement.loops.size();
    return device_program("scale", {rows_stage(loops == 1 ? 0b1 : 0b11, static_cast<int>(loops) - 1)}, 3, 4 * loops);
}

inline void scale(const fake::launch& l) {
    const std::size_t loops = l.shape.size() / 4;
    const std::int64_t rows = loops == 1 ? 1 : l.shape[0];
    const std::int64_t columns = l.shape[loops - 1];
    const auto stride = [&](std::size_t tensor, std::size_t loop) { return l.shape[(tensor + 1) * loops + loop]; };
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
            l.pointer<float>(2)[i * stride(2, 0) + j * stride(2, loops - 1)] =
                l.pointer<float>(0)[i * stride(0, 0) + j * stride(0, loops - 1)] * *l.pointer<float>(1);
}

struct scaling_kernel {
    std::vector<std::string> targets;  ///< that it was compiled for
    std::vector<layout> layouts;
    kernel k;

    scaling_kernel()
        : k(scaling(), "scaling", [this](const layout& how, std::span<const element>, std::string_view target) {
              targets.emplace_back(target);
              layouts.push_back(how);
              return scaling_program(how);
          }) {}
};

template <class X, class A, class Y>
void run_scaling(kernel& k, const X& x, const A& a, Y& y) {
    const auto number = as_view(a);
    const std::array inputs{make_argument(as_view(x)), make_argument(number)};
    const std::array outputs{make_argument(as_view(y))};
    k.run(inputs, outputs);
}

}  // namespace gradus
