// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a graph to a program: the code generator is opened, if it is not yet, and what it makes is loaded.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/executable.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

#include "target.hpp"

namespace gradus {

struct compiled {
    executable code;                                      ///< its entry is null for a target that does not run here
    std::vector<char> object;                             ///< relocatable; refers to nothing outside itself
    std::string symbol;                                   ///< the name of the object's function
    std::string plan_text, ir, optimised_ir, assembly;    ///< made when asked for
    std::vector<std::pair<std::string, double>> seconds;  ///< by stage
};

/// Compiles the graph for a layout and the element types of its inputs. `name` is that of the user's
/// expressions. keep_texts: also make the texts of the stages. The environment variable GRADUS_DUMP,
/// a list such as "graph,plan,ir,opt,asm", writes texts to GRADUS_DUMP_DIR/name.stage.
compiled compile(graph_view g, const layout& arrangement, std::span<const element> input_types, const target& machine,
                 std::string_view name, bool keep_texts);

}  // namespace gradus
