// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that compile in the background.
#include <cmath>
#include <cstdlib>
#include <future>
#include <thread>
#include <vector>

#include <boost/hana/define_struct.hpp>
#include <gradus/gradus.hpp>

#include "support/catch.hpp"

namespace gradus {
namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

const std::vector<float> X{2, 1, 0, 0, 3, 1};
const std::vector<int> T{0, 1};
constexpr const float* nowhere = nullptr;

/// A kernel of this formula that no other test has.
auto with_number(double number) { return jit(sum(number * logits * logits)); }

TEST_CASE("a kernel that was compiled in the background is the one that the call needs") {
    const auto step = jit<loss, dlogits>();
    std::future<void> ready = step.compile_async(logits = view(nowhere, {2, 3}), target = view(T, {2}));
    ready.get();
    CHECK(step.code().variants() == 1);
    const auto [value, dX] = step(logits = view(X, {2, 3}), target = T);
    CHECK(step.code().variants() == 1);
    // Another kernel, compiled by its call.
    const auto here = jit(loss, dlogits);
    REQUIRE(&here.code() != &step.code());
    const auto [expected, dexpected] = here(logits = view(X, {2, 3}), target = T);
    CHECK(value == expected);
    CHECK(std::vector(dX.begin(), dX.end()) == std::vector(dexpected.begin(), dexpected.end()));
}

TEST_CASE("compile_async takes every argument list that the call takes") {
    const auto step = with_number(1);
    float value = 0;
    step.compile_async(logits = view(X, {2, 3})).get();
    CHECK(step.code().variants() == 1);
    step.compile_async(logits = view(X, {2, 3}), outputs(value)).get();
    CHECK(step.code().variants() == 1);
    step.compile_async(logits = transpose(view(X, {3, 2})), outputs(value)).get();
    CHECK(step.code().variants() == 2);
    step(logits = transpose(view(X, {3, 2})), outputs(value));
    CHECK(step.code().variants() == 2);
    CHECK(value == 15);
}

struct batch {
    BOOST_HANA_DEFINE_STRUCT(batch, (array<float, 2>, logits), (std::vector<int>, target));
};
TEST_CASE("compile_async takes a struct whose members have the variables' names") {
    const auto step = jit(2 * loss);
    const batch b{array<float, 2>({2, 3}), {0, 1}};
    step.compile_async(b).get();
    CHECK(step.code().variants() == 1);
    CHECK(step(b) == Approx(2 * std::log(3.0)));
    CHECK(step.code().variants() == 1);
}

TEST_CASE("a call of a kernel that is compiling waits for it; the future may be dropped") {
    const auto step = with_number(2);
    static_cast<void>(step.compile_async(logits = view(X, {2, 3})));
    CHECK(step(logits = view(X, {2, 3})) == 30);
    CHECK(step.code().variants() == 1);
}

TEST_CASE("a kernel may be dropped while it compiles") {
    std::future<void> ready = with_number(3).compile_async(logits = view(X, {2, 3}));
    CHECK_NOTHROW(ready.get());
}

TEST_CASE("several threads compile several kernels at once") {
    const auto number_of = [](int t, int i) { return 100 + i * (t + 1); };  // one kernel for all threads if i is 0
    std::vector<int> right(4);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([t, &right, number_of] {
                std::vector<std::future<void>> all;
                for (int i = 0; i < 6; ++i)
                    all.push_back(with_number(number_of(t, i)).compile_async(logits = view(X, {2, 3})));
                for (std::future<void>& one : all) one.get();
                for (int i = 0; i < 6; ++i)
                    right[static_cast<std::size_t>(t)] += with_number(number_of(t, i))(logits = view(X, {2, 3})) ==
                                                          15.0f * static_cast<float>(number_of(t, i));
            });
    }
    CHECK(right == std::vector{6, 6, 6, 6});
}

TEST_CASE("arguments that do not fit are refused by get() in the words of the call") {
    const auto step = jit<loss, dlogits>();
    std::future<void> refused = step.compile_async(logits = view(X, {2, 3}), target = std::vector{0, 1, 2});
    CHECK_THROWS_WITH(refused.get(),
                      "gradus: argument \"target\" has 3 elements along axis \"batch\", but \"logits\" has 2");
}

TEST_CASE("what goes wrong while a kernel compiles comes out of get(), and the call may try again") {
    const auto step = with_number(4);
    ::setenv("GRADUS_TARGET", "abacus", 1);
    std::future<void> failed = step.compile_async(logits = view(X, {2, 3}));
    CHECK_THROWS_WITH(failed.get(),
                      "gradus: GRADUS_TARGET is \"abacus\", which is no target; choose one of avx512, avx2, aarch64");
    ::unsetenv("GRADUS_TARGET");
    CHECK(step(logits = view(X, {2, 3})) == 60);
}

}  // namespace
}  // namespace gradus
