#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is missing, builds, and runs the main example: a classifier of handwritten digits whose
# losses, activations and their gradients are Gradus kernels.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset default >/dev/null
cmake --build --preset default --target example_train_digits
exec build/default/examples/train_digits
