// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// sin and cos, of float and double, for every finite argument. Floats are computed in double for float.
//
// Reduction to x = n pi/2 + r, r in two words:
//   |x| < 2^31: n = round(x 2/pi), r = x - n pi/2 with pi/2 in three words (Cody and Waite). The first
//   fma is exact: its result is below 1 and has no bits below 2^-53.
//   Beyond (Payne and Hanek): x = M 2^E with M an integer of 53 bits. Bits of 2/pi that weigh 4 or more
//   after multiplication by 2^E only add whole turns, so a window of 212 bits is enough: M times it is known to
//   2^-157, and no double is nearer to a multiple of pi/2 than 2^-62. It is four doubles in a table with a row for
//   each E. A block that runs only if a lane needs it.
// Doubles for float: r in one word.
// Then polynomials on [-pi/4, pi/4], swapped and negated by n mod 4.
//
// Largest error in ULP: float 0.51, sin found on every input; double 0.8, on samples.
#include <array>
#include <cmath>
#include <limits>

#include "coefficients.hpp"
#include "math_cores.hpp"

namespace gradus::vector_math {
namespace {

using namespace coefficients;

constexpr double magic = 0x1.8p52;
constexpr std::array<double, 3> half_pi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
constexpr double two_over_pi = 0x1.45f306dc9c883p-1;

/// 2/pi, the first bit weighs 1/2.
constexpr std::array<std::uint64_t, 19> two_over_pi_bits{
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
    0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab};

constexpr int first_far_exponent = 31;
constexpr int window_words = 4;

/// x = (quadrant + 4k) pi/2 + high + low.
struct angle {
    number high, low;
    bits quadrant;  ///< its two lowest bits count
};

angle reduce_near(number x) {
    const number shifted = fma(x, two_over_pi, constant(x, magic));
    const number n = shifted - magic;
    const number rest = fma(n, -half_pi[0], x);
    if (is_short(x)) return {fma(n, -half_pi[1], rest), constant(x, 0), as_bits(shifted)};
    const two_part second = two_product(n, constant(n, half_pi[1]));
    const two_part sum = two_sum(rest, -second.high);
    return {sum.high, fma(n, -half_pi[2], sum.low - second.low), as_bits(shifted)};
}

/// 53 bits of 2/pi, the first of which weighs 2^-first, as an integer. Bits before the point are 0.
std::uint64_t window(int first) {
    std::uint64_t value = 0;
    for (int bit = first; bit < first + 53; ++bit) {
        value <<= 1;
        if (bit >= 1) {
            const auto at = static_cast<unsigned>(bit - 1);
            value |= two_over_pi_bits[at / 64] >> (63 - at % 64) & 1;
        }
    }
    return value;
}

/// The table of windows: four doubles for each exponent of a number from 2^31 to `last`.
llvm::Constant* window_table(llvm::Module& module, int last) {
    const char* name = "two_over_pi_windows";
    if (llvm::GlobalVariable* made = module.getNamedGlobal(name)) return made;
    std::vector<double> rows;
    for (int exponent = first_far_exponent; exponent <= last; ++exponent)
        for (int word = 0; word < window_words; ++word)
            rows.push_back(std::ldexp(static_cast<double>(window(exponent - 53 + 53 * word)), 1 - 52 - 53 * word));
    auto* data = llvm::ConstantDataArray::get(module.getContext(), rows);
    return new llvm::GlobalVariable(module, data->getType(), true, llvm::GlobalValue::PrivateLinkage, data, name);
}

/// Doubles table[index], 0 in lanes that are not `wanted`.
number gather(number like, llvm::Constant* table, bits index, mask wanted) {
    llvm::IRBuilder<>& ir = like.m->ir;
    llvm::Value* places = ir.CreateGEP(ir.getDoubleTy(), table, index.v);
    return {like.m, ir.CreateMaskedGather(like.v->getType(), places, llvm::Align(8), wanted.v, constant(like, 0).v)};
}

angle reduce_far(number x, mask far, int last) {
    math_context& m = *x.m;
    llvm::Constant* table = window_table(*m.ir.GetInsertBlock()->getModule(), last);
    const bits field = (as_bits(x) >> 52) & 0x7ff;
    const bits row = field - static_cast<std::uint64_t>(1023 + first_far_exponent);
    static_assert(window_words == 4);
    const bits place = row << 2;
    const bits whole = (as_bits(x) & 0x800fffffffffffff) | (std::uint64_t{1075} << 52);
    const number integer = as_number(whole, x);
    const two_part first = two_product(integer, gather(x, table, place, far));
    const two_part second = two_product(integer, gather(x, table, place + 1, far));
    const two_part third = two_product(integer, gather(x, table, place + 2, far));
    const number fourth = integer * gather(x, table, place + 3, far);

    // The whole quarters leave; what is left may cancel down to 2^-62, so that all smaller terms are added exactly but
    // for 2^-156.
    const number turns = unary(llvm::Intrinsic::roundeven, first.high * 0.25);
    const two_part a = two_sum(fma(turns, -4.0, first.high), first.low);
    const two_part b = two_sum(a.high, second.high);
    const number shifted = b.high + magic;
    const two_part c = two_sum(b.low, a.low), d = two_sum(c.high, second.low), e = two_sum(d.high, third.high);
    const number rest = (c.low + d.low + e.low) + (third.low + fourth);
    const two_part sum = two_sum(b.high - (shifted - magic), e.high);
    const two_part quarter = two_sum(sum.high, sum.low + rest);

    const two_part high = two_product(quarter.high, constant(x, half_pi[0]));
    const number low = fma(quarter.high, half_pi[1], fma(quarter.low, half_pi[0], high.low));
    const two_part reduced = fast_two_sum(high.high, low);
    return {reduced.high, reduced.low, as_bits(shifted)};
}

template <class Part>
Part merge(Part near_value, llvm::BasicBlock* near_block, Part far_value, llvm::BasicBlock* far_block) {
    llvm::PHINode* either = near_value.m->ir.CreatePHI(near_value.v->getType(), 2);
    either->addIncoming(near_value.v, near_block);
    either->addIncoming(far_value.v, far_block);
    return {near_value.m, either};
}

template <class Part>
Part choose(mask c, Part yes, Part no) {
    return {yes.m, yes.m->ir.CreateSelect(c.v, yes.v, no.v)};
}

/// Of doubles whose exponents are at most `last`.
angle reduce(number x, int last) {
    llvm::IRBuilder<>& ir = x.m->ir;
    const number magnitude = abs(x);
    const mask far =
        (std::ldexp(1, first_far_exponent) <= magnitude) & (magnitude < std::numeric_limits<double>::infinity());
    const angle close = reduce_near(x);
    llvm::BasicBlock* close_block = ir.GetInsertBlock();
    llvm::Function* function = close_block->getParent();
    auto* far_block = llvm::BasicBlock::Create(ir.getContext(), "far", function, close_block->getNextNode());
    auto* after = llvm::BasicBlock::Create(ir.getContext(), "reduced", function, far_block->getNextNode());
    ir.CreateCondBr(ir.CreateOrReduce(far.v), far_block, after);

    ir.SetInsertPoint(far_block);
    const angle distant = reduce_far(x, far, last);
    const angle mixed{choose(far, distant.high, close.high), choose(far, distant.low, close.low),
                      choose(far, distant.quadrant, close.quadrant)};
    ir.CreateBr(after);

    ir.SetInsertPoint(after);
    return {merge(close.high, close_block, mixed.high, far_block), merge(close.low, close_block, mixed.low, far_block),
            merge(close.quadrant, close_block, mixed.quadrant, far_block)};
}

number sin_of(const angle& a) {
    const number z = a.high * a.high;
    if (is_short(z)) return a.high * fma(z, polynomial(z, sin_short), 1.0);
    const number low = a.low * fma(z, -0.5, constant(z, 1.0));
    return a.high + fma(a.high * z, polynomial(z, sin_double), low);
}

number cos_of(const angle& a) {
    const number z = a.high * a.high;
    if (is_short(z)) return fma(z, fma(z, polynomial(z, cos_short), -0.5), 1.0);
    const number half = 0.5 * z;
    const two_part start = fast_two_sum(constant(z, 1.0), -half);
    return start.high + (start.low + fma(z * z, polynomial(z, cos_double), -(a.high * a.low)));
}

/// sin(x + turns pi/2), of doubles whose exponents are at most `last`
number sin_turned(number x, std::uint64_t turns, int last) {
    const angle a = reduce(x, last);
    const bits quadrant = a.quadrant + turns;
    const number value = select((quadrant & 1) != 0, cos_of(a), sin_of(a));
    return as_number(as_bits(value) ^ ((quadrant & 2) << 62), value);
}

/// The same of floats or doubles.
number sin_turned(number x, std::uint64_t turns) {
    if (is_double(x)) return sin_turned(x, turns, 1023);
    return through_double(x, [=](number wide) { return sin_turned(wide, turns, 127); });
}

}  // namespace

number core_sin(number x) { return select(x == 0.0, x, sin_turned(x, 0)); }

number core_cos(number x) { return sin_turned(x, 1); }

}  // namespace gradus::vector_math
