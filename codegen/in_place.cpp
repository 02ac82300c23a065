// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An output may take the place of an input if no element of the input is read after that element of the
// output was written: one pointwise stage both reads the input, at its own positions, and writes the
// output, and no other stage reads the input.
#include <algorithm>

#include "plan.hpp"

namespace gradus {
namespace {

/// How often, and how, the stages read each input.
struct reading {
    int stages = 0;
    std::size_t last = 0;
    bool gathered = false;
};

void collect(const plan& p, node_id root, std::vector<std::uint8_t>& seen, std::vector<std::uint8_t>& read,
             std::vector<reading>& inputs) {
    std::vector<node_id> open{root};
    while (!open.empty()) {
        const node_id id = open.back();
        open.pop_back();
        if (seen[id] != 0) continue;
        seen[id] = 1;
        const node& n = p.body.nodes[id];
        if (n.code == op::input) read[n.ref] = 1;
        if (n.code == op::at && p.body.nodes[n.args[0]].code == op::input)
            inputs[p.body.nodes[n.args[0]].ref].gathered = true;
        if (id != root && about(n.code).shape == form::reduction) continue;
        for (std::size_t i = 0; i < static_cast<std::size_t>(arity(n)); ++i) open.push_back(n.args[i]);
    }
}

std::vector<reading> readings(const plan& p) {
    std::vector<reading> inputs(p.body.inputs.size());
    for (std::size_t k = 0; k < p.stages.size(); ++k) {
        const stage& s = p.stages[k];
        if (s.shape.form == stage_form::check) continue;  // runs before anything is written
        std::vector<std::uint8_t> seen(p.body.nodes.size(), 0), read(inputs.size(), 0);
        for (const sweep& part : s.sweeps) {
            for (const node_id fold : part.folds) collect(p, fold, seen, read, inputs);
            for (const store& to : part.stores) collect(p, to.value, seen, read, inputs);
        }
        for (const store& to : s.row_stores) collect(p, to.value, seen, read, inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (read[i] != 0) {
                ++inputs[i].stages;
                inputs[i].last = k;
            }
    }
    return inputs;
}

}  // namespace

std::vector<in_place_pair> in_place_pairs(const plan& p) {
    const std::vector<reading> inputs = readings(p);
    std::vector<in_place_pair> pairs;
    for (std::size_t k = 0; k < p.stages.size(); ++k) {
        const stage& s = p.stages[k];
        if (s.shape.form != stage_form::rows || s.shape.inner != 0) continue;
        for (const store& to : s.row_stores)
            for (std::size_t i = 0; to.output >= 0 && i < inputs.size(); ++i) {
                const reading& r = inputs[i];
                const bool here_alone = r.stages == 0 || (r.stages == 1 && r.last == k);
                if (here_alone && !r.gathered && p.body.inputs[i].axes.set() == s.shape.rows)
                    pairs.push_back({static_cast<int>(i), to.output});
            }
    }
    return pairs;
}

}  // namespace gradus
