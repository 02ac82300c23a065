// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Catch2, version 2 or 3.
#pragma once

// Catch2 2 counts with __COUNTER__, which clang 22 calls an extension wherever a test case stands.
#if defined(__clang__)
#if __has_warning("-Wc2y-extensions")
#pragma clang diagnostic ignored "-Wc2y-extensions"
#endif
#endif

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
