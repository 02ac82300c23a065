#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# dump.sh PROGRAM FOLDER: GRADUS_DUMP writes the stages it names to files named after the expressions.
set -eu
rm -rf "$2"
GRADUS_DUMP=plan,ir,asm GRADUS_DUMP_DIR="$2" "$1" >/dev/null
grep -q 'dlogits = ' "$2/loss_dlogits.plan.txt"
grep -q 'define' "$2/loss_dlogits.ll"
grep -q 'loss_dlogits:' "$2/loss_dlogits.s"
if [ -e "$2/loss_dlogits.graph.txt" ]; then
    echo "a stage that was not named was written"
    exit 1
fi
