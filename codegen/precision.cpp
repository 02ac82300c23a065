// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "precision.hpp"

#include <algorithm>
#include <cmath>

#include "numbers.hpp"
#include "shares.hpp"

namespace gradus {
namespace {

/// The signs that a value may have, apart from 0 and NaN.
struct signs {
    bool negative = true, positive = true;
    bool mixed() const { return negative && positive; }
    signs flipped() const { return {positive, negative}; }
    friend signs operator|(signs a, signs b) { return {a.negative || b.negative, a.positive || b.positive}; }
    friend signs operator*(signs a, signs b) {
        return {(a.negative && b.positive) || (a.positive && b.negative),
                (a.positive && b.positive) || (a.negative && b.negative)};
    }
};

/// How large a value is at most, whatever the inputs: 1, or what a float holds.
enum class size : std::uint8_t { one, of_float, any };

class analysis {
public:
    explicit analysis(graph_view g)
        : g_(g),
          exact_(g.nodes.size(), false),
          signs_(g.nodes.size()),
          sizes_(g.nodes.size(), size::any),
          result_(g.nodes.size(), precision::narrow) {}

    std::vector<precision> run() {
        const auto count = static_cast<node_id>(g_.nodes.size());
        for (node_id id = 0; id < count; ++id) {
            exact_[id] = is_exact(id);
            signs_[id] = signs_of(g_[id]);
            sizes_[id] = size_of(g_[id]);
        }
        for (node_id id = count; id-- > 0;) {
            if (rounds_again(id) && !is_exact_share(id) && !is_product_by_words(id) && !is_scaled_activation(g_[id]))
                raise(id, precision::short_wide);
            ask_of_operands(id);
        }
        // The larger of values of which one is wide is taken of wide ones, and rounded after it. Which value `where`
        // takes does not depend on how they are rounded: it is wide where that spares a conversion.
        for (node_id id = 0; id < count; ++id)
            if (!exact_[id] && passes_on(g_[id]) && !chooses_a_narrow(id)) follow_operands(id);
        return std::move(result_);
    }

private:
    static std::size_t operands_of(const node& n) { return static_cast<std::size_t>(arity(n)); }
    bool is_real(node_id id) const { return g_[id].type == kind::real; }

    /// The operand is used as a truth value or as a position.
    static bool used_whole(const node& n, std::size_t i) {
        switch (n.code) {
            case op::where: return i == 0;
            case op::at: return i == 1;
            case op::logical_and:
            case op::logical_or:
            case op::logical_not: return true;
            default: return false;
        }
    }
    /// A small error of an operand may change the result by a jump.
    static bool jumps(const node& n) {
        return n.code == op::sign || n.code == op::floor || (n.type == kind::boolean && n.code != op::where);
    }
    /// The result is one of the operands, or its negative.
    static bool passes_on(const node& n) {
        switch (n.code) {
            case op::neg:
            case op::abs:
            case op::min:
            case op::max:
            case op::where:
            case op::at:
            case op::reduce_max:
            case op::reduce_min: return true;
            default: return false;
        }
    }
    /// Holds no rounding when it is computed in float32.
    bool is_exact(node_id id) const {
        const node& n = g_[id];
        if (n.type != kind::real) return true;
        if (n.code == op::constant)
            return static_cast<double>(static_cast<float>(n.value)) == n.value || std::isnan(n.value);
        if (about(n.code).shape == form::leaf || jumps(n) || is_count(g_, id)) return true;
        if (n.code == op::sub && n.args[0] == n.args[1]) return exact_[n.args[0]];  // 0 or NaN
        return passes_on(n) && !has_rounded_operand(n);
    }
    /// The conversion of an integer is a rounding as well.
    bool is_rounded(const node& n, std::size_t i) const {
        const node& operand = g_[n.args[i]];
        if (used_whole(n, i)) return false;
        if (operand.type == kind::integer) return n.type == kind::real && operand.code != op::constant;
        return !exact_[n.args[i]];
    }
    bool has_rounded_operand(const node& n) const {
        for (std::size_t i = 0; i < operands_of(n); ++i)
            if (is_rounded(n, i)) return true;
        return false;
    }
    bool rounds_again(node_id id) const {
        const node& n = g_[id];
        if ((n.type != kind::real && n.type != kind::boolean) || is_sign_of_exact_sum(n)) return false;
        return !passes_on(n) && (has_rounded_operand(n) || (n.code == op::reduce_sum && !is_count(g_, id)));
    }

