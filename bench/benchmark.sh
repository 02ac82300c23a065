#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds the workers, measures, and rewrites docs/benchmarks.md with its pictures. About twelve minutes on a machine with
# nothing else to do. bench/peers.sh, once before, installs the peers.
set -eu
cd "$(dirname "$0")/.."
build=build/default
cmake --preset default
targets=$(cmake --build --preset default --target help | sed -n 's/^\(bench_worker_[a-z]*\): phony$/\1/p')
# shellcheck disable=SC2086  # a list of words
cmake --build --preset default --target gradus_generator $targets
peers=${GRADUS_BENCH_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/gradus-peers}
python=$peers/bin/python
[ -x "$python" ] || python=python3
export TORCHINDUCTOR_CACHE_DIR=$peers/inductor  # what torch.compile has compiled once it finds there
"$python" bench/compare.py --build $build --out $build/compare.json
"$python" bench/growth.py --build $build --out $build/growth.json
"$python" bench/page.py --compare $build/compare.json --growth $build/growth.json --page docs/benchmarks.md
