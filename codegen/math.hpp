// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vector code for every pointwise primitive: a table from op to emitter. A value is a vector of
// floats or doubles (real), of i64 (integer) or of i1 (boolean), of any one length; operands arrive
// already in the kind that the op computes in. Every core is built from correctly rounded add, mul,
// fma, div and sqrt and from integer operations, with no fast-math flag, so that all targets give
// the same bits. Accuracy is stated, and tested, at the top of each math_*.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <gradus/primitive.hpp>

#include "activations.hpp"
#include "llvm.hpp"
#include "target.hpp"

namespace gradus {

/// How exact the cores on doubles are. Doubles that will be rounded to float32 need not be exact to the last digit:
/// with `most`, the relative error is a few 2^-53, in the far tails 2^-43; with `few` it is 2^-36.
enum class digits : std::uint8_t { all, most, few };

struct math_context {
    llvm::IRBuilder<>& ir;  ///< stands at the end of a block; an emitter may end that block and go on in a new one
    const target& machine;
    digits wanted = digits::all;
    /// Where a table lies that is read at places that differ from lane to lane; empty: where it is.
    std::function<llvm::Value*(llvm::GlobalVariable&)> table_place = {};
};

/// Emits code for one primitive on `arity` operands.
using emitter = llvm::Value* (*)(math_context & m, std::span<llvm::Value* const> operands);

/// The emitter of a pointwise primitive; null for leaves, reductions, softmax, `at` and activations.
emitter emitter_of(op code);

/// The core of an activation.
llvm::Value* emit_activation(math_context& m, activation which, llvm::Value* x);

/// e^(a - b) of the exact difference: its rounding error, which exp multiplies by up to |a - b|, is put back.
llvm::Value* emit_exp_of_difference(math_context& m, llvm::Value* a, llvm::Value* b);

/// The same of floats a that are at most b, in fewer instructions if b is the same for many of them.
llvm::Value* emit_exp_below(math_context& m, llvm::Value* a, llvm::Value* b);

/// x factor of floats x and doubles, which count with 47 bits: with an error of little more than that of one rounding,
/// and at most one unit of the last place of subnormal results.
/// In few instructions if the factor is the same for many x. The factor is within the range of floats, and its rounding
/// error too, but for what x makes too small to show.
llvm::Value* emit_product_by_words(math_context& m, llvm::Value* x, llvm::Value* factor);

}  // namespace gradus
