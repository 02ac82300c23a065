// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether the library computes what a problem's formula says. `typed` is the graph without rewrite rules, `final` the
// one with them; stages, in order:
//
//   requirements  the interpreter refuses the data of typed if and only if it refuses those of final, and so does code
//   interpreter   the interpreter's value of typed is possible
//   rules         typed and final, each evaluated on sets in float64 with room, have a result in common
//   kernel        what compiled code returns for final is possible for final: this finds wrong code
//   accuracy      and possible for typed, each operation a few ULP off: no rule loses digits
//   memory        nothing beside the outputs' elements was written
//   target        all targets return the same bits, NaN aside
//   exception     something was thrown that no wrong argument explains
//
// Typed and final are not compared
//   - where something is folded along an axis without elements: a rule takes the axis off an operand that does not
//     vary along it, whereupon max is the operand and not -inf. Code is still held against final;
//   - in gradients that are NaN as typed: a rule may have shown that they do not depend on what is NaN; a gradient of a
//     gradient may be NaN where a branch not taken is, since what guards it are the selects with a zero branch that
//     differentiation finds, which are others after rewriting;
//   - for accuracy, where rules give up digits: "softmax" those that the subtraction of the largest element rounds
//     away, which exp(a) / sum(exp(a)) has if nothing overflows; "sech squared", "tanh and one" and "complement of
//     tanh" those of gradients, where the derivative of s(2a) s(-2a), s the sigmoid, is a difference that cancels near
//     0.
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
