// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "target.hpp"

#include <cstdlib>
#include <optional>

#include <gradus/error.hpp>

#include "support/catch.hpp"

using namespace gradus;

namespace {

/// GRADUS_TARGET for the length of a test.
class chosen_target {
public:
    explicit chosen_target(const char* name) {
        if (const char* value = std::getenv("GRADUS_TARGET")) before = value;
        ::setenv("GRADUS_TARGET", name, 1);
    }
    ~chosen_target() {
        if (before)
            ::setenv("GRADUS_TARGET", before->c_str(), 1);
        else
            ::unsetenv("GRADUS_TARGET");
    }
    chosen_target(const chosen_target&) = delete;
    chosen_target& operator=(const chosen_target&) = delete;

private:
    std::optional<std::string> before;
};

/// What host_target() complains of.
std::string complaint() {
    try {
        host_target();
    } catch (const error& e) {
        return e.what();
    }
    return {};
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a target is found by its name") {
    for (const char* name : {"avx512", "avx2", "aarch64"}) {
        REQUIRE(find_target(name));
        CHECK(find_target(name)->name == name);
    }
    CHECK(find_target("avx3") == nullptr);
}

TEST_CASE("the width of a vector is that of the target's registers") {
    CHECK(find_target("avx512")->vector_bytes == 64);
    CHECK(find_target("avx2")->vector_bytes == 32);
    CHECK(find_target("aarch64")->vector_bytes == 16);
}

TEST_CASE("the host target runs here, and the environment variable selects it") {
    for (const target& machine : targets()) {
        if (!machine.runs_here) continue;
        const chosen_target choice(machine.name.c_str());
        CHECK(host_target().name == machine.name);
    }
    const chosen_target none("");
    CHECK(host_target().runs_here);
}

TEST_CASE("an unknown target is an error that lists the known ones") {
    const chosen_target choice("avx3");
    CHECK(contains(complaint(), "\"avx3\""));
    CHECK(contains(complaint(), "avx512, avx2, aarch64"));
}

TEST_CASE("a target that cannot run here is an error") {
    for (const target& machine : targets()) {
        if (machine.runs_here) continue;
        const chosen_target choice(machine.name.c_str());
        CHECK(contains(complaint(), "cannot run"));
    }
}
