// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Formulas of a lecture, typed as they stand: plain float32 fails where the table says, the kernel does not, and
// it is the kernel of the named function, bit for bit.
#include "as_typed/outcome.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {
void check(const char* what, const std::vector<three_ways>& all, double bound) {
    for (const three_ways& one : all) {
        INFO(what << ": plain float32 " << one.plain << ", exact " << static_cast<double>(one.exact) << ", kernel "
                  << one.typed << ", " << one.ulps() << " ULP");
        CHECK(one.ulps() <= bound);
        CHECK(std::bit_cast<std::uint32_t>(one.typed) == std::bit_cast<std::uint32_t>(one.named));
    }
}
bool fails_somewhere(const outcome& o, std::size_t i, bool row) {
    bool fails = false;
    for (const std::vector<three_ways>* all : {&o.value, &o.gradient})
        for (std::size_t k = 0; k < all->size(); ++k) fails |= (row || k == i) && (*all)[k].plain_fails();
    return fails;
}
}  // namespace

TEST_CASE("a formula as it is typed has the kernel and the accuracy of the named function where plain float32 fails") {
    int rows = 0;
    for_each_typed_formula([&](const auto& row) {
        INFO(row.text);
        const outcome o = run(row);
        CHECK(o.same_graph);
        check("value", o.value, row.value_ulp);
        check("gradient", o.gradient, row.gradient_ulp);
        const bool is_row = !is_pointwise(lower_plain(row.typed));
        for (std::size_t i = 0; i < row.inputs.size(); ++i) {
            INFO("x = " << row.inputs[i]);
            CHECK(fails_somewhere(o, i, is_row) == row.fails);
        }
        ++rows;
    });
    CHECK(rows == 14);
}
