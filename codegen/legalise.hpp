// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

namespace gradus {

struct legalised {
    graph body;                ///< its requirements have conditions, those of labels too
    std::vector<int> sources;  ///< for each requirement of the body, that of the graph which it stands for
};

/// The graph in terms of the layout's loop axes and of primitives that have vector code: logsumexp and
/// softmax become folds (shared by loss and gradient), `at` moves down to the tensors it reads,
/// gradient marks fall away.
///
/// A read that several labels place is a chain at(at(tensor, A, s), B, t). Its labels are all taken at the
/// position of the outermost node; where two replace the same coordinate, the outer one does.
/// Throws gradus::error if `at` reads along "...".
legalised legalise(graph_view g, const layout& arrangement);

}  // namespace gradus
