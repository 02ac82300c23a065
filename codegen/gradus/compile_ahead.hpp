// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program that gradus_add_kernels builds and runs: every GRADUS_KERNEL of a source, compiled into objects, with a
// source of tables and a header. No program of the user's includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gradus/graph.hpp>

namespace gradus {

/// What gradus_add_kernels was called with. Empty lists stand for the defaults.
struct ahead_options {
    std::string source;                ///< the file's path, for the header and messages
    std::string prefix;                ///< of all symbols
    std::string header;                ///< paths of what is written: functions that return the kernels,
    std::string tables;                ///< a C++ source,
    std::string objects;               ///< and a folder of objects with a file "list" that names them
    std::vector<std::string> cpus;     ///< names of targets; all of this architecture
    std::vector<std::string> layouts;  ///< dense or padded; dense
    std::vector<std::string> labels;   ///< integer types; int32 and int64
    std::vector<std::string> ranks;    ///< numbers of axes that "..." stands for; 1
};

/// Writes the files. Returns the program's exit status, after a message on stderr for what is wrong.
int compile_ahead(const ahead_options& options);

namespace detail {

/// A line GRADUS_KERNEL(name, expressions).
struct listed_kernel {
    std::string_view name;
    std::string_view expressions;
    std::string_view place;  ///< the qualified name of a type beside it
    int line;
    graph_view formula;
};
struct kernel_listing {
    explicit kernel_listing(const listed_kernel& one);
};

/// The name of a type as the compiler prints it.
template <class T>
constexpr std::string_view type_text() {
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(text.find("T = ") + 4);
    return text.substr(0, text.find_first_of("];"));
}

}  // namespace detail
}  // namespace gradus

#define GRADUS_LIST_KERNEL(line, name, ...) GRADUS_LIST_KERNEL_AT(line, name, __VA_ARGS__)
#define GRADUS_LIST_KERNEL_AT(line, name, ...)                                                                         \
    static_assert(::gradus::detail::is_kernel_list<__VA_ARGS__>,                                                       \
                  "gradus: GRADUS_KERNEL takes a name and one or more expressions");                                   \
    struct gradus_place_##name;                                                                                        \
    static const ::gradus::detail::kernel_listing gradus_listing_##name##_##line(                                      \
        ::gradus::detail::listed_kernel{#name, #__VA_ARGS__, ::gradus::detail::type_text<gradus_place_##name>(), line, \
                                        ::gradus::program<__VA_ARGS__>::view()})
