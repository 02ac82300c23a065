// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether the library computes what a problem's formula says. Left out: reductions along an axis that the operand lacks
// and that has no elements; rewriting takes such an axis for one element or more. A gradient that is NaN as typed may
// be anything: a rule may have shown that it does not depend on what is NaN. Gradients of gradients may be NaN where
// a branch not taken is: they are guarded by the selects with a zero branch that differentiation finds, which are
// others after rewriting. Two rules give up digits, which are then not compared with the formula as typed: "softmax", in
// float64, those that the subtraction of the largest element rounds away, where exp(a) / Σ exp(a) without overflow has
// them; and "sech squared", those of gradients, since the derivative of 4 σ(2a) σ(-2a) is a difference that cancels
// near 0. `typed` is the graph without rewrite rules, `final` the
// one with them; stages, in order:
//
//   rules         typed and final, each evaluated on sets in float64 with room, have a result in common
//   interpreter   the interpreter's value of typed is possible
//   requirements  the interpreter refuses the data of typed if and only if it refuses those of final
//   kernel        what compiled code returns for final is possible for final: this finds wrong code
//   accuracy      and possible for typed, each operation a few ULP off: no rule loses digits
//   memory        nothing beside the outputs' elements was written
//   target        all targets return the same bits, NaN aside
//   exception     something was thrown that no wrong argument explains
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "problem.hpp"
#include "target.hpp"

namespace gradus::fuzz {

struct fault {
    std::string stage, text;
};

struct tally {
    std::int64_t problems = 0, kernels = 0, refused = 0, elements = 0;
    std::int64_t decided = 0;  ///< elements of kernels whose sets are one value up to a part in 1000, or NaN alone
    tally& operator+=(const tally& other);
};

struct trial {
    std::vector<const target*> targets;             ///< none: rules and interpreter only
    std::function<graph(const graph&)> wrong_rule;  ///< applied to `final`, for tests of the judge
    std::function<graph(const graph&)> wrong_code;  ///< applied to what is compiled only
};

std::optional<fault> judge(const problem& p, const trial& how, tally& count);

}  // namespace gradus::fuzz