    /// The product of an activation, whose core leaves room for a rounding, and a number as it stands, such as the
    /// gradient of its result.
    bool is_scaled_activation(const node& n) const {
        if (n.code != op::mul) return false;
        const auto is_activation = [&](std::size_t i) { return g_[n.args[i]].code == op::activation; };
        return (is_activation(0) && exact_[n.args[1]]) || (is_activation(1) && exact_[n.args[0]]);
    }

    // ---- the shares of a softmax

    /// Of exact numbers: the emitter takes the exponential of the exact difference.
    bool is_exact_share(node_id id) const { return is_share(g_, id) && is_of_exact(g_[g_[id].args[0]]); }
    bool is_of_exact(const node& difference) const { return exact_[difference.args[0]] && exact_[difference.args[1]]; }

    /// A product that is rounded once, though one factor is float64: an exact number or a share, and what the emitter
    /// splits into two floats.
    bool is_product_by_words(node_id id) const { return is_share_of_total(id) || is_number_times_exact(id); }

    bool is_number_times_exact(node_id id) const {
        const node& n = g_[id];
        if (n.code != op::mul || n.type != kind::real) return false;
        for (std::size_t i = 0; i < 2; ++i)
            if (!is_rounded(n, i) && range_of_number(g_, n.args[1 - i])) return true;
        return false;
    }

    /// Its float32 sum has the sign of the exact one.
    bool is_sign_of_exact_sum(const node& n) const {
        const node& sum = g_[n.args[0]];
        return n.code == op::sign && (sum.code == op::sub || sum.code == op::add) && !has_rounded_operand(sum);
    }

    /// The product of a share and a number of its row that a float can hold.
    bool is_share_of_total(node_id id) const {
        const auto [share, factor] = as_product_of_share(g_, id);
        return share != no_node && is_exact_share(share) && (exact_[factor] || sizes_[factor] != size::any);
    }
    /// A share, or the choice of the shares whose sum is taken: where the largest element itself stands, 0 or NaN.
    bool is_spared(node_id id) const {
        const node& n = g_[id];
        const auto may_be_chosen = [&](node_id one) { return exact_[one] || is_exact_share(one); };
        return is_exact_share(id) || (n.code == op::where && may_be_chosen(n.args[1]) && may_be_chosen(n.args[2]));
    }

    /// The sum of a row's shares less one of them that is not the largest: 1 and the others, so that no error of a
    /// share weighs more than in the sum. `legalise` forms the sum as 1 + (ties + others).
    bool is_rest_of_total(const node& n) const {
        const node& total = g_[n.args[0]];
        if (!is_exact_share(n.args[1]) || total.code != op::add) return false;
        const node &one = g_[total.args[0]], &excess = g_[total.args[1]];
        if (one.code != op::constant || one.value != 1 || excess.code != op::add) return false;
        const node& others = g_[excess.args[1]];
        return others.code == op::reduce_sum && is_spared(others.args[0]);
    }

    void raise(node_id id, precision wanted) { result_[id] = std::max(result_[id], wanted); }

    /// What a node's own precision asks of those it is computed from.
    void ask_of_operands(node_id id) {
        const node& n = g_[id];
        for (std::size_t i = 0; i < operands_of(n); ++i) {
            const node_id operand = n.args[i];
            if (!is_real(operand) || exact_[operand]) continue;
            if (used_whole(n, i) || jumps(n)) {
                if (!is_sign_of_exact_sum(n)) raise(operand, precision::wide);
            } else if (result_[id] != precision::narrow) {
                const precision wanted = magnifies(n) ? precision::wide : result_[id];
                if (wanted == precision::wide || !is_spared(operand)) raise(operand, wanted);
            } else if (is_product_by_words(id) && !is_exact_share(operand)) {
                raise(operand, precision::short_wide);
            }
        }
    }
    /// The relative error of the result may be larger than those of the operands.
    bool magnifies(const node& n) const {
        const signs a = signs_[n.args[0]];
        switch (n.code) {
            case op::mul:
            case op::div:
            case op::scaled:
            case op::sqrt: return false;
            case op::add: return (a | signs_[n.args[1]]).mixed();
            case op::sub: return (a | signs_[n.args[1]].flipped()).mixed() && !is_rest_of_total(n);
            case op::reduce_sum: return a.mixed();
            case op::log1p: return a.negative;
            default: return !passes_on(n);
        }
    }
    bool chooses_a_narrow(node_id id) const {
        const node& n = g_[id];
        return n.code == op::where &&
               (result_[n.args[1]] == precision::narrow || result_[n.args[2]] == precision::narrow);
    }
    void follow_operands(node_id id) {
        const node& n = g_[id];
        for (std::size_t i = 0; i < operands_of(n); ++i)
            if (is_real(n.args[i]) && !used_whole(n, i)) raise(id, result_[n.args[i]]);
    }

