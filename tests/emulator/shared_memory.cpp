// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/shared_memory.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace gradus::testing {
namespace {

constexpr std::byte nothing{0xA5};

int warp_of(const shared_access& a) { return a.at.thread / warp_size; }

bool ordered(const shared_access& first, const shared_access& second) {
    return first.at.thread == second.at.thread || first.phase != second.phase ||
           (warp_of(first) == warp_of(second) && first.step != second.step);
}

fault race(const shared_access& a, const char* verb, std::size_t byte, const shared_access& other,
           const char* other_verb) {
    return {fault_kind::race, a.at, other.at,
            fmt::format("{} byte {} of shared memory, which thread {} {} at site {}; nothing orders the two", verb,
                        byte, other.at.thread, other_verb, other.at.site)};
}

}  // namespace

void shared_memory::reset(std::size_t size) {
    bytes_.assign(size, nothing);
    histories_.resize(size);
    for (history& h : histories_) {
        h.store.reset();
        h.loads.clear();
    }
}

std::optional<fault> shared_memory::outside(const shared_access& a, std::int32_t offset, std::int32_t size,
                                            const char* verb) const {
    const auto total = static_cast<std::int64_t>(bytes_.size());
    if (size > 0 && offset >= 0 && std::int64_t{offset} + size <= total) return {};
    return fault{
        fault_kind::outside_shared,
        a.at,
        {},
        fmt::format("{} {} bytes from byte {} of shared memory on, which has {} bytes", verb, size, offset, total)};
}

/// Of a warp's loads in one step two threads are enough: any other thread conflicts with one of them.
void shared_memory::note_load(history& of, const shared_access& a) {
    std::erase_if(of.loads, [&](const shared_access& old) {
        return old.phase != a.phase || (warp_of(old) == warp_of(a) && old.step != a.step);
    });
    const auto of_warp = [&](const shared_access& old) { return warp_of(old) == warp_of(a); };
    const auto of_thread = [&](const shared_access& old) { return old.at.thread == a.at.thread; };
    if (std::count_if(of.loads.begin(), of.loads.end(), of_warp) < 2 &&
        std::none_of(of.loads.begin(), of.loads.end(), of_thread))
        of.loads.push_back(a);
}

std::optional<fault> shared_memory::load(const shared_access& a, std::int32_t offset, std::int32_t size, void* to) {
    if (auto wrong = outside(a, offset, size, "loads")) return wrong;
    const auto begin = static_cast<std::size_t>(offset), end = begin + static_cast<std::size_t>(size);
    for (std::size_t i = begin; i < end; ++i) {
        history& h = histories_[i];
        if (!h.store)
            return fault{fault_kind::uninitialised,
                         a.at,
                         {},
                         fmt::format("loads byte {} of shared memory, which nothing has stored", i)};
        if (!ordered(*h.store, a)) return race(a, "loads", i, *h.store, "stored");
        note_load(h, a);
    }
    std::memcpy(to, bytes_.data() + begin, end - begin);
    return {};
}

std::optional<fault> shared_memory::store(const shared_access& a, std::int32_t offset, std::int32_t size,
                                          const void* from) {
    if (auto wrong = outside(a, offset, size, "stores")) return wrong;
    const auto begin = static_cast<std::size_t>(offset), end = begin + static_cast<std::size_t>(size);
    for (std::size_t i = begin; i < end; ++i) {
        history& h = histories_[i];
        if (h.store && !ordered(*h.store, a)) return race(a, "stores", i, *h.store, "stored");
        for (const shared_access& old : h.loads)
            if (!ordered(old, a)) return race(a, "stores", i, old, "loaded");
        h.store = a;
    }
    std::memcpy(bytes_.data() + begin, from, end - begin);
    return {};
}

}  // namespace gradus::testing
