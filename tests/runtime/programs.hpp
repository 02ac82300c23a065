// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C++ functions that keep the agreement of executable.hpp, in place of generated code.
#pragma once

#include <vector>

#include <gradus/runtime.hpp>

#include "runtime/hand_made.hpp"

namespace gradus {

template <class T>
T* pointer(void* const* data, std::size_t position) {
    return static_cast<T*>(data[position]);
}

/// The cost of an element, in ps, at which any stage of several items is shared.
inline constexpr int dear = 100'000'000;

inline stage_shape stage_of(stage_form form, axis_set rows, axis_set inner = 0, int lane = -1) {
    stage_shape stage;
    stage.form = form;
    stage.rows = rows;
    stage.inner = inner;
    stage.lane = lane;
    return stage;
}

/// y[i, j] = -x[i, j], as one loop or two.
inline graph negation() {
    hand_made made;
    const node_id x = made.add_input("x", {"i", "j"});
    made.add_output("y", made.apply(op::neg, {x}), {"i", "j"});
    return made.g;
}

template <int Loops>
std::int64_t negate(void* const* data, const std::int64_t* shape, std::int64_t, std::int64_t begin, std::int64_t end) {
    const std::int64_t columns = shape[Loops - 1];
    const std::int64_t* in = shape + Loops;
    const std::int64_t* out = in + Loops;
    for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t i = Loops == 1 ? 0 : item / columns;
        const std::int64_t j = Loops == 1 ? item : item % columns;
        pointer<float>(data, 1)[i * out[0] + j * out[Loops - 1]] =
            -pointer<const float>(data, 0)[i * in[0] + j * in[Loops - 1]];
    }
    return -1;
}

inline executable negation_program(const layout& arrangement, std::span<const element>, std::string_view) {
    executable made;
    const bool one = arrangement.loops.size() == 1;
    made.entry = one ? negate<1> : negate<2>;
    made.stages = {stage_of(stage_form::rows, one ? 0b1 : 0b11)};
    return made;
}

inline void run(kernel& k, const std::vector<argument>& inputs, const std::vector<argument>& outputs) {
    k.run(inputs, outputs);
}

}  // namespace gradus
