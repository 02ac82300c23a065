#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# tree.sh ROOT: every source opens with the licence line (after a #! line) and holds no tab.
set -u
cd "$1" || exit 1
status=0
while IFS= read -r file; do
    if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception'; then
        echo "$file: no licence line"
        status=1
    fi
    if grep -nP '\t' "$file" >/dev/null; then
        echo "$file: a tab"
        status=1
    fi
done < <(find . -path ./build -prune -o -path ./.git -prune -o -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.sh' -o -name '*.cmake' -o -name 'CMakeLists.txt' -o -name '*.py' \) -print)
exit $status
