#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# rules.sh COMMAND FILE: the page of rules is what the command prints.
set -eu
diff "$2" <("$1" rules --markdown) && echo "the page shows the table of rules"
