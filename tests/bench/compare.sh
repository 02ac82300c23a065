#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# compare.sh PYTHON BENCH BUILD: both Python programs of the benchmark run at tiny sizes, without peers, and what they
# measured makes a page with a row for each problem, the figures of which replace those that stood there.
set -eu
python=$1 bench=$2 build=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "compare.sh: $1"; exit 1; }

"$python" "$bench/compare.py" --build "$build" --without-peers --threads 1 --elements 4096 --sample 0.0001 --budget 0 \
    --rows 'gelu|exp|smooth_l1|label_loss|relu in_place' --out "$work/compare.json" 2>"$work/log" || fail "$(cat "$work/log")"
"$python" "$bench/growth.py" --build "$build" --threads 1 --largest 2000 --sample 0.0001 --rounds 1 --sweeps elements \
    --out "$work/growth.json" 2>"$work/log" || fail "$(cat "$work/log")"
printf 'What is measured.\n\n<!-- figures -->\nold figures\n' >"$work/page.md"
"$python" "$bench/page.py" --compare "$work/compare.json" --growth "$work/growth.json" --page "$work/page.md" \
    2>"$work/log" || fail "$(cat "$work/log")"

for line in 'What is measured.' '| smooth_l1 mean and gradient, 4096, in place | 1 | ' '| exp, 3072 | ' '| relu and backward' \
    'multiply-adds and additions' '## How cost grows' 'clock of all threads, GHz'; do
    grep -qF -- "$line" "$work/page.md" || fail "the page lacks: $line"
done
bound='^\| gelu and backward.*\| [0-9]+ \([0-9]+\) \| operations \| '
if [ "$(uname -m)" = x86_64 ] && ! grep -qE "$bound" "$work/page.md"; then fail "operations do not bound GELU"; fi
if grep -q 'old figures' "$work/page.md"; then fail "old figures are still there"; fi
