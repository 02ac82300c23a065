// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pipeline from a graph to an object: an array of named stages, so that explaining, timing and dumping are one
// loop.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <fmt/format.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <gradus/axes.hpp>
#include <gradus/error.hpp>
#include <gradus/print.hpp>

#include "assemble.hpp"
#include "copy_graph.hpp"
#include "emit.hpp"
#include "generator.hpp"
#include "llvm.hpp"
#include "plan.hpp"

namespace gradus {
namespace {

/// What passes from stage to stage.
struct work {
    graph body;
    const layout& arrangement;
    const target& machine;
    std::string symbol;
    plan planned;
    llvm::LLVMContext context;
    std::unique_ptr<llvm::Module> module;
    compiled result;
    bool keep_texts;
};

bool is_for_threads(const work& w) { return w.machine.kind != target_kind::vector; }

void plan_stage(work& w) {
    w.planned = make_plan(w.body, w.arrangement);
    if (is_for_threads(w)) w.planned = simt_plan(std::move(w.planned));
    if (w.keep_texts) w.result.plan_text = to_text(w.planned);
    for (const stage& s : w.planned.stages) w.result.code.stages.push_back(s.shape);
    w.result.code.temporaries = w.planned.temporaries;
    w.result.code.in_place = in_place_pairs(w.planned);
}
void emit_stage(work& w) {
    if (is_for_threads(w)) {
        const auto code = std::make_shared<gpu_code>(gpu_code{{}, w.symbol, {}});
        w.module = emit_simt(w.planned, w.body, w.machine, w.context, *code);
        w.result.code.gpu = code;
    } else {
        w.module = emit(w.planned, w.machine, w.context, w.symbol);
    }
    if (w.keep_texts) w.result.ir = ir_text(*w.module);
}
void optimise_stage(work& w) {
    optimise(*w.module, w.machine);
    if (!w.keep_texts) return;
    w.result.optimised_ir = ir_text(*w.module);
    w.result.assembly = assembly(*llvm::CloneModule(*w.module), w.machine);
}
void object_stage(work& w) {
    w.result.symbol = w.symbol;
    if (w.machine.kind == target_kind::nvptx) {
        const std::string ptx = w.keep_texts ? w.result.assembly : assembly(*w.module, w.machine);
        w.result.object.assign(ptx.begin(), ptx.end());
    } else {
        w.result.object = object_code(*w.module, w.machine);
    }
    if (!is_for_threads(w)) return;
    gpu_code code = *w.result.code.gpu;
    code.text.assign(w.result.object.begin(), w.result.object.end());
    w.result.code.gpu = std::make_shared<const gpu_code>(std::move(code));
}

struct pipeline_stage {
    const char* name;
    void (*run)(work&);
};
constexpr std::array<pipeline_stage, 4> pipeline{
    {{"plan", plan_stage}, {"emit", emit_stage}, {"optimise", optimise_stage}, {"object", object_stage}}};

// ---- dumps

/// A text that GRADUS_DUMP can name.
struct dump_part {
    std::string_view name;
    std::string_view suffix;
    std::string (*text)(const work&);
};
constexpr std::array<dump_part, 5> dump_parts{{
    {"graph", ".graph.txt", [](const work& w) { return to_text(w.body).str(); }},
    {"plan", ".plan.txt", [](const work& w) { return w.result.plan_text; }},
    {"ir", ".ll", [](const work& w) { return w.result.ir; }},
    {"opt", ".opt.ll", [](const work& w) { return w.result.optimised_ir; }},
    {"asm", ".s", [](const work& w) { return w.result.assembly; }},
}};

/// The environment, read once.
struct dump_options {
    std::string parts;
    std::filesystem::path folder;
};
const dump_options& dumps() {
    static const dump_options options = [] {
        const auto variable = [](const char* name) {
            const char* const text = std::getenv(name);
            return std::string(text != nullptr ? text : "");
        };
        const std::string folder = variable("GRADUS_DUMP_DIR");
        return dump_options{variable("GRADUS_DUMP"), folder.empty() ? "." : folder};
    }();
    return options;
}
bool asks_for(std::string_view list, std::string_view part) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (list.substr(0, comma) == part) return true;
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return false;
}
/// Writes what GRADUS_DUMP asks for. A folder that cannot be written is an error the user wants to see.
void write_dumps(const work& w) {
    static std::mutex one_writer;  // variants of a kernel have files of the same names
    const std::lock_guard lock(one_writer);
    for (const dump_part& part : dump_parts) {
        if (!asks_for(dumps().parts, part.name)) continue;
        std::filesystem::create_directories(dumps().folder);
        const std::filesystem::path path = dumps().folder / (w.symbol + std::string(part.suffix));
        std::ofstream file(path);
        file << part.text(w);
        if (!file) throw error(fmt::format("GRADUS_DUMP_DIR: cannot write {}", path.string()));
    }
}

/// A name that files and symbols can have.
std::string as_symbol(std::string_view name) {
    std::string symbol;
    for (const char c : name) symbol += detail::is_letter(c) || detail::is_digit(c) ? c : '_';
    return symbol.empty() ? "kernel" : symbol;
}

}  // namespace

compiled generate(const generator_request& request) {
    work w{copy_of(request.g),
           request.arrangement,
           request.machine,
           as_symbol(request.name),
           {},
           {},
           {},
           {},
           request.keep_texts || !dumps().parts.empty()};
    for (std::size_t i = 0; i < w.body.inputs.size(); ++i)
        if (w.body.inputs[i].any_integer) w.body.inputs[i].type = request.input_types[i];
    for (const pipeline_stage& stage : pipeline) {
        const auto start = std::chrono::steady_clock::now();
        stage.run(w);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        w.result.seconds.emplace_back(stage.name, taken.count());
    }
    write_dumps(w);
    return std::move(w.result);
}

}  // namespace gradus
