// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What can be seen of a kernel's calls from outside: statistics, a watch, the log.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include <gradus/runtime.hpp>

#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

TEST_CASE("statistics count calls, time and bytes when asked") {
    kernel k(negation(), "negation", negation_program);
    std::vector<float> x(6);
    std::vector<float> y(6);
    const auto once = [&] { run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(y, {2, 3}))}); };
    once();
    CHECK(k.stats().calls == 0);
    k.measure(true);
    once();
    once();
    CHECK(k.stats().calls == 2);
    CHECK(k.stats().bytes == 2 * (24 + 24));
    CHECK(k.stats().nanoseconds > 0);
}

TEST_CASE("a watch stands around the computation of every call") {
    kernel k(negation(), "negation", negation_program);
    std::vector<float> x{1, 2, 3, 4, 5, 6};
    std::vector<float> y(6, 9);
    std::vector<float> seen;
    k.watch([&](std::span<const argument> inputs, std::span<const argument> outputs, const auto& compute) {
        CHECK(inputs[0].data == x.data());
        CHECK(outputs[0].data == y.data());
        seen.push_back(y[5]);
        compute();
        seen.push_back(y[5]);
    });
    const auto once = [&] { run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(y, {2, 3}))}); };
    once();
    x[5] = 7;
    once();
    CHECK(seen == std::vector<float>{9, -6, -6, -7});
}

TEST_CASE("GRADUS_LOG=launch writes one line a launch") {
    setenv("GRADUS_LOG", "launch", 1);
    kernel k(negation(), "negation", negation_program);
    unsetenv("GRADUS_LOG");
    std::vector<float> x(6);
    std::vector<float> y(6);

    std::FILE* caught = std::tmpfile();
    std::fflush(stderr);
    const int terminal = dup(2);
    dup2(fileno(caught), 2);
    run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(y, {2, 3}))});
    std::fflush(stderr);
    dup2(terminal, 2);
    close(terminal);

    std::rewind(caught);
    char line[256] = {};
    REQUIRE(std::fgets(line, sizeof line, caught) != nullptr);
    CHECK(std::string(line).find("gradus: launch negation i=2 j=3 loops=1 48 bytes ") == 0);
    CHECK(std::fgets(line, sizeof line, caught) == nullptr);
    std::fclose(caught);
}

}  // namespace
}  // namespace gradus
