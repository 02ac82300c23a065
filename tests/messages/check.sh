#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# check.sh SOURCE COMPILER [FLAGS...]: compiles a wrong program and looks for the texts that its
# "// expect:" lines name among the first lines of the compiler's output. Exit 1 if the program
# compiles or a text is missing.
set -u
source=$1
shift
lines=45

output=$("$@" -fsyntax-only "$source" 2>&1)
if [ $? -eq 0 ]; then
    echo "$source compiles, but must not"
    exit 1
fi
# Lines that only say how the header was included or instantiated are no part of the message.
top=$(grep -vE '^(In file included from| +from )' <<<"$output" | head -n $lines)
expected=$(sed -n 's|^// expect: ||p' "$source")
if [ -z "$expected" ]; then
    echo "$source names no expected text"
    exit 1
fi
status=0
while IFS= read -r text; do
    if ! grep -qF -- "$text" <<<"$top"; then
        echo "not among the first $lines lines: $text"
        status=1
    fi
done <<<"$expected"
[ $status -eq 0 ] || head -c 6000 <<<"$top"
exit $status
