// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A problem: a graph as a user would type it, the gradients asked for, and a call's data in memory. Its text is the
// graph's own, followed by a line for each gradient, extent, input and output:
//
//   gradient 0 x g       the gradient of output 0 for x with the upstream gradient g; "-" for 1. Gradients are further
//                        outputs, so that they can have gradients themselves.
//   extent batch 3       of an axis; of "...", those that it stands for
//   data x float32 reversed 0 step 1 fixed 0 = 1 2 3
//   layout 0 reversed 1 step 2 in -
//
// `reversed`: the last axis is the slowest. `step`: the distance of neighbours. `fixed`: bit k set if all positions
// along axis k of the declaration are one element (stride 0), which is the first of them. `in`: the input in whose
// memory the output lies.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/builder.hpp>
#include <gradus/ndarray.hpp>

namespace gradus::fuzz {

struct gradient_request {
    std::size_t output = 0;
    std::size_t variable = 0;  ///< position in the inputs
    int upstream = -1;         ///< position in the inputs; -1 for 1
};

struct arrangement {
    bool reversed = false;
    int step = 1;
    unsigned fixed = 0;
    int in_place = -1;  ///< outputs: position in the inputs; their arrangement holds
};

struct input_data {
    element type = element::float32;
    arrangement how;
    std::vector<double> values;  ///< row-major in the declared order of axes; of a seed, its one number
};

struct problem {
    graph formula;
    std::vector<gradient_request> gradients;
    std::array<std::vector<std::int64_t>, max_axes> extents;  ///< by axis
    std::vector<input_data> inputs;
    std::vector<arrangement> outputs;  ///< those of the formula, then the gradients

    std::size_t output_count() const { return formula.outputs.size() + gradients.size(); }
    /// The extents of a tensor with these axes.
    std::vector<std::int64_t> shape(const axis_order& axes) const;
    std::int64_t extent(int axis) const;
    std::size_t count(const axis_order& axes) const;
};

/// The graph of the formula's outputs and the gradients, each node passed to the rewriter; null: as typed.
graph build(const problem& p, builder::rewriter rewrite);

/// The inputs as the interpreter takes them.
std::vector<bound> bindings(const problem& p);

std::string to_text(const problem& p);
/// Throws std::invalid_argument.
problem read_problem(std::string_view text);

}  // namespace gradus::fuzz
