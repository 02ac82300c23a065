#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# gate.sh FIGURES [--renew] [compiler options]: what headers and expressions cost the C++ compiler, in counts that
# repeat exactly, beside the reviewed ones of the file FIGURES, a line each:
#
#   compiler version program count value
#
#   steps           of the largest constant evaluation: g++ -fconstexpr-ops-limit, clang -fconstexpr-steps
#   memory          kilobytes that g++ allocates for its trees, in all
#   instantiations  of classes and functions, by clang -ftime-trace
#   object          bytes, nothing optimised
#   symbol          length of the longest
#
# More than the file says, by more than 3 %, is an error; a tenth less asks for new figures, which --renew writes.
# A compiler that is absent, or of another version than the figures, is named and passed over (77: all are).
set -eu
figures=$1
shift
renew=no
[ "${1:-}" = --renew ] && renew=yes && shift
options=("$@")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$root/bench/compile_cost/programs.sh"

programs=(header nodes_50 losses_20 catalogue)
for program in "${programs[@]}"; do write_program "$program" >"$work/$program.cpp"; done

compile() {  # compile COMPILER PROGRAM [OPTION…]
    local compiler=$1 program=$2
    shift 2
    "$compiler" -std=c++20 -O0 -I"$root/dsl" "${options[@]}" "$@" -c "$work/$program.cpp" -o "$work/out.o"
}
limit_of() {  # the option that limits the steps of one constant evaluation
    case $1 in g++) echo -fconstexpr-ops-limit= ;; *) echo -fconstexpr-steps= ;; esac
}
steps_suffice() {  # steps_suffice COMPILER PROGRAM STEPS
    compile "$1" "$2" -fsyntax-only "$(limit_of "$1")$3" >"$work/limited" 2>&1 && return 0
    grep -qE 'fconstexpr-ops-limit|step limit' "$work/limited" || { cat "$work/limited" >&2 && exit 1; }
    return 1
}
figure_of() {  # figure_of COMPILER PROGRAM COUNT
    awk -v c="$1" -v p="$2" -v n="$3" '$1 == c && $3 == p && $4 == n {print $5}' "$figures"
}
steps_of() {  # by halving, to 1 %, from the old figure on
    local low=0 high
    high=$(figure_of "$1" "$2" steps)
    high=${high:-100000}
    until steps_suffice "$1" "$2" "$high"; do low=$high high=$((high * 5 / 4)); done
    while [ "$low" -eq 0 ]; do
        if steps_suffice "$1" "$2" $((high * 4 / 5)); then high=$((high * 4 / 5)); else low=$((high * 4 / 5)); fi
    done
    while [ $((100 * (high - low))) -gt "$high" ]; do
        local middle=$(((low + high) / 2))
        if steps_suffice "$1" "$2" "$middle"; then high=$middle; else low=$middle; fi
    done
    echo "$high"
}
counts_of() {  # counts_of COMPILER PROGRAM: lines "count value", all but steps
    if [ "$1" = g++ ]; then
        compile "$1" "$2" -ftime-report 2>&1 | awk '$1 == "TOTAL" {
            n = $NF; k = n + 0; if (n ~ /M$/) k *= 1024; print "memory", k }'
    else
        compile "$1" "$2" -ftime-trace -ftime-trace-granularity=1000000
        grep -oE '"Total Instantiate(Class|Function)","args":\{"count":[0-9]+' "$work/out.json" |
            awk -F: '{n += $NF} END {print "instantiations", n + 0}'
    fi
    echo "object $(stat -c %s "$work/out.o")"
    nm "$work/out.o" | awk '{n = length($NF); if (n > m) m = n} END {print "symbol", m + 0}'
}
version_of() { "$1" -dumpfullversion -dumpversion | head -1; }

measure() {  # all lines of a compiler
    local compiler=$1 version
    version=$(version_of "$compiler")
    for program in "${programs[@]}"; do
        counts_of "$compiler" "$program" | sed "s/^/$compiler $version $program /"
        [ $renew = no ] || echo "$compiler $version $program steps $(steps_of "$compiler" "$program")"
    done
}

if [ $renew = yes ]; then
    { sed -n '/^#/p' "$figures" && for compiler in g++ clang++-22; do measure "$compiler"; done; } >"$work/figures"
    cp "$work/figures" "$figures"
    exit 0
fi

failed=no
seen=no
report() {  # report WHAT NOW FIGURE
    if [ $((100 * $2)) -gt $((103 * $3)) ]; then
        echo "worse: $1: $2, the figure is $3"
        failed=yes
    elif [ $((10 * $2)) -lt $((9 * $3)) ]; then
        echo "better: $1: $2, the figure is $3; gate.sh --renew writes new ones"
    fi
}
for compiler in g++ clang++-22; do
    command -v "$compiler" >/dev/null || { echo "$compiler is absent" && continue; }
    version=$(version_of "$compiler")
    grep -qF "$compiler $version " "$figures" ||
        { echo "no figures of $compiler $version" && continue; }
    seen=yes
    measure "$compiler" >"$work/now"
    while read -r _ _ program count value; do
        report "$compiler, $program, $count" "$value" "$(figure_of "$compiler" "$program" "$count")"
    done <"$work/now"
    while read -r _ _ program _ figure; do
        steps_suffice "$compiler" "$program" $((figure * 103 / 100)) ||
            { echo "worse: $compiler, $program: more than $figure steps" && failed=yes; }
    done < <(awk -v c="$compiler" '$1 == c && $4 == "steps"' "$figures")
    # What the catalogue takes of the compiler's own limits: no more than half of any.
    case $compiler in
        g++) half=(-fconstexpr-ops-limit=16777216 -fconstexpr-loop-limit=131072 -fconstexpr-depth=256 -ftemplate-depth=450) ;;
        *) half=(-fconstexpr-steps=524288 -fconstexpr-depth=256 -ftemplate-depth=512) ;;
    esac
    compile "$compiler" catalogue -fsyntax-only "${half[@]}" || { echo "worse: $compiler: the catalogue needs more than half of a default limit" && failed=yes; }
done
[ $seen = yes ] || exit 77
[ $failed = no ]
