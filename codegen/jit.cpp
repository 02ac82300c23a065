// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/jit.hpp>

#include <map>
#include <mutex>

#include "compile.hpp"
#include "copy_graph.hpp"
#include "target.hpp"

namespace gradus {
namespace {

std::shared_ptr<kernel> make_kernel(graph_view g, std::string name) {
    auto owned = std::make_shared<graph>(copy_of(g));
    const auto compile_for = [owned, name](const layout& arrangement, std::span<const element> input_types) {
        return compile(*owned, arrangement, input_types, host_target(), name, false).code;
    };
    return std::make_shared<kernel>(graph_view(*owned), std::move(name), compile_for);
}

}  // namespace

std::shared_ptr<kernel> kernel_for(graph_view g, std::string_view name) {
    static std::mutex guard;
    static std::map<std::pair<std::uint64_t, std::string>, std::weak_ptr<kernel>> known;
    const std::lock_guard lock(guard);
    auto& entry = known[{g.hash, std::string(name)}];
    std::shared_ptr<kernel> found = entry.lock();
    if (!found) entry = found = make_kernel(g, std::string(name));
    return found;
}

}  // namespace gradus
