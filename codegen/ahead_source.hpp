// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of the two files that gradus_add_kernels adds to a target.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <gradus/compile_ahead.hpp>

#include "ahead_choices.hpp"

namespace gradus {

/// An object that was made.
struct ahead_object {
    std::string cpu;
    std::string symbol;  ///< of its function
    std::string record;  ///< see ahead_variant
};

/// A word that C++ takes as a name.
bool is_name(std::string_view text);

/// The name with the namespaces around the kernel's line: "losses::step".
std::string qualified_name(const detail::listed_kernel& k, std::string_view separator = "::");

/// The C name of a kernel's table, with which those of its functions begin.
std::string symbol_of(const ahead_options& options, const detail::listed_kernel& k);

/// How the source of tables and the header begin, and what they hold for each kernel: its functions, records and
/// table; the function that returns it, in the namespaces of its line.
std::string tables_begin(const ahead_options& options);
std::string tables_of(const ahead_options& options, const ahead_choices& choices, const detail::listed_kernel& k,
                      std::span<const ahead_object> objects);
std::string header_begin(const ahead_options& options, const ahead_choices& choices);
std::string header_of(const ahead_options& options, const detail::listed_kernel& k);

}  // namespace gradus
