// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support/catch.hpp"

#include <gradus/number_text.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

using namespace gradus;

static_assert(number_text(0.1) == "0.1");
static_assert(number_text(2) == "2");
static_assert(number_text(-0.0) == "-0");
static_assert(number_text(1e300) == "1e+300");
static_assert(number_text(1.1283791670955126) == "1.1283791670955126");
static_assert(number_text(5e-324) == "5e-324");
static_assert(number_text(-1e-7) == "-1e-7");
static_assert(number_text(123456.75) == "123456.75");
static_assert(number_text(std::numeric_limits<double>::infinity()) == "inf");
static_assert(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");

namespace {
/// The significant digits of a text.
std::size_t digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text.substr(0, text.find('e')))
        if (c >= '0' && c <= '9') digits += c;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return digits.size();
}
}  // namespace

TEST_CASE("a number's text reads back to the same number, and no shorter one does") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const std::string text = number_text(value).str();
        INFO(text);
        REQUIRE(std::strtod(text.c_str(), nullptr) == value);
        char shortest[40];
        const auto end = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
        REQUIRE(digits_of(text) == digits_of({shortest, end}));
    }
}
