// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <gradus/error.hpp>

namespace gradus {
namespace {

constexpr std::string_view kernel_suffix = ".kernel";
constexpr std::string_view new_prefix = ".new-";
constexpr std::size_t largest_file = std::size_t{64} << 20;
/// A file under its first name for so long belongs to a writer that is no more.
constexpr std::int64_t longest_write = std::int64_t{600} * 1'000'000'000;

class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() { close(); }
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    void release() { number_ = -1; }
    /// False if the system lost what was written.
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

// ---- the environment

std::string variable(const char* name) {
    const char* const text = ::secure_getenv(name);
    return text != nullptr ? text : "";
}

std::string folder_of_environment() {
    if (std::string folder = variable("GRADUS_CACHE_DIR"); !folder.empty()) return folder;
    // A relative one is void: XDG Base Directory Specification.
    if (const std::string base = variable("XDG_CACHE_HOME"); base.starts_with('/')) return base + "/gradus";
    if (const std::string home = variable("HOME"); home.starts_with('/')) return home + "/.cache/gradus";
    return {};
}

std::uint64_t limit_of_environment(std::uint64_t otherwise) {
    const std::string text = variable("GRADUS_CACHE_LIMIT");
    if (text.empty()) return otherwise;
    std::uint32_t mebibytes = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), mebibytes);
    if (problem != std::errc{} || end != text.data() + text.size())
        throw error(fmt::format("GRADUS_CACHE_LIMIT is \"{}\", but a number of MiB was expected, such as 256", text));
    return std::uint64_t{mebibytes} << 20;
}

// ---- what may be trusted

/// Why a folder or file of another state than ours is not used; null if it is.
const char* distrust(const struct ::stat& about) {
    if (about.st_uid != ::geteuid()) return "it belongs to another user";
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "others may write it";
    return nullptr;
}

descriptor open_folder(const cache_place& place) {
    if (place.folder.empty()) return descriptor(-1);
    descriptor folder(::open(place.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct ::stat about;
    if (!folder || ::fstat(folder.get(), &about) != 0 || distrust(about) != nullptr) return descriptor(-1);
    return folder;
}

void make_folder(const cache_place& place) {
    const std::size_t slash = place.folder.find_last_not_of('/');
    const std::string path = place.folder.substr(0, slash == std::string::npos ? 0 : slash + 1);
    const std::size_t end_of_parent = path.rfind('/');
    if (end_of_parent != std::string::npos && end_of_parent > 0)
        static_cast<void>(::mkdir(path.substr(0, end_of_parent).c_str(), 0700));
    static_cast<void>(::mkdir(path.c_str(), 0700));
}

// ---- files

std::optional<std::string> read_all(int file, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const ::ssize_t some = ::read(file, bytes.data() + done, size - done);
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0) return std::nullopt;
        done += static_cast<std::size_t>(some);
    }
    return bytes;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t some = ::write(file, bytes.data(), bytes.size());
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(some));
    }
    return true;
}

/// A write beyond this limit of the process would be a signal that ends it.
bool may_be_so_large(std::size_t size) {
    struct ::rlimit most;
    return ::getrlimit(RLIMIT_FSIZE, &most) != 0 || most.rlim_cur == RLIM_INFINITY || size <= most.rlim_cur;
}

std::string new_name() {
    static std::atomic<unsigned> count = 0;
    return fmt::format("{}{}-{}", new_prefix, ::getpid(), count++);
}

