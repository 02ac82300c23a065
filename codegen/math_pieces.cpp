// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GELU, SiLU, their derivatives and those of sigmoid and tanh.
//
// Floats, with a = |x|: the tail t(a), which is the function at -a but for a sign, by 16 polynomials in d = a - n step
// with n = round(a / step). The coefficients of the lanes' polynomials come from registers. The lowest coefficient is
// the sum of two floats, for derivatives the next one too, and a zero of t lies at a d of 0, so that t keeps its digits
// there. Then for x below 0 and above, in this order:
//   gelu, silu      -t(a)  a - t(a)
//   their slopes     t(a)  1 - t(a)
//   the other slopes t(a)      t(a)
// Beyond the last piece (gelu 5.8, tanh 9.6, others 19.8) t(a) does not show where it is taken from a or 1. Lanes
// further below 0 (gelu -4.5, silu -17.2), or beyond the last piece of an even function, are computed by the formula,
// in double, by a function of its own that is called only for them.
// Doubles: the formula.
//
// Largest error in ULP, float, found on every input: gelu 1.29, gelu' 1.67, silu 1.35, silu' 2.00, sigmoid' 1.36,
// tanh' 1.32.
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "activations.hpp"
#include "coefficients.hpp"
#include "math_cores.hpp"
#include "math_table.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

constexpr std::size_t piece_count = 16;
using piece_table = std::span<const std::array<double, piece_count>>;

enum class shape { rising, levelling, even };

struct row {
    activation which;
    shape form;
    double step;
    piece_table table;
    double below;  ///< so many steps below 0 t(a) falls too steeply for its digits
};
constexpr std::array rows{
    row{activation::gelu, shape::rising, gelu_tail_step, gelu_tail, 12},
    row{activation::gelu_slope, shape::levelling, gelu_slope_tail_step, gelu_slope_tail, 12},
    row{activation::silu, shape::rising, silu_tail_step, silu_tail, 13.5},
    row{activation::silu_slope, shape::levelling, silu_slope_tail_step, silu_slope_tail, 13.5},
    row{activation::sigmoid_slope, shape::even, sigmoid_slope_tail_step, sigmoid_slope_tail, piece_count - 0.5},
    row{activation::tanh_slope, shape::even, tanh_slope_tail_step, tanh_slope_tail, piece_count - 0.5},
};
const row& about(activation which) { return rows[static_cast<std::size_t>(which)]; }

// ---- the formulas, of doubles

number within_limits(number x, number value, number above) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return select(x == infinity, above, select(x == -infinity, 0.0, value));
}

number formula(activation which, number x) {
    // The two terms of a derivative cancel.
    const with_digits enough(x, x.m->wanted == digits::few ? digits::most : x.m->wanted);
    const number one = constant(x, 1.0);
    switch (which) {
        case activation::gelu: return within_limits(x, x * core_normal_cdf(x), x);
        case activation::gelu_slope: return within_limits(x, core_normal_cdf(x) + x * core_normal_pdf(x), one);
        case activation::silu: return within_limits(x, x * core_sigmoid(x), x);
        case activation::silu_slope: {
            const number s = core_sigmoid(x);
            return within_limits(x, s + x * (s * core_sigmoid(-x)), one);
        }
        case activation::sigmoid_slope: return core_sigmoid(x) * core_sigmoid(-x);
        default: return 4.0 * (core_sigmoid(2.0 * x) * core_sigmoid(-2.0 * x));
    }
}

// ---- tables

/// By lane the coefficients of t's polynomials: of d^k the upper word, and after those of all k the lower ones.
table_entries coefficients_of(const row& r, number like, bits index) {
    std::vector<table_of_16> words;
    for (const auto& of_pieces : r.table) words.push_back(upper_words(of_pieces));
    for (const auto& of_pieces : r.table) words.push_back(lower_words(of_pieces));
    return {"pieces_of_" + std::to_string(static_cast<int>(r.which)), std::move(words), like, index};
}

/// t(a) of floats a from 0 to `end`; anything beyond.
number tail(const row& r, number a) {
    const double magic = format_of(a).round_to_integer;
    const number shifted = fma(a, 1 / r.step, constant(a, magic));
    const number d = fma(shifted - magic, -r.step, a);
    const table_entries coefficients = coefficients_of(r, a, as_bits(shifted));
    const std::size_t terms = r.table.size();
    number p = coefficients.of(terms - 1);
    for (std::size_t k = terms - 1; k-- > 1;) p = fma(p, d, coefficients.of(k));
    number low = coefficients.of(terms);
    if (r.form == shape::levelling) low = fma(coefficients.of(terms + 1), d, low);
    return coefficients.of(0) + fma(p, d, low);
}

// ---- lanes beyond the table

/// The formula, in double, of floats.
number by_formula(activation which, number x) {
    const with_digits most(x, digits::most);
    return to_float(formula(which, to_double(x)));
}

