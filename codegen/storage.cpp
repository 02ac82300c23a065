// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Doubles go through float, rounded to odd: a float that is not the double itself ends in a 1 and so is no tie of the
// next rounding, which therefore decides as it would from the double (Boldo and Melquiond, "Emulation of FMA and
// correctly rounded sums", IEEE Transactions on Computers 57, 2008; 24 digits are at least 2 more than 11 and 8).
// float16 from float is one instruction on every target; bfloat16 is integer arithmetic.
#include "storage.hpp"

namespace gradus {
namespace {

llvm::VectorType* like(llvm::Value* v, llvm::Type* item) {
    return llvm::VectorType::get(item, llvm::cast<llvm::VectorType>(v->getType())->getElementCount());
}

/// Towards zero, and the last bit set if that was not exact.
llvm::Value* odd_float(llvm::IRBuilder<>& ir, llvm::Value* v) {
    llvm::Type* const integers = like(v, ir.getInt32Ty());
    const auto one = [&](llvm::Value* condition) { return ir.CreateZExt(condition, integers); };
    llvm::Value* const nearest = ir.CreateFPTrunc(v, like(v, ir.getFloatTy()));
    llvm::Value* const back = ir.CreateFPExt(nearest, v->getType());
    llvm::Value* const beyond = ir.CreateFCmpOGT(ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, back),
                                                 ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, v));
    llvm::Value* const toward_zero = ir.CreateSub(ir.CreateBitCast(nearest, integers), one(beyond));
    return ir.CreateBitCast(ir.CreateOr(toward_zero, one(ir.CreateFCmpONE(back, v))), nearest->getType());
}

llvm::Value* to_bfloat16(llvm::IRBuilder<>& ir, llvm::Value* v) {
    llvm::Type* const integers = like(v, ir.getInt32Ty());
    const auto constant = [&](std::uint64_t c) { return llvm::ConstantInt::get(integers, c); };
    llvm::Value* const bits = ir.CreateBitCast(v, integers);
    llvm::Value* const upper = ir.CreateLShr(bits, constant(16));
    llvm::Value* const tie_to_even = ir.CreateAdd(ir.CreateAnd(upper, constant(1)), constant(0x7fff));
    llvm::Value* const rounded = ir.CreateLShr(ir.CreateAdd(bits, tie_to_even), constant(16));
    llvm::Value* const quiet = ir.CreateOr(upper, constant(0x40));
    return ir.CreateTrunc(ir.CreateSelect(ir.CreateFCmpUNO(v, v), quiet, rounded), like(v, ir.getInt16Ty()));
}

}  // namespace

llvm::Value* from_storage(llvm::IRBuilder<>& ir, llvm::Value* v, element type) {
    llvm::Type* const floats = like(v, ir.getFloatTy());
    if (type == element::float16) return ir.CreateFPExt(ir.CreateBitCast(v, like(v, ir.getHalfTy())), floats);
    llvm::Value* const upper = ir.CreateZExt(v, like(v, ir.getInt32Ty()));
    return ir.CreateBitCast(ir.CreateShl(upper, 16), floats);
}

llvm::Value* to_storage(llvm::IRBuilder<>& ir, llvm::Value* v, element type) {
    if (v->getType()->getScalarType()->isDoubleTy()) v = odd_float(ir, v);
    if (type == element::bfloat16) return to_bfloat16(ir, v);
    return ir.CreateBitCast(ir.CreateFPTrunc(v, like(v, ir.getHalfTy())), like(v, ir.getInt16Ty()));
}

}  // namespace gradus
