#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what our kernels are compared with: Debian's oneDNN, Eigen and SLEEF, an allocator for the peers (jemalloc), and a
# virtual environment with PyTorch, Liger, JAX, Dr.Jit and matplotlib (6 GB), in $GRADUS_BENCH_PEERS or the user's cache.
# Each is optional: what does not install is named, and bench/compare.py and bench/gpu.py run without it.
set -eu
peers=${GRADUS_BENCH_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/gradus-peers}
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
for package in libdnnl-dev libeigen3-dev libsleef-dev libjemalloc2; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$package" || echo "absent: $package"
done
[ -x "$peers/bin/python" ] || python3 -m venv "$peers"
for package in numpy matplotlib torch liger-kernel jax drjit; do
    "$peers/bin/python" -c "import importlib.metadata as m; m.version('$package')" 2>/dev/null ||
        "$peers/bin/pip" install --quiet "$package" || echo "absent: $package"
done
echo "peers: $peers"
