# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -DOUT=HEADER -DEXTRA=TEXT -DROOT=FOLDER -P gradus_fingerprint.cmake: writes a header with a hash of the sources that
# decide what code is generated (codegen/, and the headers of dsl/ and runtime/) and of EXTRA, if it changed.
cmake_minimum_required(VERSION 3.25)
file(GLOB sources ${ROOT}/codegen/*.cpp ${ROOT}/codegen/*.hpp ${ROOT}/dsl/gradus/*.hpp ${ROOT}/runtime/gradus/*.hpp)
list(SORT sources)
set(all "${EXTRA}")
foreach(source IN LISTS sources)
    file(SHA256 ${source} hash)
    string(APPEND all " ${hash}")
endforeach()
string(SHA256 fingerprint "${all}")
file(CONFIGURE OUTPUT ${OUT} CONTENT "// Made by the build.\n#pragma once\n#define GRADUS_FINGERPRINT \"${fingerprint}\"\n")
