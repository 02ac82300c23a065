// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A launch's memory is one block: the temporaries in order, then the copies of those inputs whose
// memory an output shares although the code was not made for it. How the items of a stage fall to
// threads depends on the stage's size alone, and no item depends on it.
#include "launch.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <gradus/error.hpp>
#include <gradus/requirement.hpp>

#include "overlap.hpp"
#include "scratch.hpp"

namespace gradus {
namespace {

constexpr std::int64_t parallel_threshold = 32768;  ///< elements of a stage from which threads pay
constexpr std::int64_t task_elements = 8192;        ///< the least work of a task

std::int64_t elements_of(const stage_shape& stage, const std::int64_t* extents) {
    std::int64_t count = 1;
    for_each_axis(stage.rows | stage.inner, [&](int axis) { count *= extents[axis]; });
    return count;
}

bool listed(const executable& code, std::size_t input, std::size_t output) {
    const in_place_pair wanted{static_cast<int>(input), static_cast<int>(output)};
    return std::find(code.in_place.begin(), code.in_place.end(), wanted) != code.in_place.end();
}

/// The inputs, each as a bit, in whose memory lies an output that the code may not compute in place.
/// check() has left only overlaps of the same elements, so that equal addresses tell them.
std::uint64_t inputs_to_copy(const launch& l) {
    std::uint64_t set = 0;
    for (std::size_t i = 0; i < l.inputs.size(); ++i)
        for (std::size_t k = 0; k < l.outputs.size(); ++k)
            if (l.g.inputs[i].used && l.inputs[i].data == l.outputs[k].data && !listed(l.code, i, k))
                set |= std::uint64_t{1} << i;
    return set;
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

/// The arrays that the code is called with, and the memory behind them.
class frame {
public:
    explicit frame(const launch& l)
        : data_(l.inputs.size() + l.outputs.size() + l.code.temporaries.size()),
          shape_(l.geometry.shape_size()),
          to_copy_(inputs_to_copy(l)),
          memory_(fill_shape(l)) {
        std::size_t position = 0;
        for (const argument& in : l.inputs) data_[position++] = in.data;
        for (const argument& out : l.outputs) data_[position++] = out.data;
        std::byte* next = memory_.data();
        for (const temporary& t : l.code.temporaries) {
            data_[position++] = next;
            next += aligned(byte_count(l.code, t, shape()));
        }
        for (std::size_t i = 0; i < l.inputs.size(); ++i) {
            if ((to_copy_ >> i & 1u) == 0) continue;
            data_[i] = copy_to(l.inputs[i], next);
            next += copy_size(l.inputs[i]);
        }
    }
    void* const* data() const { return data_.data(); }
    const std::int64_t* shape() const { return shape_.data(); }

private:
    /// Returns the bytes of the launch's memory, which depend on the shape.
    std::size_t fill_shape(const launch& l) {
        l.geometry.fill_shape(shape_.data());
        std::size_t bytes = 0;
        for (const temporary& t : l.code.temporaries) bytes += aligned(byte_count(l.code, t, shape()));
        for (std::size_t i = 0; i < l.inputs.size(); ++i)
            if ((to_copy_ >> i & 1u) != 0) bytes += copy_size(l.inputs[i]);
        return bytes;
    }

    small_buffer<void*, 64> data_;
    small_buffer<std::int64_t, 256> shape_;
    std::uint64_t to_copy_;
    scratch memory_;
};

/// The coordinates that the position `at` along a loop has on the loop's source axes.
std::string position_text(const launch& l, std::size_t loop, std::int64_t at) {
    std::string text;
    const std::vector<source_axis>& sources = l.arrangement.loops[loop].sources;
    for (std::size_t i = sources.size(); i-- > 0;) {
        const source_axis source = sources[i];
        const int first = l.call.first[static_cast<std::size_t>(source.axis)];
        const std::int64_t extent = l.call.extents[static_cast<std::size_t>(first + source.part)];
        const std::string part = l.g.axis_name(source.axis) == ellipsis && l.call.ellipsis_rank > 1
                                     ? fmt::format(" (axis {})", source.part + 1)
                                     : "";
        const std::string_view name = l.g.axis_name(source.axis);
        text = fmt::format("{}{} = {}{}{}", name, part, at % extent, text.empty() ? "" : ", ", text);
        at /= extent;
    }
    return text;
}

/// One element of an argument, as it is printed and as a number.
struct element_value {
    std::string text;
    double value = 0;
};
template <class T>
element_value element_at(const argument& x, std::int64_t offset) {
    const T value = static_cast<const T*>(x.data)[offset];
    if (value != value) return {"NaN", static_cast<double>(value)};
    if constexpr (storage_number<T>)
        return {fmt::format("{}", static_cast<float>(value)), static_cast<double>(value)};
    else
        return {fmt::format("{}", +value), static_cast<double>(value)};
}
element_value element_of_argument(const argument& x, std::int64_t offset) {
    switch (x.type) {
        case element::float32: return element_at<float>(x, offset);
        case element::float64: return element_at<double>(x, offset);
        case element::float16: return element_at<float16>(x, offset);
        case element::bfloat16: return element_at<bfloat16>(x, offset);
        case element::int8: return element_at<std::int8_t>(x, offset);
        case element::int16: return element_at<std::int16_t>(x, offset);
        case element::int32: return element_at<std::int32_t>(x, offset);
        case element::int64: return element_at<std::int64_t>(x, offset);
        case element::uint8: return element_at<std::uint8_t>(x, offset);
        case element::uint16: return element_at<std::uint16_t>(x, offset);
        case element::uint32: return element_at<std::uint32_t>(x, offset);
        case element::uint64: return element_at<std::uint64_t>(x, offset);
    }
    throw internal_error("an argument of unknown element type");
}

/// `row` counts row-major over the rows of the stage.
[[noreturn]] void throw_violation(const launch& l, const stage_shape& stage, const std::int64_t* shape,
                                  std::int64_t row) {
    const requirement& r = l.g.requirements[static_cast<std::size_t>(stage.requirement)];
    const std::size_t loops = l.geometry.loops();
    const int subject = subject_of(l.g, r);
    std::string position;
    std::int64_t offset = 0;
    for (std::size_t loop = loops; loop-- > 0;) {
        if ((stage.rows >> loop & 1u) == 0) continue;
        const std::int64_t at = row % shape[loop];
        row /= shape[loop];
        position = position_text(l, loop, at) + (position.empty() ? "" : ", ") + position;
        if (subject >= 0) offset += at * shape[(static_cast<std::size_t>(subject) + 1) * loops + loop];
    }
    if (!position.empty()) position = " at " + position;
    const element_value given =
        subject >= 0 ? element_of_argument(l.inputs[static_cast<std::size_t>(subject)], offset) : element_value{};
    detail::violation v{given.text, position};
    if (r.over != 0) v.extent = l.call.extents[l.call.first[static_cast<std::size_t>(std::countr_zero(r.over))]];
    v.fits = given.value >= 0 && given.value < static_cast<double>(v.extent);
    throw error(violation_text(l.g, r, v).view());
}

/// Calls work(begin, end) for ranges that make up [0, items), on several threads if it is worth it.
template <class Work>
void for_items(std::int64_t items, std::int64_t elements, Work work) {
    if (items <= 0) return;
    if (items == 1 || elements < parallel_threshold) return work(std::int64_t{0}, items);
    const std::int64_t per_item = std::max<std::int64_t>(1, elements / items);
    const std::int64_t grain = std::max<std::int64_t>(1, task_elements / per_item);
    const oneapi::tbb::blocked_range<std::int64_t> range(0, items, static_cast<std::size_t>(grain));
    oneapi::tbb::parallel_for(range, [&](const auto& part) { work(part.begin(), part.end()); });
}

void run_check(const launch& l, std::size_t s, const frame& f) {
    const stage_shape& stage = l.code.stages[s];
    const std::int64_t* shape = f.shape();
    const std::int64_t items = item_count(stage, shape);
    constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> first_bad = none;
    for_items(items, elements_of(stage, shape), [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t bad = l.code.entry(f.data(), shape, static_cast<std::int64_t>(s), begin, end);
        if (bad < 0) return;
        std::int64_t known = first_bad.load();
        while (bad < known && !first_bad.compare_exchange_weak(known, bad)) {
        }
    });
    if (first_bad != none) throw_violation(l, stage, shape, first_bad);
}

void run_stage(const launch& l, std::size_t s, const frame& f) {
    const stage_shape& stage = l.code.stages[s];
    const std::int64_t* shape = f.shape();
    for_items(item_count(stage, shape), elements_of(stage, shape), [&](std::int64_t begin, std::int64_t end) {
        l.code.entry(f.data(), shape, static_cast<std::int64_t>(s), begin, end);
    });
}

}  // namespace

void run(const launch& l) {
    const frame f(l);
    for (std::size_t s = 0; s < l.code.stages.size(); ++s)
        if (l.code.stages[s].form == stage_form::check)
            run_check(l, s, f);
        else
            run_stage(l, s, f);
}

}  // namespace gradus
