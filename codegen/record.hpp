// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A compiled kernel as the bytes of one file of the cache:
//
//     "gradusk1"  the format            8 bytes
//     checksum    XXH3_64 of the rest   8 bytes
//     key         all that the code depends on, in full, so that equal hashes cannot give a wrong kernel
//     program     what an `executable` holds besides code: stages, temporaries, pairs in place, a GPU's shared memory
//     symbol      the function's name in the object
//     object      relocatable, for runtime/object.hpp; for a device the text of its gpu_code
//
// Numbers are little-endian, 8 bytes each; key, symbol and object are a length and their bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gradus/executable.hpp>
#include <gradus/graph.hpp>
#include <gradus/layout.hpp>

#include "compile.hpp"
#include "target.hpp"

namespace gradus {

/// The graph's part of a key.
std::string graph_key(graph_view g);
/// What tells the programs of one kernel apart: the target with the features that it asks of a processor, the layout
/// and the element types of the inputs.
std::string variant_key(const layout& arrangement, std::span<const element> input_types, const target& machine);

/// All that the code of a kernel depends on: the two above, the name, and the fingerprint of the code generator with
/// LLVM's version. Starts with the name and the target's name.
std::string kernel_key(graph_view g, const layout& arrangement, std::span<const element> input_types,
                       const target& machine, std::string_view name);

/// The name of a key's file: 32 hexadecimal digits of XXH3_128, then ".kernel".
std::string file_name_of(std::string_view key);

/// The parts of a record; views of its bytes.
struct kernel_record {
    std::string_view key;
    executable program;  ///< without entry and code; that of a GPU without text and symbol
    std::string_view symbol;
    std::string_view object;
};

std::string to_bytes(const kernel_record& record);

/// Nothing for bytes with any defect: another format, a wrong checksum, too few or too many bytes, a program that no
/// graph can have.
std::optional<kernel_record> read_record(std::string_view bytes);

/// True if the program may be run for the graph: what its numbers refer to exists.
bool fits(const executable& program, graph_view g, const layout& arrangement);

/// The kernel's and the target's name, as `gradus cache` lists them.
struct key_names {
    std::string_view kernel, target;
};
std::optional<key_names> names_in(std::string_view key);

}  // namespace gradus
