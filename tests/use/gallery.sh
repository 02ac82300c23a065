#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# gallery.sh COMMAND FOLDER: the pictures are those that `gradus gallery` draws.
set -eu
drawn=$(mktemp -d)
trap 'rm -rf "$drawn"' EXIT
"$1" gallery "$drawn"
diff -r "$drawn" "$2" && echo "the pictures show the catalogue"
