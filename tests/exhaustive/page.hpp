// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a run found, as lines for a terminal and as the page docs/accuracy.md.
#pragma once

#include <string>
#include <vector>

#include "float64.hpp"
#include "judge.hpp"
#include "speed.hpp"

namespace gradus::exhaustive {

struct result {
    const subject* one;
    outcome found;
    float64_outcome in_float64;  ///< of no input if it was not asked for
    speed fast;                  ///< zeros if it was not measured
};

/// One line each for value and gradient, then the worst inputs of what broke its bound.
std::string lines_of(const result& r);

/// The page in Markdown.
std::string page_of(const std::vector<result>& results, const settings& how);

}  // namespace gradus::exhaustive
