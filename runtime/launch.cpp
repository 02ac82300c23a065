// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A launch's memory is one block: the temporaries in order, then the copies of those inputs whose
// memory an output shares although the code was not made for it.
#include "launch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <gradus/error.hpp>
#include <gradus/requirement.hpp>

#include "overlap.hpp"
#include "shared_work.hpp"
#include "small_buffer.hpp"
#include "violation.hpp"

namespace gradus {
namespace {

bool listed(const executable& code, std::size_t input, std::size_t output) {
    const in_place_pair wanted{static_cast<int>(input), static_cast<int>(output)};
    return std::find(code.in_place.begin(), code.in_place.end(), wanted) != code.in_place.end();
}

std::size_t copy_size(const argument& x) {
    const byte_range range = bytes_of(x);
    return aligned(static_cast<std::size_t>(range.end - range.begin));
}

void copy_along(const argument& x, std::size_t dimension, const std::byte* from, std::byte* to) {
    const std::size_t size = size_of(x.type);
    if (dimension == static_cast<std::size_t>(x.rank)) {
        std::memcpy(to, from, size);
        return;
    }
    const std::int64_t extent = x.extents[dimension];
    if (dimension + 1 == static_cast<std::size_t>(x.rank) && x.strides[dimension] == 1) {
        std::memcpy(to, from, size * static_cast<std::size_t>(extent));
        return;
    }
    const std::int64_t stride = x.strides[dimension] * static_cast<std::int64_t>(size);
    for (std::int64_t i = 0; i < extent; ++i) copy_along(x, dimension + 1, from + i * stride, to + i * stride);
}

/// Copies the elements of x, strides kept, to memory of copy_size(x) bytes; returns the first element.
void* copy_to(const argument& x, std::byte* memory) {
    const byte_range range = bytes_of(x);
    if (range.begin == range.end) return memory;  // no elements, and maybe no memory to copy from
    std::byte* first = memory - range.begin;
    copy_along(x, 0, static_cast<const std::byte*>(x.data), first);
    return first;
}

/// The bytes of the temporaries and of the copies of inputs.
std::size_t memory_size(const launch& l) {
    std::size_t bytes = static_cast<std::size_t>(l.schedule[l.parts.size - 1]);
    for (std::uint64_t rest = l.to_copy; rest != 0; rest &= rest - 1)
        bytes += copy_size(l.inputs[static_cast<std::size_t>(std::countr_zero(rest))]);
    return bytes;
}

/// The pointers that the code is called with, and the memory behind those to temporaries and copies.
class frame {
public:
    explicit frame(const launch& l)
        : data_(l.inputs.size() + l.outputs.size() + l.code.temporaries.size()), memory_(memory_size(l)) {
        void** next = data_.data();
        for (const argument& in : l.inputs) *next++ = in.data;
        for (const argument& out : l.outputs) *next++ = out.data;
        for (std::size_t t = l.parts.temporaries; t + 1 < l.parts.size; ++t) *next++ = memory_.data() + l.schedule[t];
        if (l.to_copy != 0) copy_inputs(l);
    }
    void* const* data() const { return data_.data(); }

private:
    void copy_inputs(const launch& l) {
        std::byte* next = memory_.data() + l.schedule[l.parts.size - 1];
        for (std::uint64_t rest = l.to_copy; rest != 0; rest &= rest - 1) {
            const auto i = static_cast<std::size_t>(std::countr_zero(rest));
            data_[i] = copy_to(l.inputs[i], next);
            next += copy_size(l.inputs[i]);
        }
    }

    small_buffer<void*, 64> data_;
    small_buffer<std::byte, 4096> memory_;
};

/// Where an input has its element of a row, in elements.
std::int64_t offset_of_row(const launch& l, const stage_shape& stage, std::int64_t row, std::size_t input) {
    const std::int64_t* const shape = l.schedule;
    const std::size_t loops = l.arrangement.loops.size();
    std::int64_t offset = 0;
    for (std::size_t loop = loops; loop-- > 0;) {
        if ((stage.rows >> loop & 1u) == 0) continue;
        offset += row % shape[loop] * shape[(input + 1) * loops + loop];
        row /= shape[loop];
    }
    return offset;
}

/// `row` counts row-major over the rows of the stage.
[[noreturn]] void throw_violation(const launch& l, const stage_shape& stage, std::int64_t row) {
    const bound_call call = check(l.g, l.inputs, l.outputs);  // again, since only errors need it
    const int subject = subject_of(l.g, l.g.requirements[static_cast<std::size_t>(stage.requirement)]);
    element_value given;
    if (subject >= 0) {
        const argument& x = l.inputs[static_cast<std::size_t>(subject)];
        const std::int64_t offset = offset_of_row(l, stage, row, static_cast<std::size_t>(subject));
        given = element_at(x.type,
                           static_cast<const std::byte*>(x.data) + offset * static_cast<std::int64_t>(size_of(x.type)));
    }
    throw error(violation_message(l.g, l.arrangement, call, stage, row, given));
}

}  // namespace

void make_schedule(const call_geometry& geometry, const executable& code, const schedule_parts& parts,
                   std::int64_t* schedule) {
    geometry.fill_shape(schedule);
    std::int64_t* next = schedule + parts.stages;
    for (const stage_shape& stage : code.stages) {
        const std::int64_t items = item_count(stage, schedule);
        *next++ = items;
        *next++ = work_to_share(stage, items, schedule);
    }
    std::size_t offset = 0;
    for (const temporary& t : code.temporaries) {
        *next++ = static_cast<std::int64_t>(offset);
        offset += aligned(byte_count(code, t, schedule));
    }
    *next = static_cast<std::int64_t>(offset);
}

std::uint64_t inputs_to_copy(graph_view g, const executable& code, std::span<const argument> inputs,
                             std::span<const argument> outputs) {
    std::uint64_t set = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t k = 0; k < outputs.size(); ++k)
            if (g.inputs[i].used && inputs[i].data == outputs[k].data && !listed(code, i, k))
                set |= std::uint64_t{1} << i;
    return set;
}

void run(const launch& l) {
    if (l.on != nullptr) return run_on_device(l);
    const frame f(l);
    const std::int64_t* division = l.schedule + l.parts.stages;
    for (std::size_t s = 0; s < l.code.stages.size(); ++s) {
        const std::int64_t items = *division++;
        const std::int64_t to_share = *division++;
        if (items <= 0) continue;
        const stage_call call{l.code.entry, f.data(), l.schedule, static_cast<std::int64_t>(s)};
        const std::int64_t first = to_share == 0 ? call(0, items) : run_shared(call, items, to_share);
        if (first >= 0 && l.code.stages[s].form == stage_form::check) throw_violation(l, l.code.stages[s], first);
    }
}

}  // namespace gradus
