#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# ahead_of_time.sh EXAMPLE FOLDER PREFIX: the example as a project of its own, on the library installed in PREFIX. It runs
# without LLVM, follows its source when that changes, and wrong input is said in so many words.
set -eu
folder=$2
prefix=$3
rm -rf "$folder"
mkdir "$folder"
cp -r "$1" "$folder/source"
cd "$folder/source"

build() {
    {
        cmake -S . -B ../build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" && cmake --build ../build
    } >../log 2>&1
}
must_build() { build || { cat ../log; exit 1; }; }

# must_fail WORDS: the build fails and its log, without line breaks, says the words.
must_fail() {
    if build; then
        echo "the build did not fail, but it was to say: $1"
        exit 1
    fi
    tr -s '\n ' ' ' <../log | grep -qF "$1" || { echo "the log below does not say: $1"; cat ../log; exit 1; }
}

must_build
if ldd ../build/ahead_of_time | grep -E 'LLVM|gradus_generator'; then
    echo "the example is linked with the above"
    exit 1
fi
export GRADUS_GENERATOR=/nothing GRADUS_CACHE=off
run() { ../build/ahead_of_time | head -n 1; }
mean=$(run)
[ "$mean" = 'loss = 0.288726, dlogits[0] = (-0.1674, 0.1224, 0.0450)' ] || { echo "$mean"; exit 1; }
unset GRADUS_GENERATOR

# A sum over two rows is twice the mean.
sed -i 's/mean(cross/sum(cross/' losses.hpp
must_build
[[ $(GRADUS_GENERATOR=/nothing run) == 'loss = 0.577452,'* ]] || { run; exit 1; }
# Nothing is made again where nothing has changed.
cmake --build ../build | grep -q 'no work to do'

# Wrong lists of kernels.
cp losses.hpp right.hpp
sed -i 's/(predict/(step/' losses.hpp
must_fail 'gradus_add_kernels(losses.hpp): gradus: lines 17 and 18: two kernels are called losses::step'
sed '/GRADUS_KERNEL/d' right.hpp >losses.hpp
must_fail 'gradus_add_kernels(losses.hpp): gradus: it lists no kernel; write GRADUS_KERNEL(name, expression...) below'
sed 's/(predict, probability)/(predict)/' right.hpp >losses.hpp
must_fail 'gradus: GRADUS_KERNEL takes a name and one or more expressions'
cp right.hpp losses.hpp

# Wrong calls.
cp CMakeLists.txt right.txt
call() { sed "s/^gradus_add_kernels.*/$1/" right.txt >CMakeLists.txt; }
call 'gradus_add_kernels(ahead_of_time losses.hpp CPUS 486)'
must_fail 'gradus_add_kernels(losses.hpp): gradus: CPUS has "486", but'
call 'gradus_add_kernels(nobody losses.hpp)'
must_fail 'gradus_add_kernels(nobody): there is no such target'
call 'gradus_add_kernels(ahead_of_time)'
must_fail 'gradus_add_kernels(ahead_of_time): expected one or more sources'
call 'gradus_add_kernels(ahead_of_time gains.hpp)'
must_fail 'gradus_add_kernels(ahead_of_time): there is no file'
call 'gradus_add_kernels(ahead_of_time losses.hpp CPUS)'
must_fail 'gradus_add_kernels(ahead_of_time): CPUS has no value'
call 'gradus_add_kernels(ahead_of_time losses.hpp losses.hpp)'
must_fail 'gradus_add_kernels(ahead_of_time): two sources are called losses'
call 'add_library(parts OBJECT main.cpp)\ngradus_add_kernels(parts losses.hpp)'
must_fail 'gradus_add_kernels(parts): expected a program or a static, shared or module library that is made in this'
