// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a compiled program on checked arguments, stage by stage.
#pragma once

#include <span>

#include <gradus/executable.hpp>
#include <gradus/tensor.hpp>

#include "call_class.hpp"

namespace gradus {

/// One launch; `code` was compiled for `arrangement`, which is the layout of `geometry`.
struct launch {
    graph_view g;
    const bound_call& call;
    const call_geometry& geometry;
    const layout& arrangement;
    const executable& code;
    std::span<const argument> inputs;
    std::span<const argument> outputs;
};

/// Throws gradus::error if the data violate a requirement, before any output is written.
void run(const launch& l);

}  // namespace gradus
