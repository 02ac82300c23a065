// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ahead_source.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include <gradus/axes.hpp>
#include <gradus/explain.hpp>

#include "generator.hpp"
#include "record.hpp"

namespace gradus {
namespace {

/// The namespaces around a place: "a::b" is {a, b}; one without a name is empty.
std::vector<std::string> namespaces_of(std::string_view place) {
    std::vector<std::string> names;
    for (std::size_t colons; (colons = place.find("::")) != std::string_view::npos; place.remove_prefix(colons + 2)) {
        const std::string_view one = place.substr(0, colons);
        names.emplace_back(is_name(one) ? one : std::string_view());
    }
    return names;
}

std::string file_of(const ahead_options& options) { return std::filesystem::path(options.source).filename().string(); }

/// Bytes as a literal of C++. An octal escape takes at most three digits.
std::string literal(std::string_view bytes) {
    std::string text = "\"";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        const bool digit_follows = i + 1 < bytes.size() && detail::is_digit(bytes[i + 1]);
        if (i > 0 && i % 64 == 0) text += "\"\n    \"";
        if (c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?')
            text += c;
        else
            text += fmt::format(fmt::runtime(digit_follows ? "\\{:03o}" : "\\{:o}"), static_cast<unsigned char>(c));
    }
    return text + "\"sv";
}

std::string as_comment(std::string_view lines) {
    std::string text;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        text += fmt::format("/// {}\n", lines.substr(0, end));
        lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    }
    return text;
}

/// The table is named by the header in whatever program or shared object that includes it.
std::string declared(std::string_view symbol) {
    return fmt::format("extern \"C\" [[gnu::visibility(\"default\")]] const gradus::ahead_kernel {};\n", symbol);
}

}  // namespace

bool is_name(std::string_view text) {
    const auto fits = [](char c) { return detail::is_letter(c) || detail::is_digit(c); };
    return !text.empty() && !detail::is_digit(text.front()) && std::ranges::all_of(text, fits);
}

std::string qualified_name(const detail::listed_kernel& k, std::string_view separator) {
    std::string name;
    for (const std::string& one : namespaces_of(k.place))
        if (!one.empty()) name.append(one).append(separator);
    return name.append(k.name);
}
std::string symbol_of(const ahead_options& options, const detail::listed_kernel& k) {
    return fmt::format("{}_{}", options.prefix, qualified_name(k, "_"));
}

std::string tables_begin(const ahead_options& options) {
    return fmt::format(
        "// Made by gradus_add_kernels from {}.\n"
        "#include <string_view>\n\n#include <gradus/ahead_table.hpp>\n\n"
        "using namespace std::string_view_literals;\n"
        "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n",
        file_of(options));
}

std::string tables_of(const ahead_options& options, const ahead_choices& choices, const detail::listed_kernel& k,
                      std::span<const ahead_object> objects) {
    const std::string symbol = symbol_of(options, k);
    std::string functions, variants, members;
    for (const ahead_object& one : objects) {
        functions += fmt::format(
            "extern \"C\" [[gnu::visibility(\"hidden\")]] std::int64_t {}(\n"
            "    void* const*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t);\n",
            one.symbol);
        variants += fmt::format("    {{{}, {}, {}}},\n", literal(one.cpu), literal(one.record), one.symbol);
    }
    for (const std::string& text :
         {std::string(generator_fingerprint()), qualified_name(k), file_of(options), graph_key(k.formula),
          choices.cpus_text(), choices.layouts_text(), choices.labels_text(), choices.ranks_text()})
        members += fmt::format("    {},\n", literal(text));
    return fmt::format(
        "\n{0}static constexpr gradus::ahead_variant {1}_variants[] = {{\n{2}}};\n{3}"
        "constinit const gradus::ahead_kernel {1} = {{\n{4}    {1}_variants}};\n",
        functions, symbol, variants, declared(symbol), members);
}

std::string header_begin(const ahead_options& options, const ahead_choices& choices) {
    return fmt::format(
        "// Made by gradus_add_kernels from {}: its kernels, compiled ahead of time for {}.\n"
        "#pragma once\n\n#include <source_location>\n\n#include <gradus/ahead_of_time.hpp>\n\n"
        "#include \"{}\"\n",
        file_of(options), choices.cpus_text(), options.source);
}

std::string header_of(const ahead_options& options, const detail::listed_kernel& k) {
    const std::string symbol = symbol_of(options, k);
    const explanation texts(k.formula, std::string(k.name));
    std::string opened, closed;
    for (const std::string& one : namespaces_of(k.place)) {
        opened += fmt::format("namespace {}{}{{\n", one, one.empty() ? "" : " ");
        closed += "}\n";
    }
    return fmt::format(
        "\n{}{}{}"
        "[[maybe_unused, nodiscard]] static auto {}(\n"
        "    const std::source_location& made_at = std::source_location::current()) {{\n"
        "    return ::gradus::detail::compiled_ahead<::{}, {}>(made_at);\n}}\n{}",
        declared(symbol), opened, as_comment(texts.formula() + texts.gradients()), k.name, symbol, k.expressions,
        closed);
}

}  // namespace gradus
