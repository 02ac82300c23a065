#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# page.sh COMMAND WORD FILE: the page is what `gradus WORD --markdown` prints.
set -eu
diff "$3" <("$1" "$2" --markdown) && echo "$3 shows the table"
