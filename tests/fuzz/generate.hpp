// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random problems. Formulas grow by single primitives and by the left sides of the rewrite rules, whose wildcards stand
// for what has grown so far: so every rule meets operands that its author did not think of.
#pragma once

#include "problem.hpp"

namespace gradus::fuzz {

/// The problem of a seed.
problem generate(std::uint64_t seed);

}  // namespace gradus::fuzz
