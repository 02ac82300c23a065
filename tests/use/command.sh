#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# command.sh COMMAND: the gradus command does what its help says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/graph.txt" <<'GRAPH'
graph
axes i
input x[i] tensor float32
%0 = input x
%1 = exp %0
output y[i] float32 = %1
GRAPH
"$1" targets | grep -q 'avx2'
"$1" explain "$folder/graph.txt" | grep -q 'y = exp(x)'
"$1" explain "$folder/graph.txt" --target avx512 | grep -q 'zmm'
sed 's/exp/exq/' "$folder/graph.txt" >"$folder/wrong.txt"
if "$1" explain "$folder/wrong.txt" 2>"$folder/message"; then
    echo "a malformed graph was accepted"
    exit 1
fi
grep -q 'line 5: expected the name of an operation, found "exq"' "$folder/message"

# The cache: what the command lists and removes.
export GRADUS_CACHE=on GRADUS_CACHE_DIR="$folder/cache"
"$1" cache | grep -q ': 0 kernels, 0.0 of 256 MiB'
mkdir -m 700 "$folder/cache"
echo nonsense >"$folder/cache/1.kernel"
"$1" cache | grep -q '1.kernel  (defective) .* 9 bytes'
"$1" cache --clear | grep -q ': 1 kernels removed'
[ -z "$(ls "$folder/cache")" ]
GRADUS_CACHE=off "$1" cache | grep -q 'there is no cache'
