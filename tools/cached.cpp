// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cached.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "cache.hpp"
#include "record.hpp"

namespace gradus {
namespace {

std::string since(std::int64_t nanoseconds) {
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::int64_t seconds = std::max<std::int64_t>(0, (now - nanoseconds) / 1'000'000'000);
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 2 * 3600) return fmt::format("{} min", seconds / 60);
    if (seconds < 2 * 86400) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / 86400);
}

/// The place, or one without a folder after a line that says why there is none.
cache_place usable_place() {
    cache_place place = cache_from_environment();
    const std::string reason = cache_refusal(place);
    if (place.folder.empty())
        fmt::print("there is no cache: GRADUS_CACHE is off, or neither GRADUS_CACHE_DIR nor HOME is set\n");
    else if (!reason.empty())
        fmt::print("{} is not used: {}\n", place.folder, reason);
    if (!reason.empty()) place.folder.clear();
    return place;
}

}  // namespace

void print_cache() {
    const cache_place place = usable_place();
    if (place.folder.empty()) return;
    std::uint64_t total = 0;
    const auto files = cached_files(place);
    for (const cached_file& file : files) {
        const auto bytes = peek_cached(place, file.file);
        const auto record = bytes ? read_record(*bytes) : std::nullopt;
        const auto names = record ? names_in(record->key) : std::nullopt;
        fmt::print("{}  {:30} {:8} {:>9} bytes  {:>7} ago\n", file.file, names ? names->kernel : "(defective)",
                   names ? names->target : "", file.bytes, since(file.used));
        total += file.bytes;
    }
    fmt::print("{}: {} kernels, {:.1f} of {} MiB\n", place.folder, files.size(), static_cast<double>(total) / (1 << 20),
               place.limit >> 20);
}

void empty_cache() {
    const cache_place place = usable_place();
    if (!place.folder.empty()) fmt::print("{}: {} kernels removed\n", place.folder, clear_cache(place));
}

}  // namespace gradus
