// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each kernel is compiled for every combination of CPU, "..." rank, layout and integer types: one object a combination,
// just as jit makes it, to be joined into one. The tables name the functions in them.
#include <gradus/compile_ahead.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include <gradus/error.hpp>

#include "ahead_choices.hpp"
#include "ahead_source.hpp"
#include "generator.hpp"
#include "record.hpp"

namespace gradus {
namespace {

using detail::listed_kernel;

std::vector<listed_kernel>& listed() {
    static std::vector<listed_kernel> all;
    return all;
}

void check_names(const ahead_options& options) {
    if (listed().empty())
        throw error("it lists no kernel; write GRADUS_KERNEL(name, expression...) below its expressions");
    std::map<std::string, const listed_kernel*> known;
    for (const listed_kernel& k : listed()) {
        if (!is_name(k.name))
            throw error(fmt::format("line {}: a kernel is called \"{}\", but a C++ name was expected", k.line, k.name));
        const auto [place, is_new] = known.emplace(symbol_of(options, k), &k);
        if (!is_new)
            throw error(fmt::format("lines {} and {}: two kernels are called {}", place->second->line, k.line,
                                    qualified_name(k, "::")));
    }
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) throw error(fmt::format("cannot write {}", path.string()));
}

/// Compiles one combination and writes its object.
ahead_object make_object(const ahead_options& options, const target& machine, graph_view g, const layout& arrangement,
                         std::span<const element> input_types, std::string_view symbol) {
    compiled made;
    open_generator().generate({g, arrangement, input_types, machine, symbol, false}, made);
    write_file(std::filesystem::path(options.objects) / (made.symbol + ".o"), {made.object.data(), made.object.size()});
    const std::string key = variant_key(arrangement, input_types, machine);
    return {machine.name, made.symbol, to_bytes({key, made.code, made.symbol, {}})};
}

std::vector<ahead_object> make_objects(const ahead_options& options, const ahead_choices& choices,
                                       const listed_kernel& k) {
    const std::vector<layout> layouts = layouts_of(k.formula, choices);
    const std::vector<std::vector<element>> types = input_types_of(k.formula, choices);
    std::vector<ahead_object> made;
    for (const target* const machine : choices.cpus)
        for (const layout& arrangement : layouts)
            for (const std::vector<element>& of_inputs : types) {
                const std::string symbol = fmt::format("{}_{}_{}", symbol_of(options, k), machine->name, made.size());
                made.push_back(make_object(options, *machine, k.formula, arrangement, of_inputs, symbol));
            }
    return made;
}

void write_all(const ahead_options& options) {
    check_names(options);
    const ahead_choices choices = choices_of(options);
    std::filesystem::create_directories(options.objects);
    std::string list;
    std::string tables = tables_begin(options);
    std::string header = header_begin(options, choices);
    for (const listed_kernel& k : listed()) {
        const std::vector<ahead_object> objects = make_objects(options, choices, k);
        for (const ahead_object& one : objects) list += one.symbol + ".o\n";
        tables += tables_of(options, choices, k, objects);
        header += header_of(options, k);
    }
    write_file(options.tables, tables);
    write_file(options.header, header);
    write_file(std::filesystem::path(options.objects) / "list", list);
}

}  // namespace

detail::kernel_listing::kernel_listing(const listed_kernel& one) { listed().push_back(one); }

int compile_ahead(const ahead_options& options) {
    try {
        write_all(options);
        return 0;
    } catch (const std::exception& problem) {
        const std::string source = std::filesystem::path(options.source).filename().string();
        std::fputs(fmt::format("gradus_add_kernels({}): {}\n", source, problem.what()).c_str(), stderr);
        return 1;
    }
}

}  // namespace gradus
