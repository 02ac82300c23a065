// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/jit.hpp>

#include <map>
#include <mutex>

#include <fmt/format.h>

#include "compile.hpp"
#include "copy_graph.hpp"
#include "target.hpp"
#include "watch.hpp"

namespace gradus {
namespace {

std::shared_ptr<kernel> make_kernel(graph_view g, std::string name, std::string_view made_at) {
    auto owned = std::make_shared<graph>(copy_of(g));
    const auto compile_for = [owned, name](const layout& arrangement, std::span<const element> input_types) {
        return compile(*owned, arrangement, input_types, host_target(), name, false).code;
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

}  // namespace gradus
