// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Instructions of two vectors' work in turns. Processors start instructions out of order, but only out of so many as
// they hold: a vector's function is a long chain, and the next vector's, behind it, would wait for its end.
#pragma once

#include "llvm.hpp"

namespace gradus {

/// Reorders a block from `first` (of one piece of work) and `second` (of another) on to its end, where it has no
/// terminator yet: one instruction of each in turns, each behind its operands. The first piece needs nothing of the
/// second, and no memory that one of them writes is read by the other.
void interleave(llvm::Instruction& first, llvm::Instruction& second);

}  // namespace gradus
