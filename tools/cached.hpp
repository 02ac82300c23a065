// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus cache: the kernels on disk.
#pragma once

namespace gradus {

/// One line a kernel, the last used first: file, kernel, target, size, time since its last use; then the sum.
void print_cache();
void empty_cache();

}  // namespace gradus
