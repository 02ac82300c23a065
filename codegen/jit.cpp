// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/jit.hpp>

#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "background.hpp"
#include "cache.hpp"
#include "compile.hpp"
#include "copy_graph.hpp"
#include "object.hpp"
#include "record.hpp"
#include "target.hpp"
#include "watch.hpp"

namespace gradus {
namespace {

/// Texts that GRADUS_DUMP asks for are made by compiling.
bool texts_are_wanted() {
    const char* const parts = std::getenv("GRADUS_DUMP");
    return parts != nullptr && *parts != '\0';
}

/// The program in a record of the cache; nothing if it is not that of the key, or has any defect.
std::optional<executable> program_in(std::string_view bytes, std::string_view key, graph_view g,
                                     const layout& arrangement) {
    std::optional<kernel_record> record = read_record(bytes);
    if (!record || record->key != key || !fits(record->program, g, arrangement)) return std::nullopt;
    if (record->program.gpu != nullptr) {
        gpu_code code = *record->program.gpu;
        code.text = record->object;
        code.symbol = record->symbol;
        record->program.gpu = std::make_shared<const gpu_code>(std::move(code));
        return std::move(record->program);
    }
    try {
        void* entry = nullptr;
        record->program.code = load(record->object, record->symbol, &entry);
        record->program.entry = reinterpret_cast<kernel_function>(entry);
    } catch (const internal_error&) {
        return std::nullopt;
    }
    return std::move(record->program);
}

/// The target of that name, the host's if there is none.
const target& target_for(std::string_view device) {
    if (device.empty()) return host_target();
    if (const target* const found = find_target(device)) return *found;
    throw error(fmt::format("this build compiles no code for {}", device));
}

/// From the cache, or compiled and put there.
executable program_for(graph_view g, const layout& arrangement, std::span<const element> input_types,
                       std::string_view device, const std::string& name) {
    const target& machine = target_for(device);
    const cache_place place = cache_from_environment();
    if (place.folder.empty() || texts_are_wanted())
        return compile(g, arrangement, input_types, machine, name, false).code;
    const std::string key = kernel_key(g, arrangement, input_types, machine, name);
    const std::string file = file_name_of(key);
    if (const std::optional<std::string> bytes = read_cached(place, file))
        if (std::optional<executable> found = program_in(*bytes, key, g, arrangement)) return std::move(*found);
    compiled made = compile(g, arrangement, input_types, machine, name, false);
    const kernel_record record{key, made.code, made.symbol, {made.object.data(), made.object.size()}};
    write_cached(place, file, to_bytes(record));
    return std::move(made.code);
}

std::shared_ptr<kernel> make_kernel(graph_view g, std::string name, std::string_view made_at) {
    auto owned = std::make_shared<graph>(copy_of(g));
    const auto compile_for = [owned, name](const layout& arrangement, std::span<const element> input_types,
                                           std::string_view device) {
        return program_for(*owned, arrangement, input_types, device, name);
    };
    auto made = std::make_shared<kernel>(graph_view(*owned), name, compile_for);
    if (watch_function watch = watch_for(made->view(), std::move(name), std::string(made_at)))
        made->watch(std::move(watch));
    return made;
}

}  // namespace

std::shared_ptr<kernel> kernel_for(graph_view g, std::string_view name, std::string_view made_at) {
    static std::mutex guard;
    static std::map<std::pair<std::uint64_t, std::string>, std::weak_ptr<kernel>> known;
    const std::lock_guard lock(guard);
    std::string names(name);  // and the places, which the reports of a kernel tell
    for (const source_place& p : g.places) names += fmt::format(" {}:{}", p.value, g.text_of(p.text));
    auto& entry = known[{g.hash, std::move(names)}];
    std::shared_ptr<kernel> found = entry.lock();
    if (!found) entry = found = make_kernel(g, std::string(name), made_at);
    return found;
}

std::future<void> compile_in_background(std::shared_ptr<kernel> code, std::span<const argument> inputs,
                                        std::span<const argument> outputs) {
    try {
        return in_background([prepare = code->preparation(inputs, outputs), code] { prepare(); });
    } catch (...) {
        std::promise<void> refused;
        refused.set_exception(std::current_exception());
        return refused.get_future();
    }
}

}  // namespace gradus
