// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NVIDIA's assembler takes the PTX of every kernel of the catalogue, value and gradient, for each architecture, and
// needs neither local memory nor spilled registers for it. For the middle one kernels of all element types, for the
// others those of float32. Where ptxas is installed: CMake tells where.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <unistd.h>

#include <fmt/format.h>

#include "bits/kernels.hpp"
#include "compile.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

/// What a command prints, and its exit status.
std::pair<std::string, int> run(const std::string& command) {
    std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    std::array<char, 4096> part;
    for (std::size_t size; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) text.append(part.data(), size);
    return {text, pclose(pipe)};
}

std::string ptx_of(const tested_kernel& tested, const char* architecture, bool aligned) {
    std::vector<element> types;
    for (const input& in : tested.body.inputs) types.push_back(in.any_integer ? element::int64 : in.type);
    layout arrangement = row_major(tested.body);
    arrangement.aligned = aligned;
    return compile(tested.body, arrangement, types, *find_target(architecture), tested.name, false).code.gpu->text;
}

/// What ptxas says of the kernels that it was asked about in vain; empty if all is well.
std::string complaint(const std::string& ptx, const char* architecture) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("gradus_{}_{}.ptx", architecture, getpid());
    std::ofstream(file) << ptx;
    const auto [said, status] =
        run(fmt::format("{} -arch={} -v {} -o /dev/null", GRADUS_PTXAS, architecture, file.string()));
    std::filesystem::remove(file);
    if (status != 0) return said;
    std::string complaints;
    const std::regex frame("properties for (\\w+)\\s+(\\d+) bytes stack frame, (\\d+) bytes spill stores");
    int kernels = 0;
    for (std::sregex_iterator i(said.begin(), said.end(), frame); i != std::sregex_iterator(); ++i, ++kernels)
        if ((*i)[2] != "0" || (*i)[3] != "0") complaints += i->str() + "\n";
    return kernels > 0 ? complaints : "ptxas says nothing of a kernel:\n" + said;
}

bool is_of(const tested_kernel& tested, std::string_view type) { return tested.name.ends_with(type); }

void check(const char* architecture, std::string_view types) {
    int kernels = 0;
    for (const tested_kernel& tested : tested_kernels()) {
        if (!types.empty() && !is_of(tested, types)) continue;
        ++kernels;
        INFO(tested.name);
        CHECK(complaint(ptx_of(tested, architecture, true), architecture) == "");
    }
    CHECK(kernels > 50);
}

}  // namespace

TEST_CASE("ptxas takes every kernel for sm_80", "[sm_80]") { check("sm_80", "_float32"); }
TEST_CASE("ptxas takes every kernel for sm_90", "[sm_90]") { check("sm_90", ""); }
TEST_CASE("ptxas takes every kernel for sm_100", "[sm_100]") { check("sm_100", "_float32"); }

TEST_CASE("aligned rows are read and written by 128 bits, others are not", "[sm_90]") {
    const tested_kernel& tested = kernel_named("gelu_float32");
    const std::string aligned = ptx_of(tested, "sm_90", true), any = ptx_of(tested, "sm_90", false);
    for (const char* wide : {"ld.global.v4", "st.global.v4"}) {
        CHECK(aligned.find(wide) != std::string::npos);
        CHECK(any.find(wide) == std::string::npos);
    }
    CHECK(aligned.find(".entry gelu_float32_0") != std::string::npos);
}

TEST_CASE("arithmetic is rounded to nearest, with subnormal numbers", "[sm_90]") {
    const std::regex approximate("\\.(approx|ftz|full|rz|rm|rp)\\b");  // not the .rmi of floor, which is exact
    for (const char* name : {"gelu_float32", "softmax_float32", "mean_cross_entropy_float32", "sin_float64"}) {
        const std::string ptx = ptx_of(kernel_named(name), "sm_90", true);
        std::smatch found;
        CHECK_FALSE(std::regex_search(ptx, found, approximate));
        CHECK(ptx.find("fma.rn.f") != std::string::npos);
        CHECK(std::regex_search(ptx, std::regex("(add|mul)\\.rn\\.f")));
    }
}

TEST_CASE("spilled registers are found", "[sm_90]") {
    std::string ptx = ptx_of(kernel_named("gelu_float32"), "sm_90", true);
    ptx = std::regex_replace(ptx, std::regex("\\.minnctapersm \\d+"), ".minnctapersm 8");
    CHECK(complaint(ptx, "sm_90").find("spill") != std::string::npos);
    CHECK(complaint("no PTX", "sm_90") != "");
}
