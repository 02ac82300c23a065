// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The plan: a graph cut into stages and sweeps. A stage is work whose items are independent; stages
// follow each other with a barrier. Within a row of a stage, sweeps run over the inner axes: each
// sweep computes folds (reductions) and stores outputs; a node that depends on a fold belongs to a
// later sweep of the same row, or, when the fold spans rows, to a later stage.
//
// Checks come before every stage that writes an output. One that depends on reductions waits for the
// stages that compute them, which until then write temporaries alone.
//
// Results of reductions are kept between stages (in temporaries), and so are the operands of reductions along
// rows that are computed from a row's own results: the row is at hand then, and one number takes the place of
// several. Everything else is computed again from the inputs, which is cheaper than memory; except that an
// exponential or the like, which two sweeps of a row need, waits for the second in the output's own place ("parked").
// A short row is kept whole in registers or in the first-level cache, with all that its sweeps share.
#pragma once

#include <algorithm>
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
    int output = -1;      ///< position in graph outputs, or
    int temporary = -1;   ///< position in plan::temporaries
    bool parked = false;  ///< for the sweeps of the row that follow, the last of which stores the output itself
};

/// One walk over the inner axes of a row.
struct sweep {
    std::vector<node_id> folds;     ///< reduce_sum, reduce_max, reduce_min nodes
    std::vector<store> stores;      ///< values that vary along the inner axes
    std::vector<store> row_stores;  ///< after the walk: values that do not, and need its folds
};

struct stage {
    stage_shape shape;
    std::vector<node_id> first;     ///< rows: reads at labels of the row, made before anything is stored
    std::vector<node_id> shared;    ///< rows: loads and costly values that more than one sweep needs
    std::vector<store> row_stores;  ///< before the sweeps: values of the row that need none of its folds
    std::vector<sweep> sweeps;
    int tested = -1;                ///< check: position in the requirements of plan::body
    int partials_of = -1;           ///< combine, merge: the stage whose partials it folds
};

/// Where a value lies for the stages after the one that computed it.
struct kept {
    node_id value = no_node;
    int temporary = -1;
    std::size_t stage = 0;
    std::size_t end = ~std::size_t{0};  ///< the first stage that does not find it there
};

struct plan {
    graph body;  ///< legalised: its axes are the loop axes; only primitives that `emit` knows
    layout arrangement;
    element arithmetic = element::float32;
    std::vector<stage> stages;
    std::vector<temporary> temporaries;
    std::vector<kept> kept_values;  ///< results of reductions, and operands of later ones
    std::vector<precision> precisions;  ///< by node of the body

    /// The element type of a node's real value in registers and temporaries.
    element type_of(node_id id) const {
        return precisions[id] == precision::narrow ? element::float32 : element::float64;
    }
    /// Whether a stage reads a node's value from a temporary.
    bool kept_before(node_id id, std::size_t s) const {
        for (const kept& k : kept_values)
            if (k.value == id && k.stage < s && s < k.end) return true;
        return false;
    }
    /// The output in whose place a sweep finds a node's value: an earlier sweep of the stage has parked it, and none
    /// has stored the output. Else -1.
    int parked_before(node_id id, std::size_t s, std::size_t sweep_number) const {
        int place = -1;
        for (std::size_t i = 0; i < std::min(sweep_number, stages[s].sweeps.size()); ++i)
            for (const store& to : stages[s].sweeps[i].stores) {
                if (to.parked && to.value == id) place = to.output;
                if (!to.parked && to.output == place) place = -1;
            }
        return place;
    }
};

/// Whether an operation takes some ten instructions or more.
bool is_costly(op code);

/// What a sweep computes at each position.
std::vector<node_id> values_of(const plan& p, const sweep& part);
/// The costly functions that a vector of the values takes in a sweep of a stage, those of double beside float counted
/// twice.
int costly_functions(const plan& p, std::vector<node_id> values, std::size_t stage, std::size_t sweep_number);
/// What an element of a stage takes on one thread of the host, roughly, in ps: see stage_shape::cost.
int element_cost(const plan& p, std::size_t stage);

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
