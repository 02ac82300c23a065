// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The vocabulary of the math_*.cpp files: vectors of one float format with operators, so that a core
// reads as its formula. `number` is <W x float> or <W x double>, `bits` the same lanes as unsigned
// integers of the same width, `mask` one bool a lane. Each operation is one IR instruction; nothing
// is fused except by fma().
#pragma once

#include <cstdint>
#include <span>

#include "math.hpp"

namespace gradus::vector_math {

struct mask {
    math_context* m;
    llvm::Value* v;
};

struct bits {
    math_context* m;
    llvm::Value* v;
};

struct number {
    math_context* m;
    llvm::Value* v;
};

/// What the cores need to know of float or double.
struct float_format {
    int fraction_bits;  ///< 23 or 52
    int bias;           ///< 127 or 1023
    double least_normal;
    double round_to_integer;  ///< 1.5 * 2^fraction_bits: adding and subtracting it rounds to an integer
};

inline bool is_double(number x) { return x.v->getType()->getScalarType()->isDoubleTy(); }

inline const float_format& format_of(number x) {
    static constexpr float_format narrow{23, 127, 0x1p-126, 0x1.8p23};
    static constexpr float_format wide{52, 1023, 0x1p-1022, 0x1.8p52};
    return is_double(x) ? wide : narrow;
}

inline llvm::Type* bits_type(number x) {
    auto* type = llvm::cast<llvm::VectorType>(x.v->getType());
    return llvm::VectorType::getInteger(type);
}

/// The constant c in each lane, in the format of x (rounded to nearest).
inline number constant(number x, double c) { return {x.m, llvm::ConstantFP::get(x.v->getType(), c)}; }
inline bits constant(bits x, std::uint64_t c) { return {x.m, llvm::ConstantInt::get(x.v->getType(), c)}; }

inline bits as_bits(number x) { return {x.m, x.m->ir.CreateBitCast(x.v, bits_type(x))}; }
/// The lanes of b read as numbers of the format of `like`.
inline number as_number(bits b, number like) { return {b.m, b.m->ir.CreateBitCast(b.v, like.v->getType())}; }

// Numbers.
inline number operator+(number a, number b) { return {a.m, a.m->ir.CreateFAdd(a.v, b.v)}; }
inline number operator-(number a, number b) { return {a.m, a.m->ir.CreateFSub(a.v, b.v)}; }
inline number operator*(number a, number b) { return {a.m, a.m->ir.CreateFMul(a.v, b.v)}; }
inline number operator/(number a, number b) { return {a.m, a.m->ir.CreateFDiv(a.v, b.v)}; }
inline number operator-(number a) { return {a.m, a.m->ir.CreateFNeg(a.v)}; }
inline number operator+(number a, double b) { return a + constant(a, b); }
inline number operator+(double a, number b) { return constant(b, a) + b; }
inline number operator-(number a, double b) { return a - constant(a, b); }
inline number operator-(double a, number b) { return constant(b, a) - b; }
inline number operator*(number a, double b) { return a * constant(a, b); }
inline number operator*(double a, number b) { return constant(b, a) * b; }
inline number operator/(double a, number b) { return constant(b, a) / b; }

inline number fma(number a, number b, number c) {
    return {a.m, a.m->ir.CreateIntrinsic(llvm::Intrinsic::fma, {a.v->getType()}, {a.v, b.v, c.v})};
}
inline number fma(number a, double b, number c) { return fma(a, constant(a, b), c); }
inline number fma(number a, number b, double c) { return fma(a, b, constant(a, c)); }

inline number unary(llvm::Intrinsic::ID id, number x) { return {x.m, x.m->ir.CreateUnaryIntrinsic(id, x.v)}; }
inline number sqrt(number x) { return unary(llvm::Intrinsic::sqrt, x); }
/// x or -x, in the format of x: whichever has fewer instructions behind it.
inline number but_for_sign(number x) {
    const auto negated = [](llvm::Value* v) -> llvm::Value* {
        auto* const minus = llvm::dyn_cast<llvm::UnaryOperator>(v);
        return minus != nullptr && minus->getOpcode() == llvm::Instruction::FNeg ? minus->getOperand(0) : nullptr;
    };
    if (llvm::Value* const before = negated(x.v)) return {x.m, before};
    auto* const converted = llvm::dyn_cast<llvm::FPExtInst>(x.v);
    llvm::Value* const before = converted != nullptr ? negated(converted->getOperand(0)) : nullptr;
    return before != nullptr ? number{x.m, x.m->ir.CreateFPExt(before, x.v->getType())} : x;
}
/// The same instruction for x and -x, so that what both need is computed once.
inline number abs(number x) { return unary(llvm::Intrinsic::fabs, but_for_sign(x)); }
inline number floor(number x) { return unary(llvm::Intrinsic::floor, x); }
inline number copysign(number magnitude, number sign) {
    return {sign.m, sign.m->ir.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, magnitude.v, sign.v)};
}

// Comparisons are false for NaN, except !=.
inline mask operator<(number a, number b) { return {a.m, a.m->ir.CreateFCmpOLT(a.v, b.v)}; }
inline mask operator<=(number a, number b) { return {a.m, a.m->ir.CreateFCmpOLE(a.v, b.v)}; }
inline mask operator==(number a, number b) { return {a.m, a.m->ir.CreateFCmpOEQ(a.v, b.v)}; }
inline mask operator!=(number a, number b) { return {a.m, a.m->ir.CreateFCmpUNE(a.v, b.v)}; }
inline mask operator<(number a, double b) { return a < constant(a, b); }
inline mask operator<(double a, number b) { return constant(b, a) < b; }
inline mask operator<=(double a, number b) { return constant(b, a) <= b; }
inline mask operator==(number a, double b) { return a == constant(a, b); }
inline mask operator&(mask a, mask b) { return {a.m, a.m->ir.CreateAnd(a.v, b.v)}; }
inline mask operator|(mask a, mask b) { return {a.m, a.m->ir.CreateOr(a.v, b.v)}; }

