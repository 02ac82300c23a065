// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much the sweeps of a plan compute.
#include "plan.hpp"

#include <algorithm>
#include <utility>

namespace gradus {
namespace {

/// What takes how long, in ps an element: fitted to the stages of 50 kernels of activations and losses, values in the
/// second-level cache, vectors of 512 bits, 3.6 GHz. Most are within a factor of 1.5, those with several functions in
/// double within 2.5.
constexpr int of_byte = 9;        ///< loaded or stored
constexpr int of_operation = 20;  ///< that is not costly, of float
constexpr int of_function = 300;  ///< costly, of float
constexpr int of_fold = 80;
constexpr int most = 1 << 20;  ///< beyond which a cost is not told

/// Whether a vector of a node's values takes the room of two vectors of float.
bool is_wide(const plan& p, node_id id) { return p.type_of(id) == element::float64; }

/// Visits the nodes that a sweep of a stage computes for each position along the lanes, until visit says not to go on
/// below one.
template <class Visit>
void for_each_computed(const plan& p, std::vector<node_id> open, std::size_t stage, std::size_t sweep_number,
                       Visit visit) {
    const int lane = p.stages[stage].shape.lane;
    std::vector<std::uint8_t> seen(p.body.nodes.size(), 0);
    while (!open.empty()) {
        const node_id id = open.back();
        open.pop_back();
        const node& n = p.body.nodes[id];
        if (seen[id] != 0 || (n.axes >> lane & 1) == 0 || about(n.code).shape == form::reduction) continue;
        seen[id] = 1;
        if (p.parked_before(id, stage, sweep_number) >= 0) continue;
        if (!visit(id)) continue;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
    }
}

int cost_of(const plan& p, node_id id) {
    const node& n = p.body.nodes[id];
    if (n.code == op::input) return of_byte * static_cast<int>(size_of(p.body.inputs[n.ref].type));
    return (is_costly(n.code) ? of_function : of_operation) * (is_wide(p, id) ? 2 : 1);
}
int cost_of(const plan& p, const std::vector<store>& stores) {
    int cost = 0;
    for (const store& to : stores) {
        const bool out = to.output >= 0;
        const element type = out ? p.body.outputs[static_cast<std::size_t>(to.output)].type : p.type_of(to.value);
        cost += of_byte * static_cast<int>(size_of(type));
    }
    return cost;
}
int cost_of(const plan& p, std::vector<node_id> values, std::size_t stage, std::size_t sweep_number) {
    int cost = 0;
    for_each_computed(p, std::move(values), stage, sweep_number, [&](node_id id) {
        const bool is_at_hand = p.kept_before(id, stage);
        cost += is_at_hand ? of_byte * static_cast<int>(size_of(p.type_of(id))) : cost_of(p, id);
        return !is_at_hand;
    });
    return cost;
}

}  // namespace

bool is_costly(op code) {
    switch (code) {
        case op::activation:
        case op::exp:
        case op::exp2:
        case op::expm1:
        case op::log:
        case op::log1p:
        case op::log2:
        case op::pow:
        case op::tanh:
        case op::tanhshrink:
        case op::sigmoid:
        case op::softplus:
        case op::erf:
        case op::erfc:
        case op::normal_cdf:
        case op::normal_pdf:
        case op::sin:
        case op::cos: return true;
        default: return false;
    }
}

std::vector<node_id> values_of(const plan& p, const sweep& part) {
    std::vector<node_id> values;
    for (const node_id fold : part.folds) values.push_back(p.body.nodes[fold].args[0]);
    for (const store& to : part.stores) values.push_back(to.value);
    return values;
}

int costly_functions(const plan& p, std::vector<node_id> values, std::size_t stage, std::size_t sweep_number) {
    int functions = 0;
    for_each_computed(p, std::move(values), stage, sweep_number, [&](node_id id) {
        const bool takes_two_vectors = p.arithmetic == element::float32 && is_wide(p, id);
        if (is_costly(p.body.nodes[id].code)) functions += takes_two_vectors ? 2 : 1;
        return true;
    });
    return functions;
}

int element_cost(const plan& p, std::size_t stage_number) {
    const stage& s = p.stages[stage_number];
    if (s.shape.lane < 0) return 1;  // a single element
    std::vector<node_id> values;
    int cost = 0;
    if (s.tested >= 0) values.push_back(p.body.requirements[static_cast<std::size_t>(s.tested)].condition);
    if (s.shape.inner == 0) {  // else the stores of rows are few beside the elements of the sweeps
        for (const store& to : s.row_stores) values.push_back(to.value);
        cost += cost_of(p, s.row_stores);
    }
    cost += cost_of(p, std::move(values), stage_number, 0);
    for (std::size_t i = 0; i < s.sweeps.size(); ++i) {
        const sweep& part = s.sweeps[i];
        cost += cost_of(p, values_of(p, part), stage_number, i) + cost_of(p, part.stores);
        cost += of_fold * static_cast<int>(part.folds.size());
    }
    return std::clamp(cost, 1, most);
}

}  // namespace gradus
