// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes of an adaptive softmax, and which cluster a class lies in.
#pragma once

#include <gradus/adaptive_log_softmax_with_loss.hpp>

namespace gradus {

struct adaptive_softmax_shape {
    adaptive_softmax_options options;
    std::vector<std::int64_t> bounds;  ///< the cutoffs and n_classes: cluster i is [bounds[i], bounds[i + 1])
    std::vector<std::int64_t> hidden;  ///< features of each cluster

    std::int64_t clusters() const { return static_cast<std::int64_t>(hidden.size()); }
    std::int64_t shortlist() const { return bounds.front(); }
    /// Scores in the head: one for each class of the shortlist, then one for each cluster.
    std::int64_t head_size() const { return shortlist() + clusters(); }
    std::int64_t begin_of(std::int64_t cluster) const { return bounds[static_cast<std::size_t>(cluster)]; }
    std::int64_t size_of(std::int64_t cluster) const { return begin_of(cluster + 1) - begin_of(cluster); }
    std::int64_t hidden_of(std::int64_t cluster) const { return hidden[static_cast<std::size_t>(cluster)]; }
    /// The cluster of a class; -1 for the shortlist.
    std::int64_t cluster_of(std::int64_t label) const;
};

/// Throws gradus::error for options out of range.
adaptive_softmax_shape shape_of(adaptive_softmax_options options);

/// Throws gradus::error unless the arrays have the shape's extents; `owner` names them in messages.
template <class T>
void require_extents(const adaptive_softmax_shape& shape, const adaptive_softmax_weights<T>& w, std::string_view owner);

/// Zeros.
template <class T>
adaptive_softmax_weights<T> zero_weights(const adaptive_softmax_shape& shape);

}  // namespace gradus
