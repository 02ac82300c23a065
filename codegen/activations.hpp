// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations that have a core of their own, found in a legalised graph as the sums and products that they are.
//
// A float32 value is rounded once (precision.hpp), so that x Phi(x) would be computed in float64, and its derivative,
// whose two terms cancel near -0.75, in nearly all of its digits. Where x is a float32 number as it stands, the core
// is quicker: a table of polynomials of x (math_pieces.cpp).
#pragma once

#include <cstdint>
#include <string_view>

#include <gradus/sym.hpp>

namespace gradus {

/// The `ref` of a node of op::activation.
enum class activation : std::uint32_t {
    gelu,           ///< x Phi(x)
    gelu_slope,     ///< Phi(x) + x phi(x)
    silu,           ///< x sigmoid(x)
    silu_slope,     ///< sigmoid(x) + x sigmoid(x) sigmoid(-x)
    sigmoid_slope,  ///< sigmoid(x) sigmoid(-x)
    tanh_slope,     ///< 4 sigmoid(2x) sigmoid(-2x)
};

std::string_view name_of(activation which);

/// A node of a graph of float32 arithmetic, or what stands for it: an activation, or a product with one. Infinities
/// are left to the activation, which takes its limits.
sym with_activations(sym made);

}  // namespace gradus
