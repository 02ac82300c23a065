#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# readme.sh PROGRAM README: the program prints what the README's first output block shows.
set -eu
diff <("$(dirname "$0")/block.sh" output "$2") <("$1") && echo "the README shows what its program prints"
