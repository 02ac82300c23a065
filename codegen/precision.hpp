// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In which format a node is computed, so that a float32 result is rounded once.
//
// A float32 value that one operation makes of exact operands (inputs, their signs, maxima and choices) is
// computed in float32: its error is that of the operation. Where a second rounding would follow, the first
// one may be magnified without limit (a difference cancels, exp multiplies an absolute error by its own
// argument), so everything that such a value is made of is computed in float64 and rounded when it is stored.
// Conditions decide on float64 values too. A sum rounds at every addition, so its lanes are float64.
//
// An exact number times one that no float holds, such as the reciprocal of an extent, is rounded once as well: the
// emitter splits the latter into two floats (numbers.hpp).
//
// An exception: the shares of a softmax, e^(x - max x) of inputs, are float32 within 0.62 ULP, and rounded once more
// when they are multiplied by the reciprocal of their sum, which is split in the same way. Nothing magnifies that
// rounding, and they are most of the work.
//
// Another: the product of an activation (activations.hpp) and an exact number is rounded once more.
//
// Two accuracies of float64: `wide` has all but the last digits; `short_wide` has some ten, enough for a float32
// whose operands no operation magnifies (products, quotients, sums of one sign), and is quicker to compute.
#pragma once

#include <cstdint>
#include <vector>

#include <gradus/graph.hpp>

namespace gradus {

enum class precision : std::uint8_t { narrow, short_wide, wide };

/// Whether a node is a sum that counts how often a condition holds.
bool is_count(graph_view g, node_id id);

/// By node of a legalised graph. In a kernel of float64 arithmetic every node is `wide`. A comparison's is
/// the format in which its operands are compared.
std::vector<precision> precisions_of(graph_view g, element arithmetic);

}  // namespace gradus
