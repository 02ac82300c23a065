// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Problems, solved by this library.
#pragma once

#include "problem.hpp"

namespace gradus::bench {

/// The problem with so many threads, its kernel not yet compiled. Throws std::invalid_argument for a function that is
/// not among the problems of its kind.
task gradus_task(const problem& what, const arena& memory, int threads);

}  // namespace gradus::bench
