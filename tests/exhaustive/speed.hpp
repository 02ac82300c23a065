// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements a second, one thread, on arrays that stay in the first-level cache.
#pragma once

#include "libmvec.hpp"
#include "subject.hpp"

namespace gradus::exhaustive {

struct speed {
    double value = 0, slope = 0;
    double libmvec = 0;  ///< 0 without it
};

/// The best of several runs on numbers between -4 and 4.
speed measure_speed(const subject& one);

}  // namespace gradus::exhaustive
