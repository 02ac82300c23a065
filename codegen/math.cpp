// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table from op to emitter, and the rows that are one or two instructions.
#include "math.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "math_cores.hpp"

namespace gradus {
namespace {

using namespace vector_math;

using operands = std::span<llvm::Value* const>;

bool is_real(llvm::Value* v) { return v->getType()->isFPOrFPVectorTy(); }

template <auto Core>
llvm::Value* unary_core(math_context& m, operands in) {
    return Core(number{&m, in[0]}).v;
}
template <auto Core>
llvm::Value* binary_core(math_context& m, operands in) {
    return Core(number{&m, in[0]}, number{&m, in[1]}).v;
}

number scaled_by(number a, number b) { return select(a == 0.0, 0.0, a * b); }
number sign_of(number x) { return select(0.0 < x, 1.0, select(x < 0.0, -1.0, x)); }

llvm::Value* emit_isnan(math_context& m, operands in) { return m.ir.CreateFCmpUNO(in[0], in[0]); }
llvm::Value* emit_not(math_context& m, operands in) { return m.ir.CreateNot(in[0]); }
llvm::Value* emit_and(math_context& m, operands in) { return m.ir.CreateAnd(in[0], in[1]); }
llvm::Value* emit_or(math_context& m, operands in) { return m.ir.CreateOr(in[0], in[1]); }
llvm::Value* emit_where(math_context& m, operands in) { return m.ir.CreateSelect(in[0], in[1], in[2]); }
llvm::Value* emit_first(math_context&, operands in) { return in[0]; }

llvm::Value* emit_neg(math_context& m, operands in) {
    return is_real(in[0]) ? m.ir.CreateFNeg(in[0]) : m.ir.CreateNeg(in[0]);
}

/// An arithmetic instruction: one on reals, another on integers.
template <llvm::Instruction::BinaryOps Real, llvm::Instruction::BinaryOps Integer>
llvm::Value* arithmetic(math_context& m, operands in) {
    return m.ir.CreateBinOp(is_real(in[0]) ? Real : Integer, in[0], in[1]);
}

/// min and max: NaN if an operand is NaN, -0 below +0.
template <llvm::Intrinsic::ID Real, llvm::Intrinsic::ID Integer>
llvm::Value* extremum(math_context& m, operands in) {
    return m.ir.CreateBinaryIntrinsic(is_real(in[0]) ? Real : Integer, in[0], in[1]);
}

template <llvm::CmpInst::Predicate Real, llvm::CmpInst::Predicate Integer>
llvm::Value* comparison(math_context& m, operands in) {
    return m.ir.CreateCmp(is_real(in[0]) ? Real : Integer, in[0], in[1]);
}

struct row {
    op code;
    emitter emit;
};

using llvm::CmpInst;
using llvm::Instruction;
namespace intrinsic = llvm::Intrinsic;

constexpr std::array rows{
    row{op::neg, emit_neg},
    row{op::abs, unary_core<static_cast<number (*)(number)>(vector_math::abs)>},
    row{op::sign, unary_core<sign_of>},
    row{op::exp, unary_core<static_cast<number (*)(number)>(core_exp)>},
    row{op::exp2, unary_core<core_exp2>},
    row{op::expm1, unary_core<core_expm1>},
    row{op::log, unary_core<core_log>},
    row{op::log2, unary_core<core_log2>},
    row{op::log1p, unary_core<core_log1p>},
    row{op::sqrt, unary_core<static_cast<number (*)(number)>(vector_math::sqrt)>},
    row{op::tanh, unary_core<core_tanh>},
    row{op::sigmoid, unary_core<core_sigmoid>},
    row{op::softplus, unary_core<core_softplus>},
    row{op::erf, unary_core<core_erf>},
    row{op::erfc, unary_core<core_erfc>},
    row{op::normal_cdf, unary_core<core_normal_cdf>},
    row{op::normal_pdf, unary_core<core_normal_pdf>},
    row{op::tanhshrink, unary_core<core_tanhshrink>},
    row{op::softsign, unary_core<core_softsign>},
    row{op::sin, unary_core<core_sin>},
    row{op::cos, unary_core<core_cos>},
    row{op::floor, unary_core<static_cast<number (*)(number)>(vector_math::floor)>},
    row{op::isnan, emit_isnan},
    row{op::logical_not, emit_not},
    row{op::stop_gradient, emit_first},

    row{op::add, arithmetic<Instruction::FAdd, Instruction::Add>},
    row{op::sub, arithmetic<Instruction::FSub, Instruction::Sub>},
    row{op::mul, arithmetic<Instruction::FMul, Instruction::Mul>},
    row{op::div, binary_core<static_cast<number (*)(number, number)>(vector_math::operator/)>},
    row{op::scaled, binary_core<scaled_by>},
    row{op::pow, binary_core<core_pow>},
    row{op::min, extremum<intrinsic::minimum, intrinsic::smin>},
    row{op::max, extremum<intrinsic::maximum, intrinsic::smax>},
    row{op::less, comparison<CmpInst::FCMP_OLT, CmpInst::ICMP_SLT>},
    row{op::less_equal, comparison<CmpInst::FCMP_OLE, CmpInst::ICMP_SLE>},
    row{op::greater, comparison<CmpInst::FCMP_OGT, CmpInst::ICMP_SGT>},
    row{op::greater_equal, comparison<CmpInst::FCMP_OGE, CmpInst::ICMP_SGE>},
    row{op::equal, comparison<CmpInst::FCMP_OEQ, CmpInst::ICMP_EQ>},
    row{op::not_equal, comparison<CmpInst::FCMP_UNE, CmpInst::ICMP_NE>},
    row{op::logical_and, emit_and},
    row{op::logical_or, emit_or},

    row{op::where, emit_where},
    row{op::custom_gradient, emit_first},
};

constexpr std::ptrdiff_t rows_of(op code) {
    return std::count_if(rows.begin(), rows.end(), [=](const row& r) { return r.code == code; });
}

constexpr bool covers_every_pointwise_primitive() {
    for (std::size_t i = 0; i < op_count; ++i) {
        const auto code = static_cast<op>(i);
        const bool has_row = about(code).shape == form::pointwise && is_of_expressions(code);
        if (rows_of(code) != (has_row ? 1 : 0)) return false;
    }
    return true;
}
static_assert(covers_every_pointwise_primitive(),
              "math.cpp: one row for each pointwise primitive of expressions, and none for the others");

constexpr std::array<emitter, op_count> emitters = [] {
    std::array<emitter, op_count> table{};
    for (const row& r : rows) table[static_cast<std::size_t>(r.code)] = r.emit;
    return table;
}();

}  // namespace

vector_math::number vector_math::unless_near(mask near, number quick, const std::function<number()>& exact) {
    llvm::IRBuilder<>& ir = quick.m->ir;
    llvm::BasicBlock* const before = ir.GetInsertBlock();
    auto* const far = llvm::BasicBlock::Create(ir.getContext(), "far", before->getParent(), before->getNextNode());
    auto* const after = llvm::BasicBlock::Create(ir.getContext(), "near", before->getParent(), far);
    ir.CreateCondBr(ir.CreateAndReduce(near.v), after, far,
                    llvm::MDBuilder(ir.getContext()).createLikelyBranchWeights());

    ir.SetInsertPoint(far);
    const number made = exact();
    llvm::BasicBlock* const end = ir.GetInsertBlock();
    ir.CreateBr(after);

    ir.SetInsertPoint(after);
    llvm::PHINode* const either = ir.CreatePHI(quick.v->getType(), 2);
    either->addIncoming(quick.v, before);
    either->addIncoming(made.v, end);
    return {quick.m, either};
}

llvm::Value* emit_exp_of_difference(math_context& m, llvm::Value* a, llvm::Value* b) {
    return core_exp_of(two_sum(number{&m, a}, -number{&m, b})).v;
}

llvm::Value* emit_exp_below(math_context& m, llvm::Value* a, llvm::Value* b) {
    return core_exp_below({&m, a}, {&m, b}).v;
}

/// The upper word is cut off, so that the lower one has its sign, and that is never 0 but for a factor of 0: the
/// products of an infinite x with both are then the same infinity.
llvm::Value* emit_product_by_words(math_context& m, llvm::Value* x, llvm::Value* factor) {
    const number whole{&m, factor};
    const auto as_float = [&](number d) -> number { return {&m, m.ir.CreateFPTrunc(d.v, x->getType())}; };
    const number upper = as_float(whole * (1 - 0x1p-24));
    const number rest = as_float(whole - number{&m, m.ir.CreateFPExt(upper.v, factor->getType())});
    const mask has_rest{&m, m.ir.CreateFCmpONE(rest.v, llvm::Constant::getNullValue(x->getType()))};
    const number lower = select(has_rest, rest, upper * 0x1p-60);
    return fma(number{&m, x}, upper, number{&m, x} * lower).v;
}

llvm::Value* emit_activation(math_context& m, activation which, llvm::Value* x) {
    return core_activation(which, number{&m, x}).v;
}

emitter emitter_of(op code) { return emitters[static_cast<std::size_t>(code)]; }

}  // namespace gradus
