// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: gradus: GRADUS_KERNEL takes a name and one or more expressions
#include <gradus/ahead_of_time.hpp>
GRADUS_KERNEL(step);
