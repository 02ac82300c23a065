#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The runner reports each planted mistake of self/wrong, and nothing in self/right.
#     check.sh RUNNER EMPTY_FOLDER
set -eu
runner=$1
empty=$2
here=$(dirname "$0")

fail() {
    echo "$1"
    exit 1
}
says() {
    grep -qF -- "$1" <<<"$output" || fail "the runner does not say: $1
$output"
}
last_line_is() {
    test "$(tail -n 1 <<<"$output")" = "$1" || fail "the last line is not: $1
$output"
}

output=$("$runner" "$here/right") || fail "right data fail: $output"
says "a planted answer"
last_line_is "2 passed, 0 failed, 1 skipped"
output=$(GRADUS_GOLDEN_DIR=$here/right "$runner") || fail "GRADUS_GOLDEN_DIR is not read"
last_line_is "2 passed, 0 failed, 1 skipped"
output=$("$runner" --emulate "$here/right") || fail "right data fail on the emulator: $output"
says "calls were computed on emulator"
last_line_is "2 passed, 0 failed, 1 skipped"

if output=$(GRADUS_CUDA_DRIVER=/nowhere "$runner" --gpu "$here/right"); then fail "data pass on no GPU: $output"; fi
says "no GPU: no CUDA driver: /nowhere was looked for"
if output=$("$runner" --emulate "$here/wrong"); then fail "wrong data pass on the emulator: $output"; fi
last_line_is "2 passed, 15 failed, 0 skipped"
if output=$("$runner" "$here/wrong"); then fail "wrong data pass: $output"; fi
for type in float32 float64; do
    for name in value gradient nan infinity gradient_nan untagged misstated missing_output size; do
        says "FAILED relu/$name in $type"
    done
    says "FAILED no_such_function/unknown in $type: the function has no mapping"
done
says "FAILED relu/last_digits in float64"
says "FAILED relu/jump in float64"
grep -qF "FAILED relu/jump in float32" <<<"$output" && fail "a jump in float32 is a failure"
says "float32 rounds across a jump"
says "PyTorch's answer is not marked as doubtful"
says "the difference listed for outputs.y of relu/agrees is needed no more"
says "the difference listed for outputs.y of relu/no_such_case names nothing in the data"
says "index.json promises 10 cases of gelu, there are 0"
last_line_is "2 passed, 15 failed, 0 skipped"

mkdir -p "$empty"
if output=$("$runner" "$empty"); then fail "no data pass: $output"; fi
if output=$("$runner" "$here/right" --case relu/all_unstable); then fail "a run in which nothing was compared passes"; fi
last_line_is "0 passed, 0 failed, 1 skipped"
