// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The processors. A target names the least that its code needs, not the processor at hand, so that an
// object is the same wherever it was compiled. The x86 targets build on x86-64-v3; `runs_here` asks
// for each feature that this level implies and that code could be generated for.
#include "target.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <gradus/error.hpp>

namespace gradus {
namespace {

#if defined(__x86_64__)
bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("lzcnt");
}
bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#else
bool has_avx2() { return false; }
bool has_avx512() { return false; }
#endif

#if defined(__aarch64__)
constexpr bool is_aarch64 = true;
#else
constexpr bool is_aarch64 = false;
#endif

/// What the emulator of GPUs runs: code for one thread at a time, of the processor at hand.
target emulator_target() {
    if constexpr (is_aarch64)
        return {"emulator", "aarch64-unknown-linux-gnu", "generic", "+neon", 16, false, false, target_kind::emulator};
    return {"emulator", "x86_64-unknown-linux-gnu", "x86-64-v3", "", 16, false, false, target_kind::emulator};
}

std::vector<target> make_targets() {
    constexpr target_kind nvptx = target_kind::nvptx;
    return {
        {"avx512", "x86_64-unknown-linux-gnu", "x86-64-v3", "+avx512f,+avx512vl,+avx512dq,+avx512bw,-prefer-256-bit",
         64, true, has_avx512()},
        {"avx2", "x86_64-unknown-linux-gnu", "x86-64-v3", "", 32, false, has_avx2()},
        {"aarch64", "aarch64-unknown-linux-gnu", "generic", "+neon", 16, false, is_aarch64},
        // The oldest PTX that knows the architecture, so that the oldest drivers take it.
        {"sm_80", "nvptx64-nvidia-cuda", "sm_80", "+ptx70", 16, false, false, nvptx},
        {"sm_90", "nvptx64-nvidia-cuda", "sm_90", "+ptx78", 16, false, false, nvptx},
        {"sm_100", "nvptx64-nvidia-cuda", "sm_100", "+ptx86", 16, false, false, nvptx},
        emulator_target(),
    };
}

std::string names(bool only_those_that_run) {
    std::string list;
    for (const target& t : targets())
        if (t.kind == target_kind::vector && (t.runs_here || !only_those_that_run))
            list += (list.empty() ? "" : ", ") + t.name;
    return list.empty() ? "none" : list;
}

const target& chosen(std::string_view name) {
    const target* t = find_target(name);
    if (!t)
        throw error(fmt::format("GRADUS_TARGET is \"{}\", which is no target; choose one of {}", name, names(false)));
    if (!t->runs_here)
        throw error(fmt::format("GRADUS_TARGET is \"{}\", whose code this processor cannot run; what runs here: {}",
                                name, names(true)));
    return *t;
}

const target& best() {
    for (const target& t : targets())
        if (t.runs_here) return t;
    throw error(
        "this processor cannot run compiled kernels: on x86-64 they need AVX2 and FMA; "
        "evaluate() works on every processor");
}

}  // namespace

const std::vector<target>& targets() {
    static const std::vector<target> all = make_targets();
    return all;
}

const target* find_target(std::string_view name) {
    for (const target& t : targets())
        if (t.name == name) return &t;
    return nullptr;
}

const target& host_target() {
    const char* name = std::getenv("GRADUS_TARGET");
    return name && *name ? chosen(name) : best();
}

}  // namespace gradus
