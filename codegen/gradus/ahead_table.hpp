// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What gradus_add_kernels puts beside the machine code of a kernel: read-only data, the agreement between the source
// that it writes and the library.
#pragma once

#include <span>
#include <string_view>

#include <gradus/executable.hpp>

namespace gradus {

/// Code for one CPU, one layout of the arguments and one choice of integer types.
struct ahead_variant {
    std::string_view cpu;     ///< the target's name
    std::string_view record;  ///< key and program as in a file of the cache, without code
    kernel_function entry;
};

struct ahead_kernel {
    std::string_view fingerprint;                   ///< of the code generator that made it
    std::string_view name;                          ///< "losses::step"
    std::string_view source;                        ///< "losses.hpp"
    std::string_view graph;                         ///< all of it, as in a key of the cache
    std::string_view cpus, layouts, labels, ranks;  ///< lists that gradus_add_kernels was given, for messages
    std::span<const ahead_variant> variants;
};

}  // namespace gradus
