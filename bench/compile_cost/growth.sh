#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# growth.sh [FOLDER]: seconds and peak memory of compiling an expression with its gradient against the number of its
# operations, each used once (unshared) or each twice (shared: as a tree it would have 2^(N/2) nodes), by g++ and
# clang++-22, nothing optimised. Writes compile_growth.csv and, where gnuplot is found (Debian: gnuplot-nox),
# compile_growth.svg and .png. Seconds are the least of three.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(cd "${1:-$root/docs}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$here/programs.sh"

compile() {  # compile COMPILER NAME
    local options=(-std=c++20 -O0 -I"$root/dsl" -c "$work/$2.cpp" -o "$work/out.o")
    [ "$1" = g++ ] || options+=(-fconstexpr-steps=10000000)  # shared_1000 exceeds clang's default by less than a quarter
    "/usr/bin/time" -o "$work/time" -f '%U,%M' "$1" "${options[@]}"
    cat "$work/time"
}

csv=$out/compile_growth.csv
echo 'graph,compiler,operations,seconds,peak_kb' >"$csv"
for compiler in g++ clang++-22; do
    command -v "$compiler" >/dev/null || { echo "$compiler is absent" >&2 && continue; }
    write_program header >"$work/header.cpp"
    for graph in unshared shared; do
        least=$(for _ in 1 2 3; do compile "$compiler" header; done | sort -n | head -1)
        echo "$graph,$compiler,0,$least" >>"$csv"
        for operations in 10 20 50 100 200 500 1000; do
            write_program "${graph}_$operations" >"$work/program.cpp"
            least=$(for _ in 1 2 3; do compile "$compiler" program; done | sort -n | head -1)
            echo "$graph,$compiler,$operations,$least" >>"$csv"
        done
    done
done
cat "$csv"

command -v gnuplot >/dev/null || { echo 'no plot: gnuplot is absent' >&2 && exit 0; }
for format in svg png; do
    gnuplot <<END
set terminal $format size 900,380 noenhanced
set output "$out/compile_growth.$format"
set datafile separator ','
set key left top
set xlabel 'operations'
set multiplot layout 1,2
set ylabel 'seconds'
set yrange [0:*]
series(graph, compiler, column) = (strcol(1) eq graph && strcol(2) eq compiler) ? column : NaN
plot for [c in 'g++ clang++-22'] for [g in 'unshared shared'] \
    '$csv' every ::1 using 3:(series(g, c, \$4)) with linespoints title c.', '.g
set ylabel 'peak memory, MB'
plot for [c in 'g++ clang++-22'] for [g in 'unshared shared'] \
    '$csv' every ::1 using 3:(series(g, c, \$5 / 1024)) with linespoints title c.', '.g
END
done
