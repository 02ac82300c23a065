#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Proves the error bounds on all 2^32 float32 inputs, and on 10^8 in float64: of every function, writing
# docs/accuracy.md, or of those named. All functions take about an hour of two cores; the peers compute one input in 64.
#   scripts/exhaustive.sh [function...]
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset default >/dev/null
cmake --build --preset default --target gradus_exhaustive
page=()
[ $# -eq 0 ] && page=(--page docs/accuracy.md)
build/default/tests/exhaustive/gradus_exhaustive --all --peers-every 64 --float64 100000000 "${page[@]}" -- "$@"
