// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cache on disk: one file a kernel. Whatever the file system does, the worst that happens is that a kernel is
// compiled: nothing here throws for a missing, read-only or full disk, nor for a file that is not as we wrote it.
//
//     GRADUS_CACHE        on (the default) or off
//     GRADUS_CACHE_DIR    the folder; else $XDG_CACHE_HOME/gradus; else $HOME/.cache/gradus; else there is no cache
//     GRADUS_CACHE_LIMIT  the most that the files may take together, in MiB; 256 by default
//
// Files hold machine code, so a folder or file is used only if it belongs to the user of the process and nobody else
// may write it. A file is written under another name and renamed, so that readers see all of it or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct cache_place {
    std::string folder;                              ///< empty: no cache
    std::uint64_t limit = std::uint64_t{256} << 20;  ///< bytes
};

/// What the environment says. A process that runs with more rights than its caller has no cache. Throws gradus::error
/// for a word that GRADUS_CACHE does not know and for a GRADUS_CACHE_LIMIT that is no number.
cache_place cache_from_environment();

/// The bytes of a file of the folder, which counts as used now; nothing if there is none that may be trusted.
std::optional<std::string> read_cached(const cache_place& place, const std::string& file);
/// The same, but the file does not count as used.
std::optional<std::string> peek_cached(const cache_place& place, const std::string& file);

/// Writes a file, in a folder that is made if its parent's parent exists; then removes the files that were not used for
/// longest until all take no more than the limit, and what writers that were killed left behind.
void write_cached(const cache_place& place, const std::string& file, std::string_view bytes);

struct cached_file {
    std::string file;
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  ///< last, in nanoseconds since 1970
};

/// The files of kernels, the last used first.
std::vector<cached_file> cached_files(const cache_place& place);

/// Removes all files of the cache and nothing else; says how many kernels that were.
std::size_t clear_cache(const cache_place& place);

/// Why the folder is not used, though it exists; empty if it is used or absent.
std::string cache_refusal(const cache_place& place);

}  // namespace gradus
