// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compile.hpp"

#include <chrono>

#include <gradus/error.hpp>

#include "generator.hpp"
#include "object.hpp"

namespace gradus {

compiled compile(graph_view g, const layout& arrangement, std::span<const element> input_types, const target& machine,
                 std::string_view name, bool keep_texts) {
    compiled made;
    open_generator().generate({g, arrangement, input_types, machine, name, keep_texts}, made);
    if (!machine.runs_here) return made;
    const auto start = std::chrono::steady_clock::now();
    void* entry = nullptr;
    made.code.code = load(made.object, made.symbol, &entry);
    made.code.entry = reinterpret_cast<kernel_function>(entry);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    made.seconds.emplace_back("load", taken.count());
    return made;
}

}  // namespace gradus
