#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# aarch64.sh PROGRAM COMPILER EMULATOR DRIVER FOLDER: the kernels, compiled for AArch64 and run by the emulator, give the
# bits of this processor. The library is linked with nothing, so that a symbol from outside is an error.
set -eu
program=$1 compiler=$2 emulator=$3 driver=$4 folder=$5
rm -rf "$folder"
mkdir -p "$folder"
"$program" write "$folder"
"$compiler" -shared -nostdlib -Wl,-z,defs -o "$folder/kernels.so" "$folder"/*.o
"$compiler" -std=c++20 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror -o "$folder/driver" "$driver" -ldl
root=$(realpath "$(dirname "$("$compiler" -print-file-name=libc.so.6)")/..")
"$emulator" -L "$root" "$folder/driver" "$folder/kernels.so" "$folder"/*.call
"$program" compare "$folder"

# The comparison can fail: one bit of one result.
result=$folder/gelu_float32.ordinary.result
byte=$(od -A n -t u1 -j 400 -N 1 "$result")
printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$result" bs=1 seek=400 conv=notrunc status=none
"$program" compare "$folder" gelu_float32 | grep -q " 1 calls differ" || { echo "a wrong bit went unseen"; exit 1; }
