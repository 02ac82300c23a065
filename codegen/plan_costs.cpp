// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much the sweeps of a plan compute.
#include "plan.hpp"

namespace gradus {

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

int costly_functions(const plan& p, std::vector<node_id> open, std::size_t stage, std::size_t sweep_number) {
    const int lane = p.stages[stage].shape.lane;
    std::vector<std::uint8_t> seen(p.body.nodes.size(), 0);
    int functions = 0;
    while (!open.empty()) {
        const node_id id = open.back();
        open.pop_back();
        const node& n = p.body.nodes[id];
        if (seen[id] != 0 || (n.axes >> lane & 1) == 0 || about(n.code).shape == form::reduction) continue;
        seen[id] = 1;
        if (p.parked_before(id, stage, sweep_number) >= 0) continue;
        const bool takes_two_vectors = p.arithmetic == element::float32 && p.type_of(id) == element::float64;
        if (is_costly(n.code)) functions += takes_two_vectors ? 2 : 1;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
    }
    return functions;
}

}  // namespace gradus
