#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# check.sh PROGRAM: runs it; it may not be linked with LLVM, fmt or oneTBB.
set -eu
"$1"
if ldd "$1" | grep -E 'LLVM|libfmt|libtbb'; then
    echo "a program on gradus::dsl alone is linked with the above"
    exit 1
fi
