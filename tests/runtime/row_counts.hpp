// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Data sets with rows of given numbers, what a sampler draws from them, and how often each row came.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gradus/balanced_sampler.hpp>

#include "support/message_of.hpp"

namespace gradus::testing {

using rows = std::vector<std::int64_t>;
using counts = std::vector<std::int64_t>;

/// Labels with the given number of rows of each class, the classes mixed.
inline std::vector<int> mixed_labels(const std::vector<int>& sizes) {
    std::vector<int> labels;
    for (int round = 0; round < *std::ranges::max_element(sizes); ++round)
        for (int c = static_cast<int>(sizes.size()) - 1; c >= 0; --c)
            if (round < sizes[static_cast<std::size_t>(c)]) labels.push_back(c);
    return labels;
}

inline rows copy_of(std::span<const std::int64_t> given) { return {given.begin(), given.end()}; }

inline std::vector<rows> rest_of_epoch(balanced_sampler& sampler) {
    std::vector<rows> minibatches;
    while (!sampler.epoch_ended()) minibatches.push_back(copy_of(sampler.next()));
    return minibatches;
}

/// What a sampler gives in this order of epochs.
inline std::vector<rows> sequence(balanced_sampler sampler, const std::vector<sampling>& epochs) {
    std::vector<rows> all;
    for (const sampling phase : epochs) {
        sampler.start_epoch(phase);
        for (const rows& minibatch : rest_of_epoch(sampler)) all.push_back(minibatch);
    }
    return all;
}

inline rows joined(const std::vector<rows>& lists) {
    rows all;
    for (const rows& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

inline rows sorted(rows list) {
    std::ranges::sort(list);
    return list;
}

inline counts count_rows(const rows& given, std::size_t samples) {
    counts seen(samples, 0);
    for (const std::int64_t row : given) ++seen.at(static_cast<std::size_t>(row));
    return seen;
}

inline counts count_labels(const rows& given, const std::vector<int>& labels, std::size_t classes) {
    counts seen(classes, 0);
    for (const std::int64_t row : given) ++seen[static_cast<std::size_t>(labels.at(static_cast<std::size_t>(row)))];
    return seen;
}

/// Whether each row of class c was seen ⌊draws / n⌋ or ⌈draws / n⌉ times, n being the size of the class.
inline bool evenly_seen(const counts& seen, const std::vector<int>& labels, const std::vector<int>& sizes,
                        std::int64_t draws) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::int64_t size = sizes[static_cast<std::size_t>(labels[row])];
        if (seen[row] < draws / size || seen[row] > (draws + size - 1) / size) return false;
    }
    return true;
}

inline constexpr auto balanced = sampling::balanced;
inline constexpr auto natural = sampling::natural;
inline const std::vector<int> sizes{23, 7, 1, 22, 12};

}  // namespace gradus::testing
