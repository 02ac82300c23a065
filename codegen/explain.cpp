// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/explain.hpp>

#include <mutex>
#include <optional>

#include <fmt/format.h>

#include <gradus/error.hpp>
#include <gradus/print.hpp>
#include <gradus/rules.hpp>

#include "compile.hpp"
#include "copy_graph.hpp"
#include "target.hpp"

namespace gradus {
namespace {

std::string lines_of(graph_view g, bool derivatives) {
    std::string lines;
    for (std::size_t i = 0; i < g.outputs.size(); ++i) {
        const output& out = g.outputs[i];
        if (out.derivative != derivatives) continue;
        const std::string_view name = g.text_of(out.name);
        lines += fmt::format("{} = {}\n", name.empty() ? fmt::format("output {}", i) : std::string(name),
                             to_text(g, out.value).view());
    }
    return lines;
}

std::string conditions_of(graph_view g) {
    std::string lines;
    for (const requirement& r : g.requirements)
        if (r.over == 0) lines += fmt::format("require {}\n", to_text(g, r.condition).view());
    return lines;
}

std::string log_text(graph_view g) {
    std::string lines;
    for (const firing& f : g.log) {
        const rule& r = rules[f.rule];
        if (f.made == no_node)
            lines += fmt::format("{}: {}\n", r.name, r.reason);
        else
            lines += fmt::format("{}: {} → %{} = {}\n", r.name, r.reason, f.made, to_text(g, f.made).view());
    }
    return lines;
}

const target& target_named(const std::string& name) {
    if (name.empty()) return host_target();
    if (const target* found = find_target(name)) return *found;
    throw error(
        fmt::format("gradus: unknown target \"{}\": expected avx512, avx2, aarch64, sm_80, sm_90 or sm_100", name));
}

}  // namespace

struct explanation::stages {
    gradus::graph body;
    std::string name;
    layout arrangement;
    std::string target_name;
    std::once_flag once;
    compiled texts;

    const compiled& made() {
        std::call_once(once, [&] {
            std::vector<element> types;
            for (const input& in : body.inputs) types.push_back(in.use == role::seed ? element::uint64 : in.type);
            const target& machine = target_named(target_name);
            arrangement.aligned = machine.kind == target_kind::nvptx;
            texts = compile(body, arrangement, types, machine, name, true);
        });
        return texts;
    }
};

explanation::explanation(graph_view g, std::string name, int ellipsis_rank, std::string target)
    : stages_(new stages{copy_of(g), std::move(name), row_major(g, ellipsis_rank), std::move(target), {}, {}}) {}
explanation::~explanation() = default;
explanation::explanation(explanation&&) noexcept = default;

std::string explanation::formula() const { return lines_of(stages_->body, false) + conditions_of(stages_->body); }
std::string explanation::gradients() const { return lines_of(stages_->body, true); }
std::string explanation::latex() const {
    std::string lines;
    const graph_view g = stages_->body;
    for (const output& out : g.outputs) lines += to_latex(g, out.value).str() + "\n";
    return lines;
}
std::string explanation::rewrites() const { return log_text(stages_->body); }
std::string explanation::graph() const { return to_text(stages_->body).str(); }
std::string explanation::plan() const { return stages_->made().plan_text; }
std::string explanation::llvm_ir() const { return stages_->made().ir; }
std::string explanation::optimised_llvm_ir() const { return stages_->made().optimised_ir; }
std::string explanation::assembly() const { return stages_->made().assembly; }

std::string explanation::text() const {
    using part = std::pair<const char*, std::string (explanation::*)() const>;
    constexpr std::array<part, 9> parts{{{"formula", &explanation::formula},
                                         {"gradients", &explanation::gradients},
                                         {"LaTeX", &explanation::latex},
                                         {"rewrites", &explanation::rewrites},
                                         {"graph", &explanation::graph},
                                         {"plan", &explanation::plan},
                                         {"LLVM IR", &explanation::llvm_ir},
                                         {"optimised LLVM IR", &explanation::optimised_llvm_ir},
                                         {"assembly", &explanation::assembly}}};
    std::string all;
    for (const auto& [heading, get] : parts) all += fmt::format("== {} ==\n{}\n", heading, (this->*get)());
    return all;
}

}  // namespace gradus
