// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bits/calls.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>
#include <gradus/check.hpp>

#include "compile.hpp"
#include "emulator/on_device.hpp"
#include "support/compare.hpp"

namespace gradus::testing {
namespace {

std::int64_t length_of(const axis_lengths& lengths, std::string_view axis) {
    const std::map<std::string_view, std::int64_t> known{
        {"i", lengths.i}, {"batch", lengths.batch}, {"class", lengths.classes}, {"slot", lengths.slots}};
    return known.at(axis);
}

// ---- data

/// Calls visit<T>() with the C++ type of a real element type.
template <class Visit>
void with_real(element type, Visit visit) {
    switch (type) {
        case element::float16: return visit.template operator()<float16>();
        case element::bfloat16: return visit.template operator()<bfloat16>();
        case element::float64: return visit.template operator()<double>();
        default: return visit.template operator()<float>();
    }
}

struct range {
    double low, high;
};
range range_of(std::string_view name) {
    if (name == "p" || name == "q") return {0.05, 0.95};
    if (name == "t") return {0, 4};
    if (name == "var") return {0.25, 2};
    return {-8, 8};
}

/// Of 16 random bits nearly all are something special.
template <storage_number T>
void put_special(std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); i += 2) values[i].bits = static_cast<std::uint16_t>(mix(i, 1));
}
template <class T>
void put_special(std::vector<T>& values) {
    using limits = std::numeric_limits<T>;
    const T some[]{limits::infinity(),
                   -limits::infinity(),
                   limits::quiet_NaN(),
                   T(0),
                   -T(0),
                   limits::min() / 3,
                   -limits::min() / 5,
                   limits::denorm_min(),
                   limits::max(),
                   limits::lowest(),
                   T(88.5),
                   T(-103.9),
                   T(1e-4),
                   T(-1e-9),
                   T(709.5),
                   T(-745),
                   T(1e6)};
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    for (std::size_t i = 0; i < values.size(); i += 7) values[i] = some[i / 7 % std::size(some)];
    for (std::size_t i = 3; i < values.size(); i += 7) values[i] = std::bit_cast<T>(static_cast<bits>(mix(i, 1)));
}

template <class T>
std::vector<std::byte> bytes_of_values(const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

template <class T>
std::vector<std::byte> numbers_for(std::string_view name, std::size_t count, content what) {
    const auto [low, high] = range_of(name);
    std::vector<T> values = numbers<T>(count, low, high, name.size() + static_cast<unsigned char>(name[0]));
    if (name == "sign" || name == "side")
        for (T& value : values) value = static_cast<double>(value) < 0 ? T(-1) : T(1);
    if (name == "x" && what == content::special) put_special(values);
    return bytes_of_values(values);
}

std::vector<std::byte> labels_for(const std::vector<std::int64_t>& extents, std::int64_t classes) {
    std::vector<std::int32_t> values(count_of(extents));
    const std::size_t row = extents.size() > 1 ? static_cast<std::size_t>(extents[1]) : 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<std::int32_t>(i * 5 % static_cast<std::size_t>(classes));
        if (row > 1 && i % row == i / row % (row + 1)) values[i] = -1;  // lists of every length
    }
    return bytes_of_values(values);
}

elements elements_for(graph_view g, const input& in, const axis_lengths& lengths, content what) {
    elements made{in.type, {}, {}};
    const axis_order& axes = data_axes(in);
    for (std::size_t a = 0; a < axes.rank; ++a) made.extents.push_back(length_of(lengths, g.axis_name(axes.axis[a])));
    const std::string_view name = g.text_of(in.name);
    const std::size_t count = count_of(made.extents);
    if (in.use == role::seed) {
        made.type = element::uint64;
        made.bytes = bytes_of_values(std::vector<std::uint64_t>{0x243f6a8885a308d3});
    } else if (in.use == role::labels) {
        made.type = element::int32;
        made.bytes = labels_for(made.extents, lengths.classes);
    } else {
        with_real(in.type, [&]<class T>() { made.bytes = numbers_for<T>(name, count, what); });
    }
    return made;
}

// ---- memory

using places = std::vector<std::unique_ptr<place>>;

std::unique_ptr<place> place_for(const elements& shape, const circumstance& c) {
    return std::make_unique<place>(shape.type, shape.extents, c.how, c.offset);
}

std::vector<argument> arguments_at(const places& all) {
    std::vector<argument> arguments;
    for (const auto& one : all) arguments.push_back(one->as_argument());
    return arguments;
}

