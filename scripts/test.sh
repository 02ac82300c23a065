#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is missing, builds everything and runs every test.
#   scripts/test.sh [--preset default|clang|sanitize]
set -eu
cd "$(dirname "$0")/.."
preset=default
if [ "${1:-}" = "--preset" ]; then
    preset=${2:?"--preset takes the name of a preset"}
fi
scripts/setup.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)"