    // ---- signs

    static constexpr signs never_negative{false, true};

    signs signs_of(const node& n) const {
        const auto of = [&](std::size_t i) { return signs_[n.args[i]]; };
        switch (n.code) {
            case op::constant: return {n.value<0, n.value> 0};
            case op::index:
            case op::extent:
            case op::uniform:
            case op::abs:
            case op::exp:
            case op::exp2:
            case op::sqrt:
            case op::sigmoid:
            case op::softplus:
            case op::erfc:
            case op::normal_cdf:
            case op::normal_pdf: return never_negative;
            case op::neg: return of(0).flipped();
            case op::add: return of(0) | of(1);
            case op::min: return {of(0).negative || of(1).negative, of(0).positive && of(1).positive};
            case op::max: return {of(0).negative && of(1).negative, of(0).positive || of(1).positive};
            case op::sub: return n.args[0] == n.args[1] ? signs{false, false} : of(0) | of(1).flipped();
            case op::mul: return n.args[0] == n.args[1] ? never_negative : of(0) * of(1);
            case op::div:
            case op::scaled: return of(0) * of(1);
            case op::where: return of(1) | of(2);
            case op::sign:
            case op::floor:
            case op::expm1:
            case op::log1p:
            case op::tanh:
            case op::erf:
            case op::tanhshrink:
            case op::softsign:
            case op::at:
            case op::reduce_sum:
            case op::reduce_max:
            case op::reduce_min: return of(0);
            default: return n.type == kind::boolean ? never_negative : signs{};
        }
    }

    // ---- sizes

    size size_of(const node& n) const {
        const auto of = [&](std::size_t i) { return sizes_[n.args[i]]; };
        switch (n.code) {
            case op::neg: return of(0);
            case op::mul: return of(0) == size::one ? of(1) : of(1) == size::one ? of(0) : size::any;
            case op::div: return is_one(n.args[0]) && is_at_least_one(g_[n.args[1]]) ? size::one : size::any;
            case op::where: return std::max(of(1), of(2));
            case op::at: return of(0);
            case op::input:
            case op::uniform: return size::of_float;
            case op::constant: return std::abs(n.value) <= 1 ? size::one : size::any;
            default: return size::any;
        }
    }
    bool is_one(node_id id) const { return g_[id].code == op::constant && g_[id].value == 1; }
    /// Or the extent of no elements, or NaN.
    bool is_at_least_one(const node& n) const {
        if (n.code == op::add)
            for (std::size_t i = 0; i < 2; ++i)
                if (is_one(n.args[i]) && !signs_[n.args[1 - i]].negative) return true;
        return n.code == op::extent;
    }

    graph_view g_;
    std::vector<bool> exact_;
    std::vector<signs> signs_;
    std::vector<size> sizes_;
    std::vector<precision> result_;
};

}  // namespace

/// Rounded above 2^24 only, by less than the operations that follow.
bool is_count(graph_view g, node_id id) {
    if (g[id].code != op::reduce_sum) return false;
    const node& choice = g[g[id].args[0]];
    if (choice.code != op::where) return false;
    const node &yes = g[choice.args[1]], &no = g[choice.args[2]];
    return yes.code == op::constant && no.code == op::constant &&
           ((yes.value == 0 && no.value == 1) || (yes.value == 1 && no.value == 0));
}

std::vector<precision> precisions_of(graph_view g, element arithmetic) {
    if (arithmetic == element::float64) return std::vector<precision>(g.nodes.size(), precision::wide);
    return analysis(g).run();
}

}  // namespace gradus
