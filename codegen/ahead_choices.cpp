// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ahead_choices.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gradus/error.hpp>
#include <gradus/tensor.hpp>

namespace gradus {
namespace {

#if defined(__x86_64__)
constexpr std::string_view own_architecture = "x86_64";
#elif defined(__aarch64__)
constexpr std::string_view own_architecture = "aarch64";
#else
constexpr std::string_view own_architecture = "";
#endif

/// The targets whose code can be linked with a program of this architecture.
std::vector<const target*> linkable_targets() {
    std::vector<const target*> linkable;
    for (const target& t : targets())
        if (t.kind == target_kind::vector && t.triple.starts_with(own_architecture)) linkable.push_back(&t);
    if (linkable.empty() || own_architecture.empty()) throw error("kernels are compiled for x86-64 and AArch64 alone");
    return linkable;
}

/// "avx512, avx2"
template <class List, class Text>
std::string words(const List& list, Text text) {
    std::vector<std::string> all;
    for (const auto& one : list) all.emplace_back(text(one));
    return fmt::format("{}", fmt::join(all, ", "));
}
std::string names(const std::vector<const target*>& list) {
    return words(list, [](const target* t) { return t->name; });
}

[[noreturn]] void refuse(std::string_view option, std::string_view word, std::string_view expected) {
    throw error(fmt::format("{} has \"{}\", but {} was expected", option, word, expected));
}

template <class T>
void add_once(std::vector<T>& list, T one) {
    if (std::ranges::find(list, one) == list.end()) list.push_back(one);
}

/// In the order of preference.
std::vector<const target*> cpus_of(const ahead_options& options) {
    std::vector<const target*> chosen = linkable_targets();
    for (const std::string& name : options.cpus)
        if (std::ranges::find(chosen, name, &target::name) == chosen.end())
            refuse("CPUS", name, "one of " + names(chosen));
    if (options.cpus.empty()) return chosen;
    std::erase_if(chosen, [&](const target* t) { return std::ranges::count(options.cpus, t->name) == 0; });
    return chosen;
}

row_gaps gaps_of(const ahead_options& options) {
    row_gaps gaps = row_gaps::none;
    for (const std::string& word : options.layouts) {
        if (word != "dense" && word != "padded") refuse("LAYOUTS", word, "dense or padded");
        if (word == "padded") gaps = row_gaps::allowed;
    }
    return gaps;
}

std::vector<element> labels_of(const ahead_options& options) {
    if (options.labels.empty()) return {element::int32, element::int64};
    std::vector<element> types;
    for (const std::string& word : options.labels) {
        auto type = static_cast<int>(element::int8);
        while (type <= static_cast<int>(element::uint64) && name_of(static_cast<element>(type)) != word) ++type;
        if (type > static_cast<int>(element::uint64)) refuse("LABELS", word, "int8 to int64 or uint8 to uint64");
        add_once(types, static_cast<element>(type));
    }
    return types;
}

std::vector<int> ranks_of(const ahead_options& options) {
    if (options.ranks.empty()) return {1};
    std::vector<int> ranks;
    for (const std::string& word : options.ranks) {
        int rank = -1;
        const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), rank);
        if (problem != std::errc{} || end != word.data() + word.size() || rank < 0 || rank > max_argument_rank)
            refuse("RANKS", word, fmt::format("a number of axes from 0 to {}", max_argument_rank));
        add_once(ranks, rank);
    }
    return ranks;
}

}  // namespace

std::string ahead_choices::cpus_text() const { return names(cpus); }
std::string ahead_choices::layouts_text() const { return gaps == row_gaps::allowed ? "dense, padded" : "dense"; }
std::string ahead_choices::labels_text() const {
    return words(labels, [](element type) { return name_of(type); });
}
std::string ahead_choices::ranks_text() const {
    return words(ranks, [](int rank) { return std::to_string(rank); });
}

ahead_choices choices_of(const ahead_options& options) {
    return {cpus_of(options), gaps_of(options), labels_of(options), ranks_of(options)};
}

std::vector<layout> layouts_of(graph_view g, const ahead_choices& choices) {
    std::vector<layout> all;
    for (const int rank : choices.ranks)
        for (const layout& one : row_major_layouts(g, rank, choices.gaps)) add_once(all, one);
    return all;
}

std::vector<std::vector<element>> input_types_of(graph_view g, const ahead_choices& choices) {
    std::vector<std::vector<element>> all(1);
    for (const input& in : g.inputs) {
        std::vector<element> own{in.use == role::seed ? element::uint64 : in.type};
        if (in.any_integer && in.used) own = choices.labels;
        std::vector<std::vector<element>> longer;
        for (const std::vector<element>& before : all)
            for (const element type : own) {
                longer.push_back(before);
                longer.back().push_back(type);
            }
        all = std::move(longer);
    }
    return all;
}

}  // namespace gradus
