// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every row of the table of losses, and every loss with all its options: the JIT against the
// interpreter, values and the gradient of every tensor, in both element types, with the class axis
// contiguous and not.
#include <boost/hana/filter.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/size.hpp>
#include <gradus/catalogue_losses.hpp>
#include <numeric>

#include "support/catch.hpp"
#include "support/compare.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr std::int64_t batches = 9, classes = 6, slots = 4;

template <class T>
constexpr auto g = tensor<"g[batch]", T>;
template <class T>
constexpr auto w = tensor<"w[class]", T>;
template <class T>
constexpr tolerance bound{32, std::is_same_v<T, float> ? 1e-6 : 2e-15};

/// Data for each operand of the table.
template <class T>
struct operand_values {
    static constexpr auto count = static_cast<std::size_t>(batches * classes);
    std::vector<T> x = numbers<T>(count, -3, 3, 1), x2 = numbers<T>(count, -3, 3, 2), x3 = numbers<T>(count, -3, 3, 3),
                   t = numbers<T>(count, 0, 4, 4), p = numbers<T>(count, 0.05, 1, 5), q = numbers<T>(count, 0.05, 1, 6),
                   sign = numbers<T>(count, -1, 1, 7), side = numbers<T>(batches, -1, 1, 8),
                   var = numbers<T>(batches, 0.25, 2, 9), g = numbers<T>(batches, -1, 1, 10),
                   w = numbers<T>(classes, 0.25, 2, 11);
    std::vector<int> label, list;

    operand_values() {
        for (T& s : sign) s = s < 0 ? T(-1) : T(1);
        for (T& s : side) s = s < 0 ? T(-1) : T(1);
        for (std::int64_t row = 0; row < batches; ++row) {
            label.push_back(static_cast<int>(row * 5 % classes));
            // Lists of every length, with something behind their ends.
            for (std::int64_t slot = 0; slot < slots; ++slot)
                list.push_back(slot == row % (slots + 1) ? -1 : static_cast<int>((3 * row + 2 * slot) % classes));
            for (std::vector<T>* v : {&p, &q}) {
                const auto first = v->begin() + row * classes;
                const T total = std::accumulate(first, first + classes, T(0));
                std::for_each(first, first + classes, [=](T& e) { e /= total; });
            }
        }
    }
};

/// All operands as arguments, with the class axis contiguous, or the batch axis.
template <class T>
auto arguments(const operand_values<T>& d, bool transposed) {
    using v = loss_operands<T>;
    const auto matrix = [=](const std::vector<T>& data) {
        return transposed ? view(data.data(), {batches, classes}, {1, batches})
                          : view(data.data(), {batches, classes}, {classes, 1});
    };
    return hana::make_tuple(v::x = matrix(d.x), v::x2 = matrix(d.x2), v::x3 = matrix(d.x3), v::t = matrix(d.t),
                            v::p = matrix(d.p), v::q = matrix(d.q), v::sign = matrix(d.sign),
                            v::side = view(d.side, {batches}), v::var = view(d.var, {batches}),
                            v::label = view(d.label, {batches}), v::list = view(d.list, {batches, slots}),
                            g<T> = view(d.g, {batches}), w<T> = view(d.w, {classes}));
}

template <expression E>
constexpr bool uses(std::string_view name) {
    declared_inputs list;
    E::declare(list);
    return list.find(name) != nullptr;
}

template <class T, expression E>
std::string verify(const E& e, const operand_values<T>& d, bool transposed) {
    const auto needed = hana::filter(arguments(d, transposed), [](const auto& pair) {
        return hana::bool_c<uses<E>(detail::key_text<detail::key_type<decltype(pair)>>())>;
    });
    return hana::unpack(needed, [&](const auto&... pair) { return compare(e, bound<T>, pair...); });
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
        hana::for_each(hana::make_tuple(v::x, v::x2, v::x3, v::t, v::p, v::q, v::var, w<T>), [&](const auto& variable) {
            if constexpr (uses<L>(variable.name.view())) {
                INFO("gradient of " << std::string(variable.name.view()));
                CHECK(verify(vjp(loss, variable, g<T>), data, transposed) == "");
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
    [](auto v) { return nll(v.x, v.label, v.classes, with::weight(w<T>), with::ignore_index(2)); },
    [](auto v) {
        return cross_entropy(v.x, v.label, v.classes, with::weight(w<T>), with::ignore_index(2),
                             with::label_smoothing(0.2));
    },
    [](auto v) { return cross_entropy(v.x, v.p, v.classes, with::weight(w<T>), with::label_smoothing(0.2)); },
    [](auto v) { return focal(v.x, v.label, v.classes, 0.5, with::weight(w<T>), with::ignore_index(2)); },
    [](auto v) { return bce(v.p, v.q, with::weight(w<T>)); },
    [](auto v) { return bce_with_logits(v.x, v.p, with::weight(v.var), with::pos_weight(w<T>)); },
    [](auto v) { return sigmoid_focal(v.x, v.p, 1.5, with::alpha(0.25)); },
    [](auto v) { return kl_div(v.x, v.x2, with::log_target); },
    [](auto v) { return hinge_embedding(v.x, v.sign, 0.5); },
    [](auto v) { return multi_margin(v.x, v.label, v.classes, with::power(2), with::weight(w<T>), with::margin(0.5)); },
    [](auto v) { return multilabel_soft_margin(v.x, v.p, v.classes, with::weight(w<T>)); },
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
