// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gradus rules: every rewrite rule with its reason.
#include <fmt/format.h>
#include <gradus/print.hpp>
#include <gradus/rules.hpp>

#include "pages.hpp"

namespace gradus::pages {
namespace {

/// A rule's two sides as formulas of a, b, c, d, e, f (anything), k, l (constants) and the axis i.
std::pair<std::string, std::string> forms_of(const rule& r) {
    builder graph;
    input along_i, plain_entry;
    along_i.axes.push_back(graph.axis("i"));
    const auto in = [&](const char* name, const input& entry) { return sym{&graph, graph.input_node(name, entry)}; };
    const pattern p{in("a", along_i),     in("b", plain_entry), in("c", plain_entry),
                    in("d", plain_entry), in("e", plain_entry), in("f", plain_entry),
                    in("k", plain_entry), in("l", plain_entry), {axis_set{1} << graph.axis("i")}};
    const rewriting r2 = r.body(p);
    vec<output> outputs;
    for (const node_id id : {r2.from.id, r2.to.id}) {
        output out;
        out.value = id;
        outputs.push_back(out);
    }
    const gradus::graph g = graph.finish(outputs);
    return {to_text(g, g.outputs[0].value).str(), to_text(g, g.outputs[1].value).str()};
}

}  // namespace

void print_rules(bool markdown) {
    if (markdown)
        fmt::print(
            "# Rewrite rules\n\nMade by `gradus rules --markdown`. a … f stand for anything, k and l for constants.\n\n"
            "| rule | from | to | reason |\n|---|---|---|---|\n");
    for (const rule& r : rules) {
        const auto [from, to] = r.body != nullptr ? forms_of(r) : std::pair<std::string, std::string>{};
        if (markdown)
            fmt::print("| {} | {} | {} | {} |\n", r.name, from.empty() ? "" : "`" + from + "`",
                       to.empty() ? "" : "`" + to + "`", r.reason);
        else
            fmt::print("{}: {}{}\n", r.name, from.empty() ? "" : from + " → " + to + ", ", r.reason);
    }
}

}  // namespace gradus::pages
