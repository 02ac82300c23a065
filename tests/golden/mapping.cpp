// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "mapping.hpp"

namespace gradus::golden {
namespace {

std::map<std::string_view, mapping> all_mappings() {
    std::map<std::string_view, mapping> all;
    for (const auto family : {activation_mappings, along_dim_mappings, pointwise_loss_mappings, class_loss_mappings,
                              cross_entropy_mappings, row_loss_mappings, adaptive_mappings})
        for (const mapping& row : family()) all.emplace(row.function, row);
    return all;
}

}  // namespace

const mapping* find_mapping(std::string_view function) {
    static const std::map<std::string_view, mapping> all = all_mappings();
    const auto found = all.find(function);
    return found == all.end() ? nullptr : &found->second;
}

}  // namespace gradus::golden