inline number select(mask c, number yes, number no) { return {yes.m, yes.m->ir.CreateSelect(c.v, yes.v, no.v)}; }
inline number select(mask c, double yes, number no) { return select(c, constant(no, yes), no); }
inline number select(mask c, number yes, double no) { return select(c, yes, constant(yes, no)); }

/// The smaller of x and `limit`; NaN stays NaN.
inline number at_most(number x, double limit) { return select(limit < x, limit, x); }
inline number at_least(number x, double limit) { return select(x < limit, limit, x); }

// Lanes as unsigned integers.
inline bits operator+(bits a, bits b) { return {a.m, a.m->ir.CreateAdd(a.v, b.v)}; }
inline bits operator-(bits a, bits b) { return {a.m, a.m->ir.CreateSub(a.v, b.v)}; }
inline bits operator&(bits a, bits b) { return {a.m, a.m->ir.CreateAnd(a.v, b.v)}; }
inline bits operator|(bits a, bits b) { return {a.m, a.m->ir.CreateOr(a.v, b.v)}; }
inline bits operator^(bits a, bits b) { return {a.m, a.m->ir.CreateXor(a.v, b.v)}; }
inline bits operator+(bits a, std::uint64_t b) { return a + constant(a, b); }
inline bits operator-(bits a, std::uint64_t b) { return a - constant(a, b); }
inline bits operator-(std::uint64_t a, bits b) { return constant(b, a) - b; }
inline bits operator&(bits a, std::uint64_t b) { return a & constant(a, b); }
inline bits operator|(bits a, std::uint64_t b) { return a | constant(a, b); }
inline bits operator<<(bits a, int count) { return {a.m, a.m->ir.CreateShl(a.v, static_cast<std::uint64_t>(count))}; }
inline bits operator>>(bits a, int count) { return {a.m, a.m->ir.CreateLShr(a.v, static_cast<std::uint64_t>(count))}; }
inline mask operator==(bits a, std::uint64_t b) { return {a.m, a.m->ir.CreateICmpEQ(a.v, constant(a, b).v)}; }
inline mask operator!=(bits a, std::uint64_t b) { return {a.m, a.m->ir.CreateICmpNE(a.v, constant(a, b).v)}; }

/// c[0] + c[1] x + c[2] x^2 + … by Horner's rule in fmas.
inline number polynomial(number x, std::span<const double> c) {
    number p = constant(x, c.back());
    for (std::size_t i = c.size() - 1; i-- > 0;) p = fma(p, x, c[i]);
    return p;
}

/// Whether x is of doubles of which few digits are wanted.
inline bool is_short(number x) { return is_double(x) && x.m->wanted == digits::few; }
/// Whether x is of doubles that will be rounded to float, so that no step need be compensated.
inline bool is_quick(number x) { return is_double(x) && x.m->wanted != digits::all; }

/// The table for the format of x, `brief` being that of doubles of which few digits are wanted.
inline std::span<const double> table_for(number x, std::span<const double> narrow, std::span<const double> wide,
                                         std::span<const double> brief) {
    return is_short(x) ? brief : is_double(x) ? wide : narrow;
}
inline double value_for(number x, double narrow, double wide) { return is_double(x) ? wide : narrow; }

/// Converts between formats.
inline number to_double(number x) {
    auto* type = llvm::VectorType::get(x.m->ir.getDoubleTy(), llvm::cast<llvm::VectorType>(x.v->getType()));
    return {x.m, x.m->ir.CreateFPExt(x.v, type)};
}
inline number to_float(number x) {
    auto* type = llvm::VectorType::get(x.m->ir.getFloatTy(), llvm::cast<llvm::VectorType>(x.v->getType()));
    return {x.m, x.m->ir.CreateFPTrunc(x.v, type)};
}

/// Within its life, cores on doubles compute that many digits.
class with_digits {
public:
    with_digits(number x, digits wanted) : m_(*x.m), before_(x.m->wanted) { m_.wanted = wanted; }
    with_digits(const with_digits&) = delete;
    with_digits& operator=(const with_digits&) = delete;
    ~with_digits() { m_.wanted = before_; }

private:
    math_context& m_;
    digits before_;
};

/// The core for floats by its short form in double.
template <class Core>
number through_double(number x, Core core) {
    const with_digits few(x, digits::few);
    return to_float(core(to_double(x)));
}

/// A number as the unevaluated sum of two.
struct two_part {
    number high, low;
};

/// a + b exactly, if |a| >= |b| or a is 0.
inline two_part fast_two_sum(number a, number b) {
    const number sum = a + b;
    return {sum, b - (sum - a)};
}

/// a + b exactly.
inline two_part two_sum(number a, number b) {
    const number sum = a + b;
    const number shadow = sum - a;
    return {sum, (a - (sum - shadow)) + (b - shadow)};
}

/// a * b exactly, if nothing underflows.
inline two_part two_product(number a, number b) {
    const number product = a * b;
    return {product, fma(a, b, -product)};
}

}  // namespace gradus::vector_math
