// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every row of the table of losses, and every loss with all its options: the JIT against the
// interpreter, values and the gradient of every tensor, in both element types, with the class axis
// contiguous and not.
#include <boost/hana/size.hpp>

#include "support/catch.hpp"
#include "support/loss_data.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

template <class T>
constexpr tolerance bound{32, std::is_same_v<T, float> ? 1e-6 : 2e-15};

template <class T, expression E>
std::string verify(const E& e, const operand_values<T>& d, bool transposed) {
    return with_arguments(e, d, transposed, [&](const auto&... pair) { return compare(e, bound<T>, pair...); });
}

/// A loss, its mean, and the gradient of each tensor that it uses.
template <class T, expression L>
void check_loss(std::string_view name, const L& loss) {
    INFO(std::string(name) << (sizeof(T) == 4 ? ", float32" : ", float64"));
    const operand_values<T> data;
    for (const bool transposed : {false, true}) {
        INFO((transposed ? "batch contiguous" : "class contiguous"));
        CHECK(verify(loss, data, transposed) == "");
        CHECK(verify(mean(loss), data, transposed) == "");
        using v = loss_operands<T>;
        hana::for_each(hana::make_tuple(v::x, v::x2, v::x3, v::t, v::p, v::q, v::var, class_weight<T>),
                       [&](const auto& variable) {
                           if constexpr (uses<L>(std::remove_cvref_t<decltype(variable)>::name.view())) {
                               INFO("gradient of " << std::string(variable.name.view()));
                               CHECK(verify(vjp(loss, variable, upstream<T>), data, transposed) == "");
                           }
                       });
    }
}

/// Every option that changes a formula.
template <class T>
constexpr auto with_options = hana::make_tuple(
    [](auto v) { return smooth_l1(v.x, v.t, 2.5); }, [](auto v) { return huber(v.x, v.t, v.var); },
    [](auto v) { return poisson_nll(v.x, v.t, with::full); },
    [](auto v) { return poisson_nll(v.p, v.t, with::eps(0.25), with::full, with::rate); },
    [](auto v) { return gaussian_nll(v.x, v.t, v.var, with::full, with::eps(0.5)); },
    [](auto v) { return nll(v.x, v.label, v.classes, with::weight(class_weight<T>), with::ignore_index(2)); },
    [](auto v) {
        return cross_entropy(v.x, v.label, v.classes, with::weight(class_weight<T>), with::ignore_index(2),
                             with::label_smoothing(0.2));
    },
    [](auto v) {
        return cross_entropy(v.x, v.p, v.classes, with::weight(class_weight<T>), with::label_smoothing(0.2));
    },
    [](auto v) { return focal(v.x, v.label, v.classes, 0.5, with::weight(class_weight<T>), with::ignore_index(2)); },
    [](auto v) { return bce(v.p, v.q, with::weight(class_weight<T>)); },
    [](auto v) { return bce_with_logits(v.x, v.p, with::weight(v.var), with::pos_weight(class_weight<T>)); },
    [](auto v) { return sigmoid_focal(v.x, v.p, 1.5, with::alpha(0.25)); },
    [](auto v) { return kl_div(v.x, v.x2, with::log_target); },
    [](auto v) { return hinge_embedding(v.x, v.sign, 0.5); },
    [](auto v) {
        return multi_margin(v.x, v.label, v.classes, with::power(2), with::weight(class_weight<T>), with::margin(0.5));
    },
    [](auto v) { return multilabel_soft_margin(v.x, v.p, v.classes, with::weight(class_weight<T>)); },
    [](auto v) { return margin_ranking(v.x, v.x2, v.sign, 0.5); },
    [](auto v) { return cosine_embedding(v.x, v.x2, v.side, v.classes, 0.25); },
    [](auto v) { return triplet_margin(v.x, v.x2, v.x3, v.classes, with::swap, with::margin(0.5)); },
    [](auto v) { return triplet_margin(v.x, v.x2, v.x3, v.classes, with::power(1), with::eps(0)); },
    [](auto v) { return triplet_margin(v.x, v.x2, v.x3, v.classes, with::power(3)); });

}  // namespace

// A row that is added without a line of its own here is tested all the same; one that is lost is missed.
static_assert(decltype(hana::size(losses))::value == 24);

TEMPLATE_TEST_CASE("every loss of the catalogue agrees with the interpreter, with the gradient of every tensor", "",
                   float, double) {
    hana::for_each(losses, [](const auto& row) { check_loss<TestType>(row.name, row.template of<TestType>()); });
}

TEMPLATE_TEST_CASE("every option of a loss agrees with the interpreter, with the gradient of every tensor", "", float,
                   double) {
    int number = 0;
    hana::for_each(with_options<TestType>, [&](const auto& make) {
        check_loss<TestType>("options " + std::to_string(number++), make(loss_operands<TestType>{}));
    });
}
