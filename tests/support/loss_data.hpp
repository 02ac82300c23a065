// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Data for the operands of the table of losses, and the arguments of a call that an expression needs.
#pragma once

#include <boost/hana/filter.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <gradus/catalogue_losses.hpp>
#include <numeric>

#include "support/compare.hpp"

namespace gradus::testing {

inline constexpr std::int64_t batches = 9, classes = 6, slots = 4;

template <class T>
constexpr auto upstream = tensor<"g[batch]", T>;
template <class T>
constexpr auto class_weight = tensor<"w[class]", T>;

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
                            upstream<T> = view(d.g, {batches}), class_weight<T> = view(d.w, {classes}));
}

template <expression E>
constexpr bool uses(std::string_view name) {
    declared_inputs list;
    E::declare(list);
    return list.find(name) != nullptr;
}

/// Calls visit(arguments...) with those that e needs.
template <expression E, class T, class Visit>
auto with_arguments(const E&, const operand_values<T>& d, bool transposed, const Visit& visit) {
    const auto needed = hana::filter(arguments(d, transposed), [](const auto& pair) {
        return hana::bool_c<uses<E>(detail::key_text<detail::key_type<decltype(pair)>>())>;
    });
    return hana::unpack(needed, visit);
}

}  // namespace gradus::testing
