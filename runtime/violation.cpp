// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "violation.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <gradus/element.hpp>
#include <gradus/error.hpp>
#include <gradus/requirement.hpp>

namespace gradus {
namespace {

template <class T>
element_value value_at(const void* place) {
    T value;
    std::memcpy(&value, place, sizeof value);
    if (value != value) return {"NaN", static_cast<double>(value)};
    if constexpr (storage_number<T>)
        return {fmt::format("{}", static_cast<float>(value)), static_cast<double>(value)};
    else
        return {fmt::format("{}", +value), static_cast<double>(value)};
}

std::int64_t extent_of(const bound_call& call, const source_axis& source) {
    return call.extents[static_cast<std::size_t>(call.first[static_cast<std::size_t>(source.axis)] + source.part)];
}

std::int64_t extent_of(const bound_call& call, const loop_axis& loop) {
    std::int64_t extent = 1;
    for (const source_axis& source : loop.sources) extent *= extent_of(call, source);
    return extent;
}

/// The coordinates that the position `at` along a loop has on the loop's source axes.
std::string position_text(graph_view g, const bound_call& call, const loop_axis& loop, std::int64_t at) {
    std::string text;
    for (std::size_t i = loop.sources.size(); i-- > 0;) {
        const source_axis source = loop.sources[i];
        const std::int64_t extent = extent_of(call, source);
        const std::string_view name = g.axis_name(source.axis);
        const std::string part =
            name == ellipsis && call.ellipsis_rank > 1 ? fmt::format(" (axis {})", source.part + 1) : "";
        text = fmt::format("{}{} = {}{}{}", name, part, at % extent, text.empty() ? "" : ", ", text);
        at /= extent;
    }
    return text;
}

}  // namespace

element_value element_at(element type, const void* place) {
    switch (type) {
        case element::float32: return value_at<float>(place);
        case element::float64: return value_at<double>(place);
        case element::float16: return value_at<float16>(place);
        case element::bfloat16: return value_at<bfloat16>(place);
        case element::int8: return value_at<std::int8_t>(place);
        case element::int16: return value_at<std::int16_t>(place);
        case element::int32: return value_at<std::int32_t>(place);
        case element::int64: return value_at<std::int64_t>(place);
        case element::uint8: return value_at<std::uint8_t>(place);
        case element::uint16: return value_at<std::uint16_t>(place);
        case element::uint32: return value_at<std::uint32_t>(place);
        case element::uint64: return value_at<std::uint64_t>(place);
    }
    throw internal_error("an argument of unknown element type");
}

std::string violation_message(graph_view g, const layout& arrangement, const bound_call& call, const stage_shape& stage,
                              std::int64_t row, const element_value& given) {
    std::string position;
    for (std::size_t loop = arrangement.loops.size(); loop-- > 0;) {
        if ((stage.rows >> loop & 1u) == 0) continue;
        const std::int64_t extent = extent_of(call, arrangement.loops[loop]);
        position =
            position_text(g, call, arrangement.loops[loop], row % extent) + (position.empty() ? "" : ", ") + position;
        row /= extent;
    }
    if (!position.empty()) position = " at " + position;
    const requirement& r = g.requirements[static_cast<std::size_t>(stage.requirement)];
    detail::violation v{given.text, position};
    if (r.over != 0) v.extent = call.extents[call.first[static_cast<std::size_t>(std::countr_zero(r.over))]];
    v.fits = given.value >= 0 && given.value < static_cast<double>(v.extent);
    return std::string(violation_text(g, r, v).view());
}

}  // namespace gradus
