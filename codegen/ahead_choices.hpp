// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of gradus_add_kernels, read: what each kernel is compiled for.
#pragma once

#include <string>
#include <vector>

#include <gradus/compile_ahead.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

#include "row_major.hpp"
#include "target.hpp"

namespace gradus {

struct ahead_choices {
    std::vector<const target*> cpus;  ///< the preferred ones first
    row_gaps gaps;
    std::vector<element> labels;
    std::vector<int> ranks;

    /// As lists for messages: "avx512, avx2".
    std::string cpus_text() const, layouts_text() const, labels_text() const, ranks_text() const;
};

/// Throws gradus::error for a word that an option does not know.
ahead_choices choices_of(const ahead_options& options);

/// The layouts that a kernel is compiled for.
std::vector<layout> layouts_of(graph_view g, const ahead_choices& choices);

/// The element types of its inputs: labels have each of the types, in every combination.
std::vector<std::vector<element>> input_types_of(graph_view g, const ahead_choices& choices);

}  // namespace gradus
