// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A call on a device takes one block of its memory: the temporaries in order, the copies of those inputs whose memory
// an output shares although the code was not made for it, then the numbers that the host passes. It is given back as
// soon as everything is queued, since the stream's later work comes after.
#include <bit>
#include <cstring>
#include <utility>

#include <gradus/error.hpp>
#include <gradus/pending_checks.hpp>

#include "launch.hpp"
#include "overlap.hpp"
#include "small_buffer.hpp"

namespace gradus {
namespace {

constexpr std::size_t number_bytes = 8;

std::size_t range_size(const argument& x) {
    const byte_range range = bytes_of(x);
    return static_cast<std::size_t>(range.end - range.begin);
}

bool is_number_of_host(const launch& l, std::size_t input) {
    return l.g.inputs[input].used && l.inputs[input].place == nullptr;
}

std::size_t memory_size(const launch& l) {
    std::size_t bytes = static_cast<std::size_t>(l.schedule[l.parts.size - 1]);
    for (std::size_t i = 0; i < l.inputs.size(); ++i) {
        if ((l.to_copy >> i & 1u) != 0) bytes += aligned(range_size(l.inputs[i]));
        if (is_number_of_host(l, i)) bytes += number_bytes;
    }
    return bytes;
}

class device_block {
public:
    device_block(device& place, std::size_t bytes)
        : place_(place), memory_(static_cast<std::byte*>(place.allocate(bytes))) {}
    ~device_block() { place_.release(memory_); }
    device_block(const device_block&) = delete;
    device_block& operator=(const device_block&) = delete;
    std::byte* memory() const { return memory_; }

private:
    device& place_;
    std::byte* memory_;
};

/// The pointers that the stages are called with, and the memory behind those that are not the caller's.
class device_frame {
public:
    explicit device_frame(const launch& l)
        : data_(l.inputs.size() + l.outputs.size() + l.code.temporaries.size()), block_(*l.on->place, memory_size(l)) {
        void** next = data_.data();
        for (const argument& in : l.inputs) *next++ = in.data;
        for (const argument& out : l.outputs) *next++ = out.data;
        for (std::size_t t = l.parts.temporaries; t + 1 < l.parts.size; ++t) *next++ = block_.memory() + l.schedule[t];
        std::byte* free = block_.memory() + l.schedule[l.parts.size - 1];
        for (std::size_t i = 0; i < l.inputs.size(); ++i)
            if ((l.to_copy >> i & 1u) != 0) data_[i] = copy(l, i, free);
        for (std::size_t i = 0; i < l.inputs.size(); ++i)
            if (is_number_of_host(l, i)) data_[i] = pass(l, i, free);
    }
    std::span<void* const> data() const { return {data_.data(), data_.size()}; }

private:
    /// Strides are kept.
    static void* copy(const launch& l, std::size_t i, std::byte*& free) {
        const argument& x = l.inputs[i];
        const byte_range range = bytes_of(x);
        const std::size_t bytes = range_size(x);
        std::byte* const to = std::exchange(free, free + aligned(bytes));
        if (bytes == 0) return to;
        l.on->place->copy_within(to, static_cast<const std::byte*>(x.data) + range.begin, bytes);
        return to - range.begin;
    }
    static void* pass(const launch& l, std::size_t i, std::byte*& free) {
        const argument& x = l.inputs[i];
        std::uint64_t bits = 0;
        std::memcpy(&bits, x.data, size_of(x.type));
        std::byte* const to = std::exchange(free, free + number_bytes);
        l.on->place->store(to, bits, size_of(x.type));
        return to;
    }

    small_buffer<void*, 64> data_;
    device_block block_;
};
static_assert(std::endian::native == std::endian::little, "numbers are passed by their low bytes");

class stage_queue {
public:
    stage_queue(const launch& l, std::span<void* const> data, std::int64_t* status)
        : l_(l), data_(data), status_(status) {}

    void all() const {
        const std::int64_t* division = l_.schedule + l_.parts.stages;
        bool told = status_ == nullptr;
        for (std::size_t s = 0; s < l_.code.stages.size(); ++s, division += 2) {
            if (*division <= 0) continue;
            one(s, *division);
            told = told || l_.code.stages[s].form != stage_form::check;
        }
        if (!told) one_without_items();
    }

private:
    void one(std::size_t s, std::int64_t items) const {
        device& place = *l_.on->place;
        const gpu_grid grid =
            grid_of(l_.code.stages[s], l_.schedule, items, place.multiprocessors());
        place.launch(*l_.on->loaded, static_cast<int>(s), grid,
                     {data_, {l_.schedule, l_.parts.stages}, status_, items});
    }
    /// A check leaves it to a later stage to store the offending element.
    void one_without_items() const {
        for (std::size_t s = 0; s < l_.code.stages.size(); ++s)
            if (l_.code.stages[s].form != stage_form::check) return one(s, 0);
    }

    const launch& l_;
    std::span<void* const> data_;
    std::int64_t* status_;
};

}  // namespace

void run_on_device(const launch& l) {
    const device_frame f(l);
    pending_checks::taken taken{};
    if (l.on->checks != nullptr) taken = l.on->place->pending().take(l.on->checks, *l.call);
    stage_queue(l, f.data(), taken.pairs).all();
}

}  // namespace gradus
