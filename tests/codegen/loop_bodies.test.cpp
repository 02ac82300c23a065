// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the body of a loop over lanes stands in the code: how often, in which order, and what it asks of memory ahead.
#include <string>
#include <string_view>

#include <gradus/gradus.hpp>

#include "support/catch.hpp"

namespace gradus {
namespace {

constexpr auto x = tensor<"x[i]">;
constexpr auto small = exp(x);
constexpr auto large = exp(x) * tanh(x) * softplus(x);  // three functions, of doubles

int count(std::string_view text, std::string_view part) {
    int found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// Stores of whole vectors, and of vectors under a mask.
struct stores {
    int whole, masked;
    friend bool operator==(const stores&, const stores&) = default;
};
template <const auto& E>
stores stores_of(const std::string& target) {
    const std::string ir = explanation(program<E>::view(), "kernel", 1, target).llvm_ir();
    return {count(ir, "  store <"), count(ir, "  call void @llvm.masked.store")};
}

TEST_CASE("with mask registers a large body stands for a pair of vectors under masks and for nothing else") {
    CHECK(stores_of<large>("avx512") == stores{0, 2});
    CHECK(stores_of<large>("avx2") == stores{1, 1});
}

TEST_CASE("a small body stands for a pair of vectors, as a mask would cost it more than it saves") {
    CHECK(stores_of<small>("avx512") == stores{2, 1});
    CHECK(stores_of<small>("avx2") == stores{1, 1});
}

TEST_CASE("the instructions of a pair of vectors stand in turns") {
    const std::string ir = explanation(program<small>::view(), "kernel", 1, "avx512").llvm_ir();
    const std::string loop = ir.substr(ir.find("\npairs:"), ir.find("\n\n", ir.find("\npairs:")) - ir.find("\npairs:"));
    const std::size_t load = loop.find("load <16 x float>"), load_again = loop.find("load <16 x float>", load + 1);
    REQUIRE(load_again != loop.npos);
    CHECK(load_again < loop.find("llvm.fma"));
    CHECK(loop.find("  store <") > loop.rfind("llvm.fma"));
}

TEST_CASE("memory is asked for what comes: once for each vector that is loaded") {
    constexpr auto rows = tensor<"rows[batch, class]">;
    const auto ir_of = [](const auto& e) {
        const graph g = lower(e);
        return explanation(g, "kernel", 1, "avx512").llvm_ir();
    };
    const std::string pointwise = ir_of(exp(x));
    CHECK(count(pointwise, "call void @llvm.prefetch") ==
          count(pointwise, "load <16 x float>") + count(pointwise, "call <16 x float> @llvm.masked.load"));
    // Of a row's three sweeps the one that computes asks for the next row; of short rows' the first one.
    const std::string shares = ir_of(softmax(rows, over<"class">));
    CHECK(count(shares, "call void @llvm.prefetch") == 3);
    CHECK(count(ir_of(sum(rows, over<"class">)), "call void @llvm.prefetch") == 0);
}

}  // namespace
}  // namespace gradus
