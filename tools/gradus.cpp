// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The gradus command.
//
//     gradus targets                  the processors that code can be made for
//     gradus rules [--markdown]       every rewrite rule with its reason
//     gradus catalogue [--markdown]   every activation and loss with its formula
//     gradus kinks [--markdown]       every kink of the catalogue with what the policies take there
//     gradus gallery FOLDER           a picture of each activation and its derivative, as SVG
//     gradus explain FILE             the stages of a graph in text form, as explain().graph() prints it
//     gradus cache [--clear]          the kernels on disk: lists or removes them
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <gradus/explain.hpp>
#include <gradus/print.hpp>
#include <gradus/read.hpp>

#include "cached.hpp"
#include "pages.hpp"
#include "target.hpp"

namespace {
using namespace gradus;

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
    bool markdown = false;
    const auto add_page = [&](const char* name, const char* about, void (*print)(bool)) {
        CLI::App* const page = app.add_subcommand(name, about);
        page->add_flag("--markdown", markdown, "as a page of the documentation");
        page->callback([&markdown, print] { print(markdown); });
    };
    add_page("rules", "every rewrite rule with its reason", pages::print_rules);
    add_page("catalogue", "every activation and loss with its formula", pages::print_catalogue);
    add_page("kinks", "every kink of the catalogue with what the policies take there", pages::print_kinks);
    CLI::App* const gallery = app.add_subcommand("gallery", "a picture of each activation and its derivative, as SVG");
    std::string folder;
    gallery->add_option("folder", folder, "where to")->required();
    gallery->callback([&] { pages::write_gallery(folder); });
    CLI::App* const explained = app.add_subcommand("explain", "the stages of a graph in text form");
    std::string path, target_name;
    explained->add_option("file", path, "a file with a graph, as explain().graph() prints it")->required();
    explained->add_option("--target", target_name, "avx512, avx2 or aarch64");
    explained->callback([&] { explain_file(path, target_name); });
    CLI::App* const cached = app.add_subcommand("cache", "the kernels on disk: file, kernel, target, size, last use");
    bool clear = false;
    cached->add_flag("--clear", clear, "remove them");
    cached->callback([&] { clear ? empty_cache() : print_cache(); });
    CLI11_PARSE(app, argc, argv);
    return EXIT_SUCCESS;
} catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return EXIT_FAILURE;
}
