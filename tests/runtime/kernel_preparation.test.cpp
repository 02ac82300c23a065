// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that are compiled before they are called. Their programs are C++ functions (programs.hpp).
#include <barrier>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gradus/error.hpp>
#include <gradus/runtime.hpp>

#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using floats = const float*;

TEST_CASE("a preparation compiles what the call needs, without its memory") {
    kernel k(negation(), "negation", negation_program);
    const std::vector<argument> x{make_argument(view(floats{}, {2, 3}))};
    k.preparation(x, {})();
    CHECK(k.variants() == 1);
    k.preparation(x, std::vector{make_argument(view(static_cast<float*>(nullptr), {2, 3}))})();
    CHECK(k.variants() == 1);
    std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    std::vector<float> y(6);
    run(k, {make_argument(view(numbers, {2, 3}))}, {make_argument(view(y, {2, 3}))});
    CHECK(k.variants() == 1);
    CHECK(y == std::vector<float>{-1, -2, -3, -4, -5, -6});
}

TEST_CASE("a preparation knows the layouts of outputs") {
    kernel k(negation(), "negation", negation_program);
    std::vector<float> x{1, 2, 3, 4, 5, 6};
    std::vector<float> y(6);
    const std::vector in{make_argument(transpose(view(x, {2, 3})))};
    k.preparation(in, {})();
    run(k, {in[0]}, {make_argument(view(y, {3, 2}))});
    CHECK(k.variants() == 1);
    k.preparation(in, std::vector{make_argument(transpose(view(y, {2, 3})))})();
    CHECK(k.variants() == 2);
    run(k, {in[0]}, {make_argument(transpose(view(y, {2, 3})))});
    CHECK(k.variants() == 2);
}

TEST_CASE("a preparation for arguments that do not fit is refused as the call is") {
    kernel k(negation(), "negation", negation_program);
    const std::vector in{make_argument(view(floats{}, {2, 3}))};
    const std::vector out{make_argument(view(static_cast<float*>(nullptr), {2, 2}))};
    CHECK_THROWS_WITH(k.preparation(in, out), "gradus: output \"y\" has 2 elements along axis \"j\", but \"x\" has 3");
    CHECK(k.variants() == 0);
}

TEST_CASE("two classes of a kernel compile at once") {
    std::barrier both(2);  // passed only if each compilation sees the other begin
    kernel k(negation(), "negation", [&](const layout& arrangement, std::span<const element> types, std::string_view) {
        both.arrive_and_wait();
        return negation_program(arrangement, types, {});
    });
    std::jthread first([&] { k.preparation(std::vector{make_argument(view(floats{}, {2, 3}))}, {})(); });
    k.preparation(std::vector{make_argument(transpose(view(floats{}, {2, 3})))}, {})();
    first.join();
    CHECK(k.variants() == 2);
}

TEST_CASE("after a compilation that failed the next one tries again") {
    int tries = 0;
    kernel k(negation(), "negation", [&](const layout& arrangement, std::span<const element> types, std::string_view) {
        if (++tries == 1) throw std::runtime_error("no memory");
        return negation_program(arrangement, types, {});
    });
    const auto prepare = k.preparation(std::vector{make_argument(view(floats{}, {2, 3}))}, {});
    CHECK_THROWS_WITH(prepare(), "no memory");
    CHECK(k.variants() == 0);
    prepare();
    CHECK(k.variants() == 1);
}

}  // namespace
}  // namespace gradus
