#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What headers and expressions with gradients cost the C++ compiler: seconds (the least of three), peak
# memory, object bytes, longest symbol; for g++ and clang++-22, nothing optimised. Counts repeat exactly and are
# gated by tests/compile_cost; seconds are illustration.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/programs.sh"

printf '%-12s %-12s %8s %9s %10s %8s\n' program compiler seconds 'peak MB' 'object B' symbol
for name in empty header umbrella nodes_50 losses_1 losses_10 losses_20 losses_40 catalogue; do
    write_program "$name" >"$work/$name.cpp"
    for compiler in g++ clang++-22; do
        command -v "$compiler" >/dev/null || continue
        for _ in 1 2 3; do
            /usr/bin/time -o "$work/time" -f '%U %M' "$compiler" -std=c++20 -O0 -I"$root/dsl" -I"$root/runtime" \
                -I"$root/codegen" -c "$work/$name.cpp" -o "$work/out.o"
            cat "$work/time"
        done | sort -n | head -1 >"$work/least"
        read -r seconds memory <"$work/least"
        symbol=$(nm "$work/out.o" | awk '{n = length($NF); if (n > m) m = n} END {print m + 0}')
        printf '%-12s %-12s %8s %9s %10s %8s\n' "$name" "$compiler" "$seconds" $((memory / 1024)) "$(stat -c %s "$work/out.o")" "$symbol"
    done
done
