// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which instructions of a kernel run, and how often: not a guess at its loops, but every step of one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace gradus::bench {

struct steps {
    std::vector<unsigned char> code;            ///< from the first instruction that ran on
    std::map<std::size_t, std::int64_t> count;  ///< of each instruction that ran, by its place in `code`
};

/// What `call` runs, on this thread, of code that lies in no file. The processor traps after every instruction: 1 to
/// 20 µs each. Throws std::runtime_error if no such code runs, if it lies in several places, or if this is no x86-64.
steps steps_of(const std::function<void()>& call);

}  // namespace gradus::bench
