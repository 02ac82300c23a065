// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The plan: a graph cut into stages and sweeps. A stage is work whose items are independent; stages
// follow each other with a barrier. Within a row of a stage, sweeps run over the inner axes: each
// sweep computes folds (reductions) and stores outputs; a node that depends on a fold belongs to a
// later sweep of the same row, or, when the fold spans rows, to a later stage.
//
// Checks come before every stage that writes an output. One that depends on reductions waits for the
// stages that compute them, which until then write temporaries alone.
//
// Only results of reductions are kept between stages (in temporaries); everything else is computed
// again from the inputs, which is cheaper than memory.
#pragma once

#include <string>
#include <vector>

#include <gradus/executable.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

#include "precision.hpp"

namespace gradus {

/// A value written to an output or a temporary.
struct store {
    node_id value = no_node;
    int output = -1;     ///< position in graph outputs, or
    int temporary = -1;  ///< position in plan::temporaries
};

/// One walk over the inner axes of a row.
struct sweep {
    std::vector<node_id> folds;  ///< reduce_sum, reduce_max, reduce_min nodes
    std::vector<store> stores;   ///< values that vary along the inner axes
};

struct stage {
    stage_shape shape;
    std::vector<sweep> sweeps;
    std::vector<store> row_stores;  ///< after the sweeps: values that do not vary along the inner axes
    int tested = -1;                ///< check: position in the requirements of plan::body
    int partials_of = -1;           ///< combine: the `blocks` stage whose partials it folds
};

/// Where a reduction's result lies for the stages after the one that computed it.
struct kept {
    node_id value = no_node;
    int temporary = -1;
};

struct plan {
    graph body;  ///< legalised: its axes are the loop axes; only primitives that `emit` knows
    layout arrangement;
    element arithmetic = element::float32;
    std::vector<stage> stages;
    std::vector<temporary> temporaries;
    std::vector<kept> kept_values;
    std::vector<precision> precisions;  ///< by node of the body

    /// The element type of a node's real value in registers and temporaries.
    element type_of(node_id id) const {
        return precisions[id] == precision::narrow ? element::float32 : element::float64;
    }
};

/// Legalises the graph for the layout (loop axes instead of the user's, logsumexp and softmax in
/// terms of folds, `at` moved down to the inputs) and cuts it into stages.
plan make_plan(graph_view g, const layout& arrangement);

/// The pairs of an input and an output that may share their memory.
std::vector<in_place_pair> in_place_pairs(const plan& p);

/// The plan as pseudo-code: loops, folds and stores by name, and what each part reads and writes, in
/// bytes as products of extents, and how the lanes reach it: contiguous, strided (along the lane axis),
/// gather (by a label), broadcast (one element for all lanes) or single (one element stored).
std::string to_text(const plan& p);

}  // namespace gradus
