// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "node_values.hpp"

#include <algorithm>

#include "compile.hpp"
#include "copy_graph.hpp"
#include "target.hpp"

namespace gradus {
namespace {

/// Nodes that are shown by one kernel.
constexpr std::size_t most_nodes = 16;

/// Appends nodes in groups that one kernel can show.
void append_groups(std::vector<std::vector<node_id>>& groups, std::span<const node_id> nodes, std::size_t inputs) {
    const std::size_t size = std::clamp<std::size_t>(max_tensors - inputs, 1, most_nodes);
    for (std::size_t first = 0; first < nodes.size(); first += size) {
        const auto group = nodes.subspan(first, std::min(size, nodes.size() - first));
        groups.emplace_back(group.begin(), group.end());
    }
}

/// The nodes that lead to outputs, users before operands; those of outputs are groups of their own.
std::vector<std::vector<node_id>> groups_of(graph_view g) {
    std::vector<bool> reached(g.nodes.size(), false), is_output(g.nodes.size(), false);
    for (const output& out : g.outputs) reached[out.value] = is_output[out.value] = true;
    std::vector<node_id> outputs, others;
    for (auto id = static_cast<node_id>(g.nodes.size()); id-- > 0;) {
        if (!reached[id]) continue;
        (is_output[id] ? outputs : others).push_back(id);
        for (std::size_t i = 0; i < static_cast<std::size_t>(value_arity(g[id])); ++i) reached[g[id].args[i]] = true;
    }
    std::vector<std::vector<node_id>> groups;
    append_groups(groups, outputs, g.inputs.size());
    append_groups(groups, others, g.inputs.size());
    return groups;
}

/// A node as an output of the graph, without a say in the type of the arithmetic.
output shown(graph_view g, node_id id) {
    output out;
    out.value = id;
    out.type = element::float64;
    out.inspected = arithmetic_of(g) == element::float32;
    for_each_axis(g[id].axes, [&](int axis) { out.axes.push_back(axis); });
    return out;
}

std::unique_ptr<kernel> kernel_that_shows(graph_view g, std::span<const node_id> nodes, const std::string& name) {
    auto body = std::make_shared<graph>(copy_of(g));
    body->outputs = {};
    for (const node_id id : nodes) body->outputs.push_back(shown(g, id));
    const auto compile_for = [body, name](const layout& arrangement, std::span<const element> input_types,
                                          std::string_view) {
        return compile(*body, arrangement, input_types, host_target(), name, false).code;
    };
    return std::make_unique<kernel>(graph_view(*body), name, compile_for);
}

}  // namespace

int value_arity(const node& n) { return n.code == op::custom_gradient ? 1 : arity(n); }

node_kernels::node_kernels(graph_view g, std::string name)
    : body_(copy_of(g)), name_(std::move(name)), groups_(groups_of(g)), group_(g.nodes.size(), 0) {
    for (std::size_t i = 0; i < groups_.size(); ++i)
        for (const node_id id : groups_[i]) group_[id] = i;
}

kernel& node_kernels::code(std::size_t group) {
    const std::lock_guard lock(compiling_);
    std::unique_ptr<kernel>& made = codes_[group];
    if (!made) made = kernel_that_shows(body_, members(group), name_ + "_nodes" + std::to_string(group));
    return *made;
}

node_values::node_values(graph_view g, node_kernels& kernels, std::span<const argument> inputs)
    : g_(g),
      kernels_(kernels),
      inputs_(inputs),
      call_(check_inputs(g, inputs)),
      known_(g.nodes.size(), false),
      values_(g.nodes.size()) {}

std::int64_t node_values::count(axis_set axes) const {
    std::int64_t product = 1;
    for_each_source(axes, [&](std::size_t source) { product *= call_.extents[source]; });
    return product;
}

double node_values::at(node_id id, const position& where) {
    if (!known_[id]) compute(kernels_.group_of(id));
    std::int64_t offset = 0;
    for_each_source(g_[id].axes, [&](std::size_t source) { offset = offset * call_.extents[source] + where[source]; });
    return values_[id][static_cast<std::size_t>(offset)];
}

void node_values::compute(std::size_t group) {
    std::vector<argument> places;
    for (const node_id id : kernels_.members(group)) {
        values_[id].resize(static_cast<std::size_t>(count(g_[id].axes)));
        known_[id] = true;
        argument& to = places.emplace_back();
        to.data = values_[id].data();
        to.type = element::float64;
        to.rank = 0;
        for_each_source(g_[id].axes,
                        [&](std::size_t s) { to.extents[static_cast<std::size_t>(to.rank++)] = call_.extents[s]; });
        std::int64_t stride = 1;
        for (auto i = static_cast<std::size_t>(to.rank); i-- > 0; stride *= std::max<std::int64_t>(to.extents[i], 1))
            to.strides[i] = stride;
    }
    kernels_.code(group).run(inputs_, places);
}

}  // namespace gradus
