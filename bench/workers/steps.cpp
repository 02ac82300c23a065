// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "steps.hpp"

#include <algorithm>
#include <stdexcept>

#if defined(__x86_64__) && defined(__linux__)

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include <ucontext.h>
#include <x86intrin.h>

namespace gradus::bench {
namespace {

constexpr unsigned long long trap_flag = 0x100;  // of RFLAGS: a trap after each instruction
constexpr std::size_t longest_instruction = 15;  // bytes

/// Memory that holds code, and how often the instruction at each of its bytes ran.
struct region {
    std::uintptr_t first, last;
    std::vector<std::int64_t> count;
};
std::vector<region> regions;  // what the signal handler writes: no element is added while it may run

/// The instruction that the signal's context names runs next.
void count_step(int, siginfo_t*, void* context) {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
    const auto at = static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
    for (region& r : regions)
        if (at >= r.first && at < r.last) ++r.count[at - r.first];
}

/// Executable memory that no file and no part of the system stands behind.
std::vector<region> generated_code() {
    std::vector<region> found;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::uintptr_t first = 0, last = 0;
        char dash = 0;
        std::string access, offset, device, inode, file;
        words >> std::hex >> first >> dash >> last >> access >> offset >> device >> inode >> file;
        if (access.find('x') == std::string::npos || !file.empty()) continue;
        found.push_back({first, last, std::vector<std::int64_t>(last - first)});
    }
    return found;
}

/// Counts steps as long as it lives.
class stepping {
public:
    stepping() {
        struct sigaction action = {};
        action.sa_sigaction = count_step;
        action.sa_flags = SA_SIGINFO;
        if (sigaction(SIGTRAP, &action, &before_) != 0)
            throw std::system_error(errno, std::generic_category(), "SIGTRAP");
        __writeeflags(__readeflags() | trap_flag);
    }
    ~stepping() {
        __writeeflags(__readeflags() & ~trap_flag);
        sigaction(SIGTRAP, &before_, nullptr);
    }
    stepping(const stepping&) = delete;
    stepping& operator=(const stepping&) = delete;

private:
    struct sigaction before_ = {};
};

bool ran(std::int64_t count) { return count != 0; }

steps steps_in(const region& r) {
    steps result;
    const auto begin = std::find_if(r.count.begin(), r.count.end(), ran);
    const auto start = static_cast<std::size_t>(begin - r.count.begin());
    for (std::size_t i = start; i < r.count.size(); ++i)
        if (ran(r.count[i])) result.count[i - start] = r.count[i];
    const auto* const bytes = reinterpret_cast<const unsigned char*>(r.first) + start;
    const std::size_t size = std::min(result.count.rbegin()->first + longest_instruction, r.count.size() - start);
    result.code.assign(bytes, bytes + size);
    return result;
}

}  // namespace

steps steps_of(const std::function<void()>& call) {
    regions = generated_code();
    {
        const stepping counted;
        call();
    }
    std::erase_if(regions, [](const region& r) { return std::none_of(r.count.begin(), r.count.end(), ran); });
    if (regions.empty()) throw std::runtime_error("no generated code ran on this thread");
    if (regions.size() > 1) throw std::runtime_error("generated code ran in several places");
    return steps_in(regions.front());
}

}  // namespace gradus::bench

#else

namespace gradus::bench {

steps steps_of(const std::function<void()>&) {
    throw std::runtime_error("steps are counted on x86-64 with Linux alone");
}

}  // namespace gradus::bench

#endif