/// The input in whose memory an output can lie, none: -1. `taken`: those that have one already.
int input_for(graph_view g, const output& out, const std::vector<bool>& taken) {
    for (std::size_t i = 0; i < g.inputs.size(); ++i) {
        const input& in = g.inputs[i];
        const bool fits = in.used && in.use == role::tensor && in.type == out.type && in.axes == out.axes;
        if (fits && !taken[i]) return static_cast<int>(i);
    }
    return -1;
}

// ---- comparison

template <class T>
std::string difference_of(const elements& a, const elements& b) {
    using bits = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                    std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
    using shown = std::conditional_t<sizeof(T) == 2, float, T>;
    for (std::size_t i = 0; i < count_of(a.extents); ++i) {
        T x, y;
        std::memcpy(&x, a.bytes.data() + i * sizeof(T), sizeof(T));
        std::memcpy(&y, b.bytes.data() + i * sizeof(T), sizeof(T));
        if (std::bit_cast<bits>(x) != std::bit_cast<bits>(y) && (x == x || y == y))
            return fmt::format("element {}: {} and {}, bits {:x} and {:x}", i, static_cast<shown>(x),
                               static_cast<shown>(y), std::bit_cast<bits>(x), std::bit_cast<bits>(y));
    }
    return {};
}

}  // namespace

element_lists inputs_of(graph_view g, const axis_lengths& lengths, content what) {
    element_lists inputs;
    for (const input& in : g.inputs) inputs.push_back(elements_for(g, in, lengths, what));
    return inputs;
}

element_lists results(kernel& code, const element_lists& inputs, const circumstance& c) {
    const graph_view g = code.view();
    places in, out_of_place;
    for (const elements& values : inputs) {
        in.push_back(place_for(values, c));
        in.back()->write(values.bytes);
    }
    const std::vector<argument> arguments = arguments_at(in);
    std::vector<bool> taken(inputs.size());
    std::vector<place*> out;
    std::vector<argument> wanted;
    element_lists outputs;
    for (std::size_t k = 0; k < g.outputs.size(); ++k) {
        outputs.push_back({g.outputs[k].type, output_extents(g, arguments, static_cast<int>(k)), {}});
        const int shared = c.in_place ? input_for(g, g.outputs[k], taken) : -1;
        if (shared >= 0) {
            taken[static_cast<std::size_t>(shared)] = true;
            out.push_back(in[static_cast<std::size_t>(shared)].get());
        } else {
            out_of_place.push_back(place_for(outputs.back(), c));
            out.push_back(out_of_place.back().get());
        }
        wanted.push_back(out.back()->as_argument());
    }
    if (c.on != nullptr)
        run_on(*c.on, code, arguments, wanted);
    else
        arena_of(c.threads).execute([&] { code.run(arguments, wanted); });
    for (std::size_t k = 0; k < out.size(); ++k) outputs[k].bytes = out[k]->take();
    return outputs;
}

oneapi::tbb::task_arena& arena_of(int threads) {
    static const oneapi::tbb::global_control allowed(oneapi::tbb::global_control::max_allowed_parallelism, 7);
    static std::map<int, oneapi::tbb::task_arena> arenas;
    return arenas.try_emplace(threads, threads).first->second;
}

kernel& kernel_on(const target& machine, const tested_kernel& tested) {
    constexpr int dear = 100'000'000;  // ps an element: the threads of an arena share every stage of several items
    static std::map<std::pair<std::string, std::string>, kernel> known;
    const auto compile_for = [&](const layout& how, std::span<const element> types, std::string_view) {
        executable code = compile(tested.body, how, types, machine, tested.name, false).code;
        for (stage_shape& stage : code.stages) stage.cost = dear;
        return code;
    };
    return known.try_emplace({machine.name, tested.name}, graph_view(tested.body), tested.name, compile_for)
        .first->second;
}

std::string difference(const element_lists& a, const element_lists& b) {
    if (a.size() != b.size()) return fmt::format("{} and {} outputs", a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (a[k].type != b[k].type || a[k].extents != b[k].extents) return fmt::format("output {}: other shapes", k);
        std::string found;
        with_real(a[k].type, [&]<class T>() { found = difference_of<T>(a[k], b[k]); });
        if (!found.empty()) return fmt::format("output {}, {}", k, found);
    }
    return {};
}

std::vector<const target*> targets_here() {
    std::vector<const target*> here;
    for (const target& machine : targets())
        if (machine.runs_here) here.push_back(&machine);
    return here;
}

}  // namespace gradus::testing
