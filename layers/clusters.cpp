// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "clusters.hpp"

#include <numeric>

namespace gradus {
namespace {

/// Which block of places a label belongs to: the shortlist, the clusters, the ignored rows.
std::size_t block_of(const adaptive_softmax_shape& shape, std::int64_t label) {
    const std::int64_t block = label < 0 ? shape.clusters() + 1 : shape.cluster_of(label) + 1;
    return static_cast<std::size_t>(block);
}

void place(const adaptive_softmax_shape& shape, std::int64_t row, std::size_t at, clustered_rows& rows) {
    const std::int64_t label = rows.labels[static_cast<std::size_t>(row)];
    rows.order[at] = row;
    if (label < 0) return;
    const std::int64_t cluster = shape.cluster_of(label);
    rows.in_head[at] = cluster < 0 ? label : shape.shortlist() + cluster;
    rows.in_tail[at] = cluster < 0 ? 0 : label - shape.begin_of(cluster);
}

}  // namespace

void sort_by_cluster(const adaptive_softmax_shape& shape, clustered_rows& rows) {
    const std::size_t count = rows.labels.size(), blocks = static_cast<std::size_t>(shape.clusters()) + 2;
    std::vector<std::int64_t> next(blocks + 1);
    for (const std::int64_t label : rows.labels) ++next[block_of(shape, label) + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    rows.first.assign(next.begin() + 1, next.end() - 1);
    rows.order.resize(count);
    rows.in_head.resize(count);
    rows.in_tail.resize(count);
    for (std::size_t r = 0; r < count; ++r) {
        std::int64_t& at = next[block_of(shape, rows.labels[r])];
        place(shape, static_cast<std::int64_t>(r), static_cast<std::size_t>(at++), rows);
    }
}

void keep_order(std::int64_t count, clustered_rows& rows) {
    rows.order.resize(static_cast<std::size_t>(count));
    std::iota(rows.order.begin(), rows.order.end(), std::int64_t{0});
}

}  // namespace gradus
