// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradus command.
//
//     gradus targets                  the processors that code can be made for
//     gradus rules [--markdown]       every rewrite rule with its reason
//     gradus explain FILE             the stages of a graph in text form, as explain().graph() prints it
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <gradus/explain.hpp>
#include <gradus/print.hpp>
#include <gradus/read.hpp>
#include <gradus/rewrite.hpp>

#include "target.hpp"

namespace {
using namespace gradus;

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

void print_targets() {
    for (const target& t : targets())
        fmt::print("{:8} {:2} bytes a vector  {}\n", t.name, t.vector_bytes,
                   t.runs_here ? "runs here" : "compiles only");
}

void explain_file(const std::string& path, const std::string& target_name) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(fmt::format("cannot open {}", path));
    std::stringstream content;
    content << file.rdbuf();
    const gradus::graph g = read_graph(content.str());
    std::cout << explanation(g, "graph", 1, target_name).text();
}

}  // namespace

int main(int argc, char** argv) try {
    CLI::App app{"Gradus: losses and their gradients as fused kernels"};
    app.require_subcommand(1);
    app.add_subcommand("targets", "the processors that code can be made for")->callback(print_targets);
    CLI::App* const rule_list = app.add_subcommand("rules", "every rewrite rule with its reason");
    bool markdown = false;
    rule_list->add_flag("--markdown", markdown, "as a table for the documentation");
    rule_list->callback([&] { print_rules(markdown); });
    CLI::App* const explained = app.add_subcommand("explain", "the stages of a graph in text form");
    std::string path, target_name;
    explained->add_option("file", path, "a file with a graph, as explain().graph() prints it")->required();
    explained->add_option("--target", target_name, "avx512, avx2 or aarch64");
    explained->callback([&] { explain_file(path, target_name); });
    CLI11_PARSE(app, argc, argv);
    return EXIT_SUCCESS;
} catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return EXIT_FAILURE;
}
