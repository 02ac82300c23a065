// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The value of a node at the present coordinates.
#include <cmath>
#include <limits>

#include <gradus/error.hpp>

#include "emit_node.hpp"
#include "numbers.hpp"
#include "shares.hpp"

namespace gradus {

llvm::Value* node_emitter::node_value(node_id id) {
    if (memo_[id] == nullptr) {
        memo_[id] = make_value(id);
        if (auto* const made = llvm::dyn_cast<llvm::Instruction>(memo_[id]); made != nullptr && !made->hasName())
            made->setName("n" + std::to_string(id) + "." + std::string(about(at(id).code).name));
    }
    return memo_[id];
}

llvm::Value* node_emitter::make_value(node_id id) {
    if (is_in_memory(id)) return stored_before(id);
    const node& n = at(id);
    switch (n.code) {
        case op::constant: return llvm::ConstantFP::get(real_vector(), n.value);
        case op::input: return load(tensor(n.ref), {}, n.type);
        case op::uniform: return uniform_value(n, {});
        case op::index: return index_value(std::countr_zero(n.over));
        case op::extent: return extent_value(n.over);
        case op::at: return read_at(n, {});
        default: break;
    }
    return pointwise_value(id);
}

/// Whether an earlier stage kept the value, or an earlier sweep parked or holds it.
bool node_emitter::is_in_memory(node_id id) const {
    const auto held = held_.find(id);
    return plan_.kept_before(id, stage_) || plan_.parked_before(id, stage_, sweep_) >= 0 ||
           (held != held_.end() && held->second.made);
}
llvm::Value* node_emitter::stored_before(node_id id) {
    if (const auto held = held_.find(id); held != held_.end() && held->second.made) {
        const int run = std::countr_zero(plan_.stages[stage_].shape.inner);
        const value position = coordinate_[static_cast<std::size_t>(run)];
        return ir_.CreateLoad(held->second.type,
                              ir_.CreateInBoundsGEP(held->second.type, held->second.memory, position));
    }
    const int output = plan_.parked_before(id, stage_, sweep_);
    if (output < 0) return kept_value(id, {});
    return load(tensor(plan_.body.inputs.size() + static_cast<std::size_t>(output)), {}, kind::real);
}

// ---- pointwise primitives

/// Whether a comparison is one of integers: labels, indices, and whole constants beside them.
bool node_emitter::compares_integers(const node& n) const {
    bool any = false;
    for (std::size_t i = 0; i < 2; ++i) {
        const node& operand = at(n.args[i]);
        const bool whole = operand.code == op::constant && std::abs(operand.value) < 0x1p53 &&
                           static_cast<double>(static_cast<std::int64_t>(operand.value)) == operand.value;
        if (operand.type == kind::integer)
            any = true;
        else if (!whole)
            return false;
    }
    return any;
}

kind node_emitter::operand_kind(const node& n, std::size_t i) const {
    switch (n.code) {
        case op::logical_and:
        case op::logical_or:
        case op::logical_not: return kind::boolean;
        case op::where: return i == 0 ? kind::boolean : n.type;
        case op::less:
        case op::less_equal:
        case op::greater:
        case op::greater_equal:
        case op::equal:
        case op::not_equal: return compares_integers(n) ? kind::integer : kind::real;
        default: return about(n.code).kinds == kind_rule::promote ? n.type : kind::real;
    }
}

namespace {
/// The float that decides a comparison `code` of a float x on its left with c as c itself would, which float32 may not
/// hold: x > c is x > the largest float below c. NaN, which nothing equals, where no float equals c.
double deciding_float(op code, double c) {
    const auto nearest = static_cast<float>(c);
    if (static_cast<double>(nearest) == c || std::isnan(c)) return static_cast<double>(nearest);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float below = static_cast<double>(nearest) < c ? nearest : std::nextafter(nearest, -infinity);
    switch (code) {
        case op::greater:
        case op::less_equal: return static_cast<double>(below);
        case op::less:
        case op::greater_equal: return static_cast<double>(std::nextafter(below, infinity));
        default: return std::numeric_limits<double>::quiet_NaN();
    }
}
/// The comparison with its sides exchanged.
op mirrored(op code) {
    switch (code) {
        case op::greater: return op::less;
        case op::less: return op::greater;
        case op::greater_equal: return op::less_equal;
        case op::less_equal: return op::greater_equal;
        default: return code;
    }
}
bool is_comparison(op code) { return code >= op::less && code <= op::not_equal; }
}  // namespace

/// An operand of a pointwise primitive in its kind. A constant that a float is compared with decides exactly.
llvm::Value* node_emitter::operand_value(node_id id, std::size_t i) {
    const node& n = at(id);
    const kind wanted = operand_kind(n, i);
    if (wanted != kind::real) return in_kind(n.args[i], wanted);
    const node& operand = at(n.args[i]);
    if (operand.code != op::constant || !is_comparison(n.code) || plan_.type_of(id) != element::float32)
        return real_value(n.args[i], real_vector(id));
    const op code = i == 1 ? n.code : mirrored(n.code);
    return llvm::ConstantFP::get(real_vector(id), deciding_float(code, operand.value));
}

/// Of a float32 kernel's float64 values only what float32 can tell is wanted.
digits node_emitter::digits_of(node_id id) const {
    if (plan_.arithmetic == element::float64) return digits::all;
    return plan_.precisions[id] == precision::short_wide ? digits::few : digits::most;
}

/// A sum in float64 of operands that float32 holds: rounded to float32 it has the same sign.
bool node_emitter::is_sum_of_floats(node_id id) const {
    const node& n = at(id);
    const auto is_float = [&](node_id operand) {
        const node& o = at(operand);
        return o.type == kind::real && plan_.type_of(operand) == element::float32 &&
               (o.code != op::constant || static_cast<double>(static_cast<float>(o.value)) == o.value);
    };
    return (n.code == op::add || n.code == op::sub) && plan_.arithmetic == element::float32 &&
           plan_.type_of(id) == element::float64 && is_float(n.args[0]) && is_float(n.args[1]);
}
llvm::Value* node_emitter::sum_in_float(node_id id) {
    const node& n = at(id);
    const value a = real_value(n.args[0], real_vector()), b = real_value(n.args[1], real_vector());
    return n.code == op::add ? ir_.CreateFAdd(a, b) : ir_.CreateFSub(a, b);
}

/// Of a float64 value in a float32 kernel the rounded difference is near enough.
bool node_emitter::takes_exact_difference(node_id exponential) const {
    const node& difference = at(at(exponential).args[0]);
    if (difference.code != op::sub || difference.type != kind::real) return false;
    return plan_.arithmetic == element::float64 || plan_.type_of(exponential) == element::float32;
}

llvm::Value* node_emitter::pointwise_value(node_id id) {
    const node& n = at(id);
    if (n.code == op::exp && takes_exact_difference(id)) {
        const node& difference = at(n.args[0]);
        const value a = real_value(difference.args[0], real_vector(id));
        const value b = real_value(difference.args[1], real_vector(id));
        math_.wanted = digits_of(id);
        const bool is_narrow = plan_.type_of(id) == element::float32;
        return is_narrow && is_share(graph_view(plan_.body), id) ? emit_exp_below(math_, a, b)
                                                                 : emit_exp_of_difference(math_, a, b);
    }
    if (n.code == op::mul && n.type == kind::real && plan_.type_of(id) == element::float32)
        for (std::size_t i = 0; i < 2; ++i)
            if (plan_.type_of(n.args[i]) == element::float64 && !range_of_number(graph_view(plan_.body), n.args[1 - i]))
                return emit_product_by_words(math_, real_value(n.args[1 - i], real_vector(id)),
                                             real_value(n.args[i], real_vector(n.args[i])));
    std::array<value, 3> operands{};
    const auto count = static_cast<std::size_t>(arity(n));
    for (std::size_t i = 0; i < count; ++i) operands[i] = operand_value(id, i);
    if (n.code == op::sign && is_sum_of_floats(n.args[0])) operands[0] = sum_in_float(n.args[0]);
    math_.wanted = digits_of(id);
    if (n.code == op::activation) return emit_activation(math_, static_cast<activation>(n.ref), operands[0]);
    const emitter emit_code = emitter_of(n.code);
    if (emit_code == nullptr) throw internal_error("no vector code for " + std::string(about(n.code).name));
    return emit_code(math_, std::span<value const>(operands.data(), count));
}

/// The node's value as reals in the vector type given: constants as near as that type can hold, all other
/// values from the type in which they are computed.
llvm::Value* node_emitter::real_value(node_id id, llvm::Type* vector) {
    const node& n = at(id);
    if (n.code == op::constant) return llvm::ConstantFP::get(vector, n.value);
    const value v = node_value(id);
    switch (n.type) {
        case kind::integer: return ir_.CreateSIToFP(v, vector);
        case kind::boolean: return ir_.CreateUIToFP(v, vector);
        default: return ir_.CreateFPCast(v, vector);
    }
}

/// The node's value as integers or booleans.
llvm::Value* node_emitter::in_kind(node_id id, kind wanted) {
    const node& n = at(id);
    if (n.code == op::constant && wanted == kind::integer)
        return llvm::ConstantInt::getSigned(vector_of(ir_.getInt64Ty()), static_cast<std::int64_t>(n.value));
    if (n.code == op::constant && wanted == kind::boolean)
        return llvm::ConstantInt::get(vector_of(ir_.getInt1Ty()), n.value != 0 ? 1 : 0);
    return convert(node_value(id), n.code == op::constant ? kind::real : n.type, wanted);
}

llvm::Value* node_emitter::convert(value v, kind from, kind to) {
    if (from == to) return v;
    llvm::Type* const integers = vector_of(ir_.getInt64Ty());
    switch (to) {
        case kind::real:
            return from == kind::integer ? ir_.CreateSIToFP(v, real_vector()) : ir_.CreateUIToFP(v, real_vector());
        case kind::integer: return from == kind::real ? ir_.CreateFPToSI(v, integers) : ir_.CreateZExt(v, integers);
        default: break;
    }
    return from == kind::real ? ir_.CreateFCmpUNE(v, llvm::Constant::getNullValue(v->getType()))
                              : ir_.CreateICmpNE(v, llvm::ConstantInt::get(integers, 0));
}

// ---- leaves

llvm::Value* node_emitter::index_value(int axis) {
    return axis == lane_ ? lane_numbers() : splat(coordinate_[static_cast<std::size_t>(axis)]);
}
llvm::Value* node_emitter::extent_value(axis_set axes) { return splat(product(axes)); }

/// Reads of a tensor, of random numbers or of a fold's result, with the coordinates that labels replace.
llvm::Value* node_emitter::read_at(const node& n, substitution at_labels) {
    at_labels.emplace(std::countr_zero(n.over), n.args[1]);
    const node& from = at(n.args[0]);
    if (from.code == op::at) return read_at(from, at_labels);
    if (from.code == op::input) return load(tensor(from.ref), at_labels, from.type);
    if (from.code == op::uniform) return uniform_value(from, at_labels);
    return kept_value(n.args[0], at_labels);
}

namespace {
/// Philox4x32-10 on vectors; see gradus/philox.hpp.
class vector_philox {
public:
    explicit vector_philox(llvm::IRBuilder<>& ir, unsigned lanes)
        : ir_(ir), words_(llvm::FixedVectorType::get(ir.getInt32Ty(), lanes)) {}

