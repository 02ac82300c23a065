// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where libgradus_generator.so is looked for: the file that GRADUS_GENERATOR names, and nowhere else if it is set;
// beside the program or the shared object that holds this code, and in ../lib of that; the places that the dynamic
// linker knows, among them the run path that CMake's targets add to what is linked with them.
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gradus/error.hpp>

#include "generator.hpp"
#include "gradus_fingerprint.hpp"

namespace gradus {
namespace {

constexpr const char* file_name = "libgradus_generator.so";

/// The folder of the program or shared object that this code is part of; empty if it is unknown.
std::filesystem::path own_folder() {
    Dl_info found{};
    if (::dladdr(reinterpret_cast<const void*>(&open_generator), &found) == 0 || found.dli_fname == nullptr) return {};
    std::error_code problem;
    const auto absolute = std::filesystem::canonical(found.dli_fname, problem);
    return problem ? std::filesystem::path() : absolute.parent_path();
}

std::vector<std::string> candidates() {
    if (const char* const named = ::secure_getenv("GRADUS_GENERATOR"); named != nullptr && *named != '\0')
        return {named};
    std::vector<std::string> places;
    const std::filesystem::path folder = own_folder();
    std::error_code problem;
    for (const auto& place : {folder / file_name, folder.parent_path() / "lib" / file_name})
        if (!folder.empty() && std::filesystem::exists(place, problem)) places.push_back(place.string());
    places.emplace_back(file_name);
    return places;
}

/// Null, with a line about the reason, if there is none of our build.
const generator_interface* opened(const std::string& place, std::string& reasons) {
    const auto refuse = [&](std::string_view why) {
        reasons += fmt::format("\n  {}: {}", place, why);
        return nullptr;
    };
    void* const object = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object == nullptr) return refuse(::dlerror());
    const auto* const found = static_cast<const generator_interface*>(::dlsym(object, "gradus_generator"));
    if (found == nullptr) return refuse("it exports no gradus_generator");
    if (found->fingerprint != generator_fingerprint()) return refuse("it is of another build of gradus");
    return found;
}

const generator_interface& find_generator() {
    std::string reasons;
    for (const std::string& place : candidates())
        if (const generator_interface* const found = opened(place, reasons)) return *found;
    throw error(
        fmt::format("a kernel has to be compiled, but the code generator cannot be opened; set GRADUS_GENERATOR to "
                    "the path of {}. Looked for:{}",
                    file_name, reasons));
}

}  // namespace

std::string_view generator_fingerprint() { return GRADUS_FINGERPRINT; }

const generator_interface& open_generator() {
    static const generator_interface& found = find_generator();
    return found;
}

}  // namespace gradus
