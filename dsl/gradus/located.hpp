// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// located(e): e, with its place in the source, for reports about the values that it takes in a call.
//
//     constexpr auto loss = mean(located(log(x - 1)));       // first_bad says "(loss.cpp:12)"
//
// The place is data beside the graph: e and located(e) have the same nodes, rewrite rules and gradients.
#pragma once

#include <source_location>

#include <gradus/expression.hpp>

namespace gradus {
namespace detail {

/// "loss.cpp:12": the file without its folders.
constexpr text place_text(std::string_view file, std::uint32_t line) {
    const std::size_t folder = file.find_last_of("/\\");
    if (folder != std::string_view::npos) file.remove_prefix(folder + 1);
    return text(file) << ':' << line;
}

template <expression E>
struct located_expression : E {
    static constexpr int weight = E::weight;  // of its own: `lowered_once` tells expressions apart by it
    const char* file;
    std::uint32_t line;

    constexpr located_expression(const E& e, const std::source_location& where)
        : E(e), file(where.file_name()), line(where.line()) {}

    constexpr sym lower(builder& graph) const {
        const sym made = E::lower(graph);
        graph.note(made.id, place_text(file, line).view());
        return made;
    }
};

}  // namespace detail

/// e itself. Its operations, and those that rewriting made of them, are reported with the line of this call; an
/// inner `located` counts before an outer one.
template <expression E>
constexpr detail::located_expression<E> located(const E& e,
                                                const std::source_location& where = std::source_location::current()) {
    return {e, where};
}

}  // namespace gradus
