#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the header and expressions with gradients cost the C++ compiler: seconds (median of three), peak
# memory, object bytes, longest symbol; for g++ and clang++-22, nothing optimised. Counts repeat
# exactly, seconds are illustration.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program() {  # program COUNT: that many losses, each with its gradient
    echo '#include <gradus/dsl.hpp>'
    echo 'using namespace gradus;'
    echo 'constexpr auto x = tensor<"x[batch, class]">;'
    echo 'constexpr auto t = labels<"t[batch]">;'
    for ((i = 0; i < $1; ++i)); do
        echo "constexpr auto loss$i = mean(cross_entropy($i.5 * tanh(x) + x * x, t, over<\"class\">)) + $i * mean(x * sigmoid(x));"
        echo "constexpr auto dx$i = grad(loss$i, x);"
        echo "unsigned long hash$i() { return program<loss$i, dx$i>::view().hash; }"
    done
}
fifty() {  # one expression of 50 nodes
    echo '#include <gradus/dsl.hpp>'
    echo 'using namespace gradus;'
    echo 'constexpr auto x = tensor<"x[i]">;'
    printf 'constexpr auto y = sum(x'
    for ((i = 1; i <= 16; ++i)); do printf ' + %d.5 * tanh(x)' "$i"; done
    echo ');'
    echo 'constexpr auto dx = grad(y, x);'
    echo 'unsigned long hash() { return program<y, dx>::view().hash; }'
}
echo '' >"$work/empty.cpp"
echo '#include <gradus/dsl.hpp>' >"$work/header.cpp"
for count in 1 10 20 40; do program $count >"$work/losses_$count.cpp"; done
fifty >"$work/nodes_50.cpp"

printf '%-12s %-12s %8s %9s %10s %8s\n' program compiler seconds 'peak MB' 'object B' symbol
for name in empty header nodes_50 losses_1 losses_10 losses_20 losses_40; do
    for compiler in g++ clang++-22; do
        command -v "$compiler" >/dev/null || continue
        times=()
        for _ in 1 2 3; do
            /usr/bin/time -o "$work/time" -f '%U %M' "$compiler" -std=c++20 -O0 -I"$root/dsl" -c "$work/$name.cpp" -o "$work/out.o"
            read -r seconds memory <"$work/time"
            times+=("$seconds")
        done
        median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 2p)
        symbol=$(nm "$work/out.o" | awk '{n = length($NF); if (n > m) m = n} END {print m + 0}')
        printf '%-12s %-12s %8s %9s %10s %8s\n' "$name" "$compiler" "$median" $((memory / 1024)) "$(stat -c %s "$work/out.o")" "$symbol"
    done
done
