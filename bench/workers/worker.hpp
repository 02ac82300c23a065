// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A worker: a process that solves problems with one library and times itself, told by lines of text what to do.
//
//     about                             →  the library's version, and what it was compiled with
//     prepare KIND NAME PLACE EXTENT…   →  ready, or `absent REASON`
//     inputs                            →  ready: the inputs of the problem have been written
//     sample COUNT                      →  SECONDS PROCESSOR_SECONDS of COUNT calls, after one that is not counted
//     output                            →  VALUE: results of one call with fresh inputs lie in their slots
//     keep                              →  ready: the results of `output` have become the reference
//     difference                        →  the largest |result − reference| ÷ the largest |reference|; inf with NaN
//     instructions                      →  HEX PLACE:COUNT…: generated code of one call on one thread, from the first
//                                          instruction that ran on; how often those ran, by their place in it
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "problem.hpp"

namespace gradus::bench {

/// Makes the task of a problem. Throws what its what() explains if the library has no such function.
using maker = std::function<task(const problem& what, const arena& memory, int threads)>;

/// Answers the lines of `in` until it ends.
void serve(std::istream& in, std::ostream& out, const arena& memory, int threads, const std::string& about,
           const maker& make);
/// Serves standard input and output: `worker FILE SLOT_BYTES THREADS`. Returns what main returns.
int serve(int count, char** arguments, const std::string& about, const maker& make);

#ifdef __clang__
inline constexpr const char* compiler = "clang " __clang_version__;
#else
inline constexpr const char* compiler = "g++ " __VERSION__;
#endif

}  // namespace gradus::bench
