// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of primitives: everything that a node of a graph can be. One row each; kinds, printing,
// parsing, evaluation and the checks of other tables are derived from the row. Its companions, tied to
// it by static_asserts, are derivative.hpp (adjoints) and, in codegen, math.hpp (vector code).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <gradus/math.hpp>

namespace gradus {

enum class op : std::uint8_t {
    // leaves
    constant,
    input,
    index,
    extent,
    uniform,
    wildcard,
    // one operand
    neg,
    abs,
    sign,
    exp,
    exp2,
    expm1,
    log,
    log2,
    log1p,
    sqrt,
    tanh,
    sigmoid,
    softplus,
    erf,
    erfc,
    normal_cdf,
    normal_pdf,
    tanhshrink,
    softsign,
    sin,
    cos,
    floor,
    isnan,
    logical_not,
    stop_gradient,
    activation,  ///< made by the code generator alone: `ref` tells which of those that have a core
    // two operands
    add,
    sub,
    mul,
    div,
    scaled,
    pow,
    min,
    max,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    // three operands
    where,
    custom_gradient,
    // along named axes
    reduce_sum,
    reduce_max,
    reduce_min,
    logsumexp,
    softmax,
    log_softmax,
    softmax_complement,  ///< 1 - softmax without cancellation: the share of all other elements
    at,
    count_
};
inline constexpr std::size_t op_count = static_cast<std::size_t>(op::count_);

/// What a node's axes are, given its operands'.
enum class form : std::uint8_t {
    leaf,       ///< axes are its own
    pointwise,  ///< the union of the operands' axes
    reduction,  ///< the operand's axes less those in `over`
    along,      ///< the operand's axes; values depend on the whole extent of `over` (softmax)
    gather      ///< the first operand's axes less `over`, and the second's
};

/// How the element kind of a node follows from its operands. Integers are labels, indices and extents.
enum class kind : std::uint8_t { real, integer, boolean };
enum class kind_rule : std::uint8_t {
    own,       ///< set with the node (leaves)
    real,      ///< always real
    boolean,   ///< always boolean
    promote,   ///< integer if every operand is an integer or a whole constant and one is no constant; else real
    branches,  ///< `promote` over the second and third operands; boolean if both are boolean
    first      ///< that of the first operand
};

/// How a primitive is written: a function call, or an operator with a binding strength.
struct notation {
    std::string_view symbol;  ///< "+" for infix and prefix operators, empty for functions
    int strength = 0;         ///< larger binds tighter; 0 for functions
};

using value_function = double (*)(double, double, double);

struct primitive {
    op code;
    std::string_view name;
    int arity;
    form shape;
    kind_rule kinds;
    bool commutes;
    notation infix;
    value_function value;  ///< on float64; null for leaves and for operations along axes
};

namespace detail {
inline constexpr double quiet_nan = __builtin_nan("");
// Definitions on float64. Booleans are 1 and 0.
#define GRADUS_VALUE(expression)                         \
    [](double a, double b, double c) constexpr->double { \
        (void)a, (void)b, (void)c;                       \
        return static_cast<double>(expression);          \
    }
inline constexpr value_function no_value = nullptr;
inline constexpr primitive primitive_table[op_count] = {
    {op::constant, "constant", 0, form::leaf, kind_rule::own, false, {}, no_value},
    {op::input, "input", 0, form::leaf, kind_rule::own, false, {}, no_value},
    {op::index, "index", 0, form::leaf, kind_rule::own, false, {}, no_value},
    {op::extent, "extent", 0, form::leaf, kind_rule::own, false, {}, no_value},
    {op::uniform, "uniform", 0, form::leaf, kind_rule::own, false, {}, no_value},
    {op::wildcard, "wildcard", 0, form::leaf, kind_rule::own, false, {}, no_value},

    {op::neg, "neg", 1, form::pointwise, kind_rule::promote, false, {"-", 60}, GRADUS_VALUE(-a)},
    {op::abs, "abs", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::abs(a))},
    {op::sign, "sign", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::sign(a))},
    {op::exp, "exp", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::exp(a))},
    {op::exp2, "exp2", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::exp2(a))},
    {op::expm1, "expm1", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::expm1(a))},
    {op::log, "log", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::log(a))},
    {op::log2, "log2", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::log2(a))},
    {op::log1p, "log1p", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::log1p(a))},
    {op::sqrt, "sqrt", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::sqrt(a))},
    {op::tanh, "tanh", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::tanh(a))},
    {op::sigmoid, "sigmoid", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::sigmoid(a))},
    {op::softplus, "softplus", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::softplus(a))},
    {op::erf, "erf", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::erf(a))},
    {op::erfc, "erfc", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::erfc(a))},
    {op::normal_cdf, "normal_cdf", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::normal_cdf(a))},
    {op::normal_pdf, "normal_pdf", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::normal_pdf(a))},
    {op::tanhshrink, "tanhshrink", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::tanhshrink(a))},
    {op::softsign, "softsign", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::softsign(a))},
    {op::sin, "sin", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::sin(a))},
    {op::cos, "cos", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::cos(a))},
    {op::floor, "floor", 1, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::floor(a))},
    {op::isnan, "isnan", 1, form::pointwise, kind_rule::boolean, false, {}, GRADUS_VALUE(math::isnan(a))},
    {op::logical_not, "not", 1, form::pointwise, kind_rule::boolean, false, {"!", 60}, GRADUS_VALUE(a == 0)},
    {op::stop_gradient, "stop_gradient", 1, form::pointwise, kind_rule::first, false, {}, GRADUS_VALUE(a)},
    {op::activation, "activation", 1, form::pointwise, kind_rule::real, false, {}, no_value},

    {op::add, "add", 2, form::pointwise, kind_rule::promote, true, {"+", 40}, GRADUS_VALUE(math::add(a, b))},
    {op::sub, "sub", 2, form::pointwise, kind_rule::promote, false, {"-", 40}, GRADUS_VALUE(math::sub(a, b))},
    {op::mul, "mul", 2, form::pointwise, kind_rule::promote, true, {"*", 50}, GRADUS_VALUE(math::mul(a, b))},
    {op::div, "div", 2, form::pointwise, kind_rule::real, false, {"/", 50}, GRADUS_VALUE(math::div(a, b))},
    {op::scaled,
     "scaled",
     2,
     form::pointwise,
     kind_rule::real,
     false,
     {},
     GRADUS_VALUE(a == 0 ? 0.0 : math::mul(a, b))},
    {op::pow, "pow", 2, form::pointwise, kind_rule::real, false, {}, GRADUS_VALUE(math::pow(a, b))},
    {op::min, "min", 2, form::pointwise, kind_rule::promote, true, {}, GRADUS_VALUE(math::min(a, b))},
    {op::max, "max", 2, form::pointwise, kind_rule::promote, true, {}, GRADUS_VALUE(math::max(a, b))},
    {op::less, "less", 2, form::pointwise, kind_rule::boolean, false, {"<", 30}, GRADUS_VALUE(a < b)},
    {op::less_equal, "less_equal", 2, form::pointwise, kind_rule::boolean, false, {"<=", 30}, GRADUS_VALUE(a <= b)},
    {op::greater, "greater", 2, form::pointwise, kind_rule::boolean, false, {">", 30}, GRADUS_VALUE(a > b)},
    {op::greater_equal,
     "greater_equal",
     2,
     form::pointwise,
     kind_rule::boolean,
     false,
     {">=", 30},
     GRADUS_VALUE(a >= b)},
    {op::equal, "equal", 2, form::pointwise, kind_rule::boolean, true, {"==", 25}, GRADUS_VALUE(a == b)},
    {op::not_equal, "not_equal", 2, form::pointwise, kind_rule::boolean, true, {"!=", 25}, GRADUS_VALUE(a != b)},
    {op::logical_and, "and", 2, form::pointwise, kind_rule::boolean, true, {"&&", 20}, GRADUS_VALUE(a != 0 && b != 0)},
    {op::logical_or, "or", 2, form::pointwise, kind_rule::boolean, true, {"||", 15}, GRADUS_VALUE(a != 0 || b != 0)},

    {op::where, "where", 3, form::pointwise, kind_rule::branches, false, {}, GRADUS_VALUE(a != 0 ? b : c)},
    {op::custom_gradient, "custom_gradient", 3, form::pointwise, kind_rule::first, false, {}, GRADUS_VALUE(a)},

    {op::reduce_sum, "sum", 1, form::reduction, kind_rule::real, false, {}, no_value},
    {op::reduce_max, "max", 1, form::reduction, kind_rule::real, false, {}, no_value},
    {op::reduce_min, "min", 1, form::reduction, kind_rule::real, false, {}, no_value},
    {op::logsumexp, "logsumexp", 1, form::reduction, kind_rule::real, false, {}, no_value},
    {op::softmax, "softmax", 1, form::along, kind_rule::real, false, {}, no_value},
    {op::log_softmax, "log_softmax", 1, form::along, kind_rule::real, false, {}, no_value},
    {op::softmax_complement, "softmax_complement", 1, form::along, kind_rule::real, false, {}, no_value},
    {op::at, "at", 2, form::gather, kind_rule::first, false, {}, no_value},
};
#undef GRADUS_VALUE

constexpr bool table_is_in_order() {
    for (std::size_t i = 0; i < op_count; ++i)
        if (primitive_table[i].code != static_cast<op>(i)) return false;
    return true;
}
static_assert(table_is_in_order(), "primitive_table: one row for each op, in the order of the enumeration");
}  // namespace detail

/// The table's row for an operation.
constexpr const primitive& about(op code) { return detail::primitive_table[static_cast<std::size_t>(code)]; }

/// Whether the graph of an expression may hold the operation.
constexpr bool is_of_expressions(op code) { return code != op::wildcard && code != op::activation; }

}  // namespace gradus