bool write_new(const descriptor& folder, const std::string& name, std::string_view bytes) {
    descriptor file(::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return false;
    const bool written = write_all(file.get(), bytes);
    return file.close() && written;
}

struct folder_content {
    std::vector<cached_file> kernels, unfinished;
};

std::int64_t nanoseconds(const struct ::timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}
std::int64_t now() {
    struct ::timespec time;
    ::clock_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(time);
}

folder_content content_of(const descriptor& folder) {
    folder_content content;
    descriptor walked(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::DIR* const entries = walked ? ::fdopendir(walked.get()) : nullptr;
    if (entries == nullptr) return content;
    walked.release();  // closedir closes it
    while (const struct ::dirent* const entry = ::readdir(entries)) {
        const std::string_view name = entry->d_name;
        const bool kernel = name.ends_with(kernel_suffix);
        struct ::stat about;
        if (!kernel && !name.starts_with(new_prefix)) continue;
        if (::fstatat(folder.get(), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode))
            continue;
        (kernel ? content.kernels : content.unfinished)
            .push_back({std::string(name), static_cast<std::uint64_t>(about.st_size), nanoseconds(about.st_mtim)});
    }
    ::closedir(entries);
    return content;
}

void last_used_first(std::vector<cached_file>& files) {
    std::ranges::sort(files, [](const cached_file& a, const cached_file& b) { return a.used > b.used; });
}

void remove_file(const descriptor& folder, const std::string& name) {
    static_cast<void>(::unlinkat(folder.get(), name.c_str(), 0));
}

void tidy(const descriptor& folder, std::uint64_t limit) {
    folder_content content = content_of(folder);
    for (const cached_file& file : content.unfinished)
        if (now() - file.used > longest_write) remove_file(folder, file.file);
    last_used_first(content.kernels);
    std::uint64_t total = 0;
    for (const cached_file& file : content.kernels) {
        total += file.bytes;
        if (total > limit) remove_file(folder, file.file);
    }
}

std::optional<std::string> trusted_file(const cache_place& place, const std::string& file, bool used) {
    const descriptor folder = open_folder(place);
    if (!folder) return std::nullopt;
    const descriptor opened(::openat(folder.get(), file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct ::stat about;
    if (!opened || ::fstat(opened.get(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
    if (distrust(about) != nullptr || static_cast<std::uint64_t>(about.st_size) > largest_file) return std::nullopt;
    auto bytes = read_all(opened.get(), static_cast<std::size_t>(about.st_size));
    if (bytes && used) static_cast<void>(::futimens(opened.get(), nullptr));
    return bytes;
}

}  // namespace

cache_place cache_from_environment() {
    cache_place place;
    const std::string word = variable("GRADUS_CACHE");
    if (!word.empty() && word != "on" && word != "off")
        throw error(fmt::format("GRADUS_CACHE is \"{}\", but \"on\" or \"off\" was expected", word));
    place.limit = limit_of_environment(place.limit);
    if (word != "off") place.folder = folder_of_environment();
    return place;
}

std::optional<std::string> read_cached(const cache_place& place, const std::string& file) {
    return trusted_file(place, file, true);
}
std::optional<std::string> peek_cached(const cache_place& place, const std::string& file) {
    return trusted_file(place, file, false);
}

void write_cached(const cache_place& place, const std::string& file, std::string_view bytes) {
    if (place.folder.empty() || bytes.size() > std::min<std::uint64_t>(place.limit, largest_file)) return;
    if (!may_be_so_large(bytes.size())) return;
    make_folder(place);
    const descriptor folder = open_folder(place);
    if (!folder) return;
    const std::string name = new_name();
    if (!write_new(folder, name, bytes) || ::renameat(folder.get(), name.c_str(), folder.get(), file.c_str()) != 0)
        remove_file(folder, name);
    tidy(folder, place.limit);
}

std::vector<cached_file> cached_files(const cache_place& place) {
    const descriptor folder = open_folder(place);
    if (!folder) return {};
    std::vector<cached_file> files = content_of(folder).kernels;
    last_used_first(files);
    return files;
}

std::size_t clear_cache(const cache_place& place) {
    const descriptor folder = open_folder(place);
    if (!folder) return 0;
    const folder_content content = content_of(folder);
    for (const auto* files : {&content.kernels, &content.unfinished})
        for (const cached_file& file : *files) remove_file(folder, file.file);
    return content.kernels.size();
}

std::string cache_refusal(const cache_place& place) {
    struct ::stat about;
    if (place.folder.empty() || ::stat(place.folder.c_str(), &about) != 0) return {};
    if (!S_ISDIR(about.st_mode)) return "it is no folder";
    const char* const reason = distrust(about);
    return reason != nullptr ? reason : "";
}

}  // namespace gradus