    llvm::Value* first_word(llvm::Value* index, llvm::Value* seed) {
        std::array<llvm::Value*, 4> counter{low(index), high(index), constant(0), constant(0)};
        std::array<llvm::Value*, 2> key{low(seed), high(seed)};
        for (int round = 0; round < 10; ++round) {
            const auto [low0, high0] = product(0xD2511F53, counter[0]);
            const auto [low1, high1] = product(0xCD9E8D57, counter[2]);
            counter = {ir_.CreateXor(ir_.CreateXor(high1, counter[1]), key[0]), low1,
                       ir_.CreateXor(ir_.CreateXor(high0, counter[3]), key[1]), low0};
            key = {ir_.CreateAdd(key[0], constant(0x9E3779B9)), ir_.CreateAdd(key[1], constant(0xBB67AE85))};
        }
        return counter[0];
    }

private:
    llvm::Value* constant(std::uint64_t word) { return llvm::ConstantInt::get(words_, word); }
    llvm::Value* low(llvm::Value* wide) { return ir_.CreateTrunc(wide, words_); }
    llvm::Value* high(llvm::Value* wide) { return low(ir_.CreateLShr(wide, 32)); }
    std::pair<llvm::Value*, llvm::Value*> product(std::uint64_t factor, llvm::Value* word) {
        llvm::Type* const wide_type = llvm::VectorType::getExtendedElementVectorType(words_);
        llvm::Value* const wide =
            ir_.CreateMul(ir_.CreateZExt(word, wide_type), llvm::ConstantInt::get(wide_type, factor));
        return {low(wide), high(wide)};
    }

    llvm::IRBuilder<>& ir_;
    llvm::VectorType* words_;
};
}  // namespace

llvm::Value* node_emitter::uniform_value(const node& n, const substitution& at_labels) {
    const memory& seed_memory = tensor(n.ref);
    const value seed = splat(ir_.CreateLoad(ir_.getInt64Ty(), seed_memory.data));
    value position = splat(number(0));
    const axis_order& order = plan_.body.inputs[n.ref].axes;
    for (int k = 0; k < order.rank; ++k) {
        const int axis = order.axis[static_cast<std::size_t>(k)];
        const auto label = at_labels.find(axis);
        const value along = label != at_labels.end() ? in_kind(label->second, kind::integer) : index_value(axis);
        position = ir_.CreateAdd(ir_.CreateMul(position, splat(extents_[static_cast<std::size_t>(axis)])), along);
    }
    const value word = vector_philox(ir_, lanes_).first_word(position, seed);
    const value fraction = ir_.CreateUIToFP(ir_.CreateLShr(word, 8), real_vector());
    return ir_.CreateFMul(fraction, llvm::ConstantFP::get(real_vector(), 0x1p-24));
}

}  // namespace gradus
