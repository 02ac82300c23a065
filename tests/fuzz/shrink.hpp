// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes a problem with a fault small: one change after another, each kept if the fault is still of the same stage.
#pragma once

#include "judge.hpp"

namespace gradus::fuzz {

struct shrunk {
    problem smallest;
    fault found;
};
shrunk shrink(problem p, fault found, const trial& how);

}  // namespace gradus::fuzz
