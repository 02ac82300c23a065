#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what the build needs and this Debian 12 machine lacks. Quick when nothing is missing.
set -eu
packages=(
    g++ cmake ninja-build ccache clang-22 libclang-rt-22-dev llvm-22-dev zlib1g-dev
    libboost1.81-dev libboost-context1.81-dev libfmt-dev catch2 libtbb-dev libbenchmark-dev libcli11-dev
    nlohmann-json3-dev libxxhash-dev libopenblas-dev time
    qemu-user g++-aarch64-linux-gnu libc6-dev-arm64-cross
)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: missing packages: ${missing[*]}; install them, or sudo"; exit 1; }
    as_root=(sudo)
fi
echo "installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}
install >"$log" 2>&1 || { cat "$log"; exit 1; }
