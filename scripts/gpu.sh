#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# For a machine with an NVIDIA GPU: builds, runs every test that needs one and the example, then measures our kernels
# beside PyTorch, torch.compile and Liger. Writes tests.log, train.log, gpu.json and the table gpu.md.
#   scripts/gpu.sh [--built DIR] [--out DIR] [options of bench/gpu.py]
#     --built DIR  nothing is installed or built: the programs lie in DIR/tests, DIR/bench and DIR/examples, and
#                  DIR/CTestTestfile.cmake lists the tests, as in a build folder
#     --out DIR    where the files go; build/gpu
# Exit status: 0; 1 if something failed; 2 for wrong arguments; 3 if there is no GPU.
set -eu
cd "$(dirname "$0")/.."
built='' out=build/gpu
while [[ ${1:-} = --built || ${1:-} = --out ]]; do
    value=${2:?"$1 takes a folder"}
    if [ "$1" = --built ]; then built=$value; else out=$value; fi
    shift 2
done
built_here=$built
if [ -z "$built" ]; then
    built=build/default
    scripts/setup.sh
    cmake --preset default >/dev/null
    cmake --build --preset default --target bench_worker_gpu
fi
[ -x "$built/bench/bench_worker_gpu" ] || { echo "gpu.sh: no program $built/bench/bench_worker_gpu"; exit 2; }

device=$("$built/bench/bench_worker_gpu" 2>&1) || { echo "gpu.sh: no GPU can be used: $device"; exit 3; }
echo "gpu.sh: $device"
[ -n "$built_here" ] || cmake --build --preset default
mkdir -p "$out"
status=0
export GRADUS_CACHE=off  # whatever is measured and tested is compiled here
ctest --test-dir "$built" --label-regex '^gpu$' --no-tests=error --output-on-failure --parallel "$(nproc)" --timeout 600 \
    2>&1 | tee "$out/tests.log"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
"$built/examples/train_gpu" examples/data/digits.csv 2>&1 | tee "$out/train.log"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

peers=${GRADUS_BENCH_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/gradus-peers}
python=$peers/bin/python
[ -x "$python" ] || python=python3
"$python" bench/gpu.py --build "$built" --out "$out/gpu.json" --table "$out/gpu.md" "$@" || status=1
echo "gpu.sh: written to $out; $([ $status -eq 0 ] && echo 'all passed' || echo 'something FAILED')"
exit $status