/// The function of floats that computes it.
llvm::Function* formula_function(activation which, number x) {
    llvm::IRBuilder<>& ir = x.m->ir;
    llvm::Module& module = *ir.GetInsertBlock()->getModule();
    const std::string name = "formula_of_" + std::to_string(static_cast<int>(which));
    if (llvm::Function* made = module.getFunction(name)) return made;
    llvm::Function* const caller = ir.GetInsertBlock()->getParent();
    auto* const made = llvm::Function::Create(llvm::FunctionType::get(x.v->getType(), {x.v->getType()}, false),
                                              llvm::GlobalValue::InternalLinkage, name, module);
    made->copyAttributesFrom(caller);
    made->addFnAttr(llvm::Attribute::NoInline);
    const llvm::IRBuilderBase::InsertPointGuard back(ir);
    ir.SetInsertPoint(llvm::BasicBlock::Create(ir.getContext(), "entry", made));
    ir.CreateRet(by_formula(which, {x.m, made->getArg(0)}).v);
    return made;
}

/// The first of some lanes.
struct first_lane {
    number value;                ///< of a vector, in one lane
    std::vector<mask> is_there;  ///< whether it is lane l
    llvm::Value* others;         ///< those that are left
};
first_lane first_of(llvm::Value* lanes, number x) {
    llvm::IRBuilder<>& ir = x.m->ir;
    const unsigned count = llvm::cast<llvm::FixedVectorType>(x.v->getType())->getNumElements();
    first_lane first{x, {}, lanes};
    llvm::Value* value = ir.CreateExtractElement(x.v, count - 1);
    llvm::Value* before = ir.getFalse();
    for (unsigned l = 0; l < count; ++l) {
        llvm::Value* const among = ir.CreateExtractElement(lanes, l);
        first.is_there.push_back({x.m, ir.CreateAnd(among, ir.CreateNot(before))});
        before = ir.CreateOr(before, among);
        first.others = ir.CreateInsertElement(first.others, ir.CreateAnd(among, ir.CreateNot(first.is_there[l].v)), l);
    }
    for (unsigned l = count - 1; l-- > 0;)
        value = ir.CreateSelect(first.is_there[l].v, ir.CreateExtractElement(x.v, l), value);
    auto* const one = llvm::FixedVectorType::get(value->getType(), 1);
    first.value = {x.m, ir.CreateInsertElement(llvm::PoisonValue::get(one), value, std::uint64_t{0})};
    return first;
}

/// The formula in the lanes that are not near, one after the other: where threads go together, the others of a vector
/// would be computed for nothing.
number lane_by_lane(activation which, number x, mask near, number quick) {
    llvm::IRBuilder<>& ir = x.m->ir;
    llvm::Value* const far = ir.CreateNot(near.v);
    llvm::BasicBlock* const before = ir.GetInsertBlock();
    auto* const inside = llvm::BasicBlock::Create(ir.getContext(), "lane", before->getParent(), before->getNextNode());
    auto* const after =
        llvm::BasicBlock::Create(ir.getContext(), "lanes.end", before->getParent(), inside->getNextNode());
    ir.CreateBr(inside);
    ir.SetInsertPoint(inside);
    llvm::PHINode* const left = ir.CreatePHI(far->getType(), 2);
    llvm::PHINode* const mixed = ir.CreatePHI(quick.v->getType(), 2);
    left->addIncoming(far, before);
    mixed->addIncoming(quick.v, before);
    const first_lane lane = first_of(left, x);
    llvm::Value* const exact = ir.CreateExtractElement(by_formula(which, lane.value).v, std::uint64_t{0});
    llvm::Value* next = mixed;
    for (unsigned l = 0; l < lane.is_there.size(); ++l) {
        llvm::Value* const kept = ir.CreateExtractElement(next, l);
        next = ir.CreateInsertElement(next, ir.CreateSelect(lane.is_there[l].v, exact, kept), l);
    }
    left->addIncoming(lane.others, ir.GetInsertBlock());
    mixed->addIncoming(next, ir.GetInsertBlock());
    ir.CreateCondBr(ir.CreateOrReduce(lane.others), inside, after);
    ir.SetInsertPoint(after);
    return {x.m, next};
}

/// `quick` in the lanes of `near`, elsewhere the formula.
number or_formula(activation which, number x, mask near, number quick) {
    return unless_near(near, quick, [&] {
        if (x.m->machine.kind != target_kind::vector) return lane_by_lane(which, x, near, quick);
        llvm::Function* const slow = formula_function(which, x);
        return select(near, quick, number{x.m, x.m->ir.CreateCall(slow, {x.v})});
    });
}

}  // namespace

number core_activation(activation which, number x) {
    if (is_double(x)) return formula(which, x);
    const row& r = about(which);
    const number a = abs(x);
    const double end = (piece_count - 0.5) * (1 - 0x1p-12) * r.step;
    if (r.form == shape::even) return or_formula(which, x, a < end, tail(r, a));
    const number t = select(a < end, tail(r, a), 0.0);
    llvm::Value* const zero = llvm::Constant::getNullValue(as_bits(x).v->getType());
    const mask negative{x.m, x.m->ir.CreateICmpSLT(as_bits(x).v, zero)};
    const number quick = r.form == shape::rising ? select(negative, -0.0, a) - t : select(negative, t, 1.0 - t);
    return or_formula(which, x, -r.below * r.step < x, quick);
}

}  // namespace gradus::vector_math
