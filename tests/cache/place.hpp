// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A folder for the cache of one test, and the environment that leads to it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "cache.hpp"

namespace gradus {

/// Environment variables for the length of a test; without a value: unset.
class environment {
public:
    environment(std::initializer_list<std::pair<std::string, std::optional<std::string>>> wanted) {
        for (const auto& [name, value] : wanted) {
            const char* const old = std::getenv(name.c_str());
            before_[name] = old != nullptr ? std::optional<std::string>(old) : std::nullopt;
            set(name, value);
        }
    }
    ~environment() {
        for (const auto& [name, value] : before_) set(name, value);
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

private:
    static void set(const std::string& name, const std::optional<std::string>& value) {
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());
    }
    std::map<std::string, std::optional<std::string>> before_;
};

/// A new folder of mode 0700 that is gone at the end.
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "gradus_cache_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The cache lies in a folder that is made by it.
class cache_in_a_folder {
public:
    cache_in_a_folder()
        : place{(folder_.path() / "cache").string()},
          variables_{{"GRADUS_CACHE", "on"},
                     {"GRADUS_CACHE_DIR", place.folder},
                     {"GRADUS_CACHE_LIMIT", std::nullopt},
                     {"GRADUS_DUMP", std::nullopt}} {}

    std::filesystem::path path() const { return place.folder; }
    std::size_t entries() const {
        const std::filesystem::path where = path();
        if (!std::filesystem::exists(where)) return 0;
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(where), {}));
    }
    /// The only file of the cache.
    std::filesystem::path only_file() const {
        if (entries() != 1) throw std::runtime_error("the cache holds " + std::to_string(entries()) + " files");
        return *std::filesystem::directory_iterator(path());
    }

private:
    temporary_folder folder_;

public:
    const cache_place place;

private:
    environment variables_;
};

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_content(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Another number after every rewrite of the file, as it is renamed into its place.
inline ::ino_t identity_of(const std::filesystem::path& path) {
    struct ::stat about {};
    ::stat(path.c_str(), &about);
    return about.st_ino;
}

}  // namespace gradus
