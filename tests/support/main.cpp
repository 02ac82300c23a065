// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The main program of the tests with Catch2 2; version 3 brings its own.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
