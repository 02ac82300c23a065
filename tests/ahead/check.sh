#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# check.sh PROGRAM: it is linked without LLVM and computes without a code generator and a cache.
# Two equal logits: the loss is log 2 = 0.693147, the gradient of a mean over two rows (1/2 - 1)/2 and 1/4.
set -eu
if ldd "$1" | grep -E 'LLVM|gradus_generator'; then
    echo "a program of kernels compiled ahead of time is linked with the above"
    exit 1
fi
output=$(GRADUS_GENERATOR=/nothing GRADUS_CACHE=off "$1")
diff <(head -n 4 <<<"$output") - <<'EXPECTED'
step 0.693147 -0.25 0.25
reduction 14
unwanted: nothing
total = sum(x^2)
EXPECTED
grep -q 'the code generator cannot be opened' <<<"$output"
