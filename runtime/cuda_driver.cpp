// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cuda_driver.hpp"

#include <cstdlib>

#include <dlfcn.h>
#include <fmt/format.h>

#include <gradus/error.hpp>

namespace gradus::cuda {
namespace {

/// Of CUDA 11.8, the first that knows compute capability 9.0.
constexpr int least_version = 11080;

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

/// Finds all functions; returns the name of the first one that the library lacks, else null.
const char* find_functions(void* library, driver& found) {
#define GRADUS_CUDA_FIND(name, parameters)                                      \
    found.name = reinterpret_cast<decltype(found.name)>(dlsym(library, #name)); \
    if (found.name == nullptr) return #name;
    GRADUS_CUDA_FUNCTIONS(GRADUS_CUDA_FIND)
#undef GRADUS_CUDA_FIND
    return nullptr;
}

}  // namespace

std::string driver::text_of(result code) const {
    const char* name = nullptr;
    const char* sentence = nullptr;
    if (cuGetErrorName(code, &name) != success || name == nullptr) return fmt::format("CUDA error {}", code);
    if (cuGetErrorString(code, &sentence) != success || sentence == nullptr) return name;
    return fmt::format("{} ({})", sentence, name);
}

void driver::require(result code, std::string_view what, std::string_view where) const {
    if (code != success) throw error(fmt::format("{} {}: {}", what, where, text_of(code)));
}

std::string driver_library() {
    const char* const named = std::getenv("GRADUS_CUDA_DRIVER");
    return named != nullptr && *named != '\0' ? named : "libcuda.so.1";
}

opened_driver open_driver(const std::string& library) {
    void* const opened = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr)
        return {nullptr, fmt::format("no CUDA driver: {} was looked for and could not be opened ({}); "
                                     "GRADUS_CUDA_DRIVER names another file",
                                     library, dlerror())};
    auto found = std::make_shared<driver>();
    if (const char* const name = find_functions(opened, *found))
        return {nullptr, fmt::format("the CUDA driver {} is too old: it lacks {}; CUDA {} is needed", library, name,
                                     version_text(least_version))};
    if (const result code = found->cuInit(0); code != success)
        return {nullptr, fmt::format("the CUDA driver {} does not start: {}", library, found->text_of(code))};
    int version = 0;
    if (const result code = found->cuDriverGetVersion(&version); code != success)
        return {nullptr, fmt::format("the CUDA driver {} tells no version: {}", library, found->text_of(code))};
    if (version < least_version)
        return {nullptr, fmt::format("the CUDA driver {} is too old: it is for CUDA {}, but {} is needed", library,
                                     version_text(version), version_text(least_version))};
    return {std::move(found), {}};
}

}  // namespace gradus::cuda
