#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# block.sh LANGUAGE FILE: the first fenced block of a language in a Markdown file.
awk -v fence="\`\`\`$1" '$0 == fence {inside = 1; next} inside && $0 == "```" {exit} inside' "$2"
