// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A kernel whose compile function looks its programs up among those that are linked with the program. What they depend
// on is compared in full, as for files of the cache.
#include <gradus/ahead_of_time.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "generator.hpp"
#include "record.hpp"
#include "target.hpp"
#include "watch.hpp"

namespace gradus {
namespace {

bool has_code_for(const ahead_kernel& code, const target& machine) {
    return std::ranges::any_of(code.variants, [&](const ahead_variant& v) { return v.cpu == machine.name; });
}

std::string cpus_of_this_machine() {
    std::string list;
    for (const target& t : targets())
        if (t.runs_here) list += (list.empty() ? "" : ", ") + t.name;
    return list.empty() ? "none of the CPUs that kernels are made for" : list;
}

/// The best of the kernel's CPUs that this processor is, or the one that GRADUS_TARGET names.
const target& target_of(const ahead_kernel& code) {
    const char* const wanted = std::getenv("GRADUS_TARGET");
    if (wanted != nullptr && *wanted != '\0') {
        const target& machine = host_target();
        if (has_code_for(code, machine)) return machine;
        throw error(fmt::format("GRADUS_TARGET is \"{}\", but kernel {} was compiled ahead of time for {}", wanted,
                                code.name, code.cpus));
    }
    for (const target& t : targets())
        if (t.runs_here && has_code_for(code, t)) return t;
    throw error(
        fmt::format("kernel {} was compiled ahead of time for {}, but this processor runs code for {}; add one "
                    "to CPUS of gradus_add_kernels",
                    code.name, code.cpus, cpus_of_this_machine()));
}

/// The program of a variant if it is what is asked for.
std::optional<executable> program_of(const ahead_variant& variant, std::string_view key, graph_view g,
                                     const layout& arrangement) {
    std::optional<kernel_record> record = read_record(variant.record);
    if (!record || record->key != key || !fits(record->program, g, arrangement)) return std::nullopt;
    record->program.entry = variant.entry;
    return std::move(record->program);
}

bool is_listed(std::string_view list, std::string_view word) {
    return fmt::format(", {}, ", list).find(fmt::format(", {}, ", word)) != std::string::npos;
}

/// How many axes "..." stands for; -1 if the graph has none such.
int rank_of_ellipsis(graph_view g, const layout& arrangement) {
    const auto is_ellipsis = [&](const source_axis& s) { return g.axis_name(s.axis) == ellipsis; };
    int rank = 0;
    bool known = false;
    for (int a = 0; a < static_cast<int>(g.axes.size()); ++a) known = known || g.axis_name(a) == ellipsis;
    for (const loop_axis& loop : arrangement.loops)
        rank += static_cast<int>(std::ranges::count_if(loop.sources, is_ellipsis));
    return known ? rank : -1;
}

/// Why no program was found, and what would bring it.
std::string what_is_missing(const ahead_kernel& code, graph_view g, const layout& arrangement,
                            std::span<const element> input_types) {
    for (std::size_t i = 0; i < g.inputs.size(); ++i) {
        const input& in = g.inputs[i];
        const std::string_view type = name_of(input_types[i]);
        if (in.used && in.any_integer && !is_listed(code.labels, type))
            return fmt::format(
                "argument \"{}\" holds {}, but the code is for labels of {}; add {} to LABELS of "
                "gradus_add_kernels",
                g.text_of(in.name), type, code.labels, type);
    }
    const int rank = rank_of_ellipsis(g, arrangement);
    if (rank >= 0 && !is_listed(code.ranks, std::to_string(rank)))
        return fmt::format("\"...\" stands for {} axes, but the code is for {}; add {} to RANKS of gradus_add_kernels",
                           rank, code.ranks, rank);
    if (is_listed(code.layouts, "padded"))
        return "the arguments are not row-major with gaps alike in all; jit takes every layout";
    return "the arguments are not row-major without gaps; LAYOUTS padded of gradus_add_kernels takes rows of wider "
           "matrices, jit every layout";
}

executable find_program(const ahead_kernel& code, const target& machine, graph_view g, const layout& arrangement,
                        std::span<const element> input_types) {
    const std::string key = variant_key(arrangement, input_types, machine);
    for (const ahead_variant& variant : code.variants)
        if (variant.cpu == machine.name)
            if (std::optional<executable> found = program_of(variant, key, g, arrangement)) return std::move(*found);
    throw error(fmt::format("kernel {} was not compiled ahead of time for such a call: {}", code.name,
                            what_is_missing(code, g, arrangement, input_types)));
}

}  // namespace

std::shared_ptr<kernel> kernel_ahead(const ahead_kernel& code, graph_view g, std::string_view name,
                                     std::string_view made_at) {
    if (code.fingerprint != generator_fingerprint())
        throw error(
            fmt::format("kernel {} was compiled ahead of time by another build of gradus than the one that the "
                        "program is linked with; build the program again",
                        code.name));
    if (code.graph != graph_key(g))
        throw error(
            fmt::format("kernel {} was compiled ahead of time from another formula than the program's; {} has "
                        "to mean the same in both",
                        code.name, code.source));
    const auto find = [&code, &machine = target_of(code), g](
                          const layout& arrangement, std::span<const element> input_types, std::string_view device) {
        if (!device.empty())
            throw error(
                fmt::format("kernel {} was compiled ahead of time for processors, not for {}: jit takes tensors "
                            "on a device",
                            code.name, device));
        return find_program(code, machine, g, arrangement, input_types);
    };
    auto made = std::make_shared<kernel>(g, std::string(name), find);
    if (watch_function watch = watch_for(g, std::string(name), std::string(made_at))) made->watch(std::move(watch));
    return made;
}

}  // namespace gradus
