// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The code generator: all that needs LLVM, in a shared object of its own, libgradus_generator.so, which is opened when
// a kernel is compiled for the first time. A process whose kernels are all in the cache never maps LLVM.
#pragma once

#include <span>
#include <string_view>

#include "compile.hpp"

namespace gradus {

/// What `compile` asks for; see there.
struct generator_request {
    graph_view g;
    const layout& arrangement;
    std::span<const element> input_types;
    const target& machine;
    std::string_view name;
    bool keep_texts;
};

/// Everything but loading: the result's code has no entry. In the shared object.
compiled generate(const generator_request& request);

/// What the shared object exports, as `gradus_generator`.
struct generator_interface {
    const char* fingerprint;  ///< see generator_fingerprint
    void (*generate)(const generator_request& request, compiled& result);
};

/// Identifies the sources of the code generator, of the headers that it shares with the library, and LLVM's version:
/// equal fingerprints make equal code. 64 hexadecimal digits.
std::string_view generator_fingerprint();

/// Opens the shared object, once. Throws gradus::error that says where it was looked for.
const generator_interface& open_generator();

}  // namespace gradus
