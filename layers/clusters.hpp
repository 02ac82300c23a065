// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows sorted by the cluster of their label, so that each cluster's rows are one block of a matrix: first
// the shortlist, then the clusters in order, each with its rows in the order of the batch; last the rows
// that are ignored.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "adaptive_softmax_shape.hpp"

namespace gradus {

struct clustered_rows {
    std::vector<std::int64_t> labels;   ///< of each row of the batch; -1: ignored
    std::vector<std::int64_t> order;    ///< the row of the batch at each place
    std::vector<std::int64_t> first;    ///< the rows of cluster i have the places first[i] … first[i + 1] - 1
    std::vector<std::int64_t> in_head;  ///< at each place, the label among the head's scores
    std::vector<std::int64_t> in_tail;  ///< at each place, the label among the scores of its cluster

    std::int64_t row_at(std::int64_t place) const { return order[static_cast<std::size_t>(place)]; }
    /// The number of rows that count; they have the first places.
    std::int64_t counted() const { return first.back(); }
    std::int64_t begin_of(std::int64_t cluster) const { return first[static_cast<std::size_t>(cluster)]; }
    std::int64_t size_of(std::int64_t cluster) const { return begin_of(cluster + 1) - begin_of(cluster); }
    std::span<const std::int64_t> labels_in_head() const {
        return std::span(in_head).first(static_cast<std::size_t>(counted()));
    }
    std::span<const std::int64_t> labels_in_tail(std::int64_t cluster) const {
        return std::span(in_tail).subspan(static_cast<std::size_t>(begin_of(cluster)),
                                          static_cast<std::size_t>(size_of(cluster)));
    }
};

/// Fills everything but the labels, by a counting sort.
void sort_by_cluster(const adaptive_softmax_shape& shape, clustered_rows& rows);

/// The batch as it is, for work that needs all rows of every cluster: `order` alone.
void keep_order(std::int64_t count, clustered_rows& rows);

}  // namespace gradus
