// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "remembered_call.hpp"

#include <algorithm>

#include "overlap.hpp"
#include "small_buffer.hpp"

namespace gradus {
namespace {

std::size_t rank_of(const argument& x) { return static_cast<std::size_t>(std::max(x.rank, 0)); }

std::int64_t rank_and_type(const argument& x) { return std::int64_t{x.rank} * 256 + static_cast<std::int64_t>(x.type); }

/// The numbers that a tensor takes among the facts: three, its extents and its strides.
std::size_t facts_about(const argument& x) { return 3 + 2 * rank_of(x); }

/// Compares what follows the first three facts about x.
bool same_extents_and_strides(const argument& x, const std::int64_t* facts) {
    const std::size_t rank = rank_of(x);
    for (std::size_t i = 0; i < rank; ++i)
        if (x.extents[i] != facts[i] || x.strides[i] != facts[rank + i]) return false;
    return true;
}

std::int64_t* note(const argument& x, bool used, std::int64_t* next) {
    const byte_range bytes = used ? bytes_of(x) : byte_range{0, 0};
    *next++ = rank_and_type(x);
    *next++ = bytes.begin;
    *next++ = bytes.end;
    next = std::copy_n(x.extents.begin(), rank_of(x), next);
    return std::copy_n(x.strides.begin(), rank_of(x), next);
}

}  // namespace

bool remembered_call::fits(std::uint64_t kernel, std::span<const argument> inputs,
                           std::span<const argument> outputs) const {
    if (kernel_ != kernel || inputs.size() != inputs_ || outputs.size() != outputs_) return false;
    small_buffer<byte_range, 64> addresses(inputs.size() + outputs.size());
    byte_range* range = addresses.data();
    const std::int64_t* facts = facts_.data();
    const auto same = [&](const argument& x) {
        if (rank_and_type(x) != facts[0] || x.place != nullptr || !same_extents_and_strides(x, facts + 3)) return false;
        if (x.data == nullptr && facts[1] != facts[2]) return false;
        const auto address = static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(x.data));
        *range++ = {address + facts[1], address + facts[2]};
        facts += facts_about(x);
        return true;
    };
    for (const argument& in : inputs)
        if (!same(in)) return false;
    for (const argument& out : outputs)
        if (!same(out)) return false;
    const byte_range* const first_output = addresses.data() + inputs.size();
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (meet(addresses[i], first_output[k]) &&
                (inputs[i].data != outputs[k].data || (static_cast<std::uint64_t>(facts[k]) >> i & 1u) == 0))
                return false;
        for (std::size_t before = 0; before < k; ++before)
            if (meet(first_output[before], first_output[k])) return false;
    }
    return true;
}

void remembered_call::remember(std::uint64_t kernel, const void* variant, const launch& l) {
    kernel_ = 0;
    std::size_t size = l.outputs.size();
    for (const argument& in : l.inputs) size += facts_about(in);
    for (const argument& out : l.outputs) size += facts_about(out);
    if (l.parts.size > schedule_.size() || size > facts_.size()) return;
    std::copy_n(l.schedule, l.parts.size, schedule_.begin());
    std::int64_t* next = facts_.data();
    for (std::size_t i = 0; i < l.inputs.size(); ++i) next = note(l.inputs[i], l.g.inputs[i].used, next);
    for (const argument& out : l.outputs) next = note(out, true, next);
    for (const argument& out : l.outputs) {
        std::uint64_t in_place = 0;
        for (std::size_t i = 0; i < l.inputs.size(); ++i)
            if (l.g.inputs[i].used && l.inputs[i].data == out.data) in_place |= std::uint64_t{1} << i;
        *next++ = static_cast<std::int64_t>(in_place);
    }
    variant_ = variant;
    inputs_ = l.inputs.size();
    outputs_ = l.outputs.size();
    kernel_ = kernel;
}

}  // namespace gradus
