// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A float64 number that knows the vocabulary of formulas, so that the body of a composite also runs on
// numbers. A type of its own: free functions on double would collide with those of <cmath>.
#pragma once

#include <stdexcept>

#include <gradus/primitive.hpp>
#include <gradus/vocabulary.hpp>

namespace gradus {

struct plain {
    double value = 0;

    constexpr plain() = default;
    constexpr plain(double v) : value(v) {}
    constexpr explicit operator double() const { return value; }
};

namespace detail {
constexpr plain applied(op code, plain a, plain b = {}, plain c = {}) {
    return about(code).value(a.value, b.value, c.value);
}
}  // namespace detail

#define GRADUS_WORD(name, code) \
    constexpr plain name(plain a) { return detail::applied(code, a); }
GRADUS_UNARY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD
#define GRADUS_WORD(name, code) \
    constexpr plain name(plain a, plain b) { return detail::applied(code, a, b); }
GRADUS_BINARY_WORDS(GRADUS_WORD)
GRADUS_EQUALITY_WORDS(GRADUS_WORD)
#undef GRADUS_WORD

constexpr plain where(plain condition, plain a, plain b) { return detail::applied(op::where, condition, a, b); }
constexpr plain require(plain value, plain condition) {
    if (condition.value == 0) throw std::domain_error("gradus: a number is outside of what its formula requires");
    return value;
}
constexpr plain custom_gradient(plain value, plain, plain) { return value; }

}  // namespace gradus
