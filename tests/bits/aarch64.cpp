// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// bits_aarch64 write FOLDER      makes, for each tested kernel, an object for AArch64 and files with calls of it
// bits_aarch64 compare FOLDER    compares what aarch64_driver.cpp computed with what this processor computes
// A further word is the name of the only kernel to write or compare.
//
// A call is a file of 64-bit numbers and memory images: the items of each stage, the bytes of each temporary, the shape
// (see gradus/executable.hpp), the inputs, the outputs.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <gradus/check.hpp>

#include "bits/calls.hpp"
#include "call_class.hpp"
#include "compile.hpp"

using namespace gradus;
using namespace gradus::testing;
using std::filesystem::path;

namespace {

struct data_set {
    const char* name;
    axis_lengths lengths;
    content what;
};
// More than a block in all, then more than a block in a row, each with a tail.
constexpr data_set data_sets[]{{"ordinary", {9001, 13, 401}, content::ordinary},
                               {"special", {263, 3, 4211}, content::special}};

/// Tensors of which neighbours are not adjacent: for these kernels.
constexpr std::string_view in_every_arrangement[]{"gelu_float32",     "softmax_float32",  "cross_entropy_float32",
                                                  "mean_mse_float32", "mean_mse_float64", "columns_float32"};

/// A kernel in an arrangement of its tensors: one object.
struct variant {
    const tested_kernel* tested;
    arrangement how;
    std::string name() const {
        constexpr const char* suffix[]{"", "_column_major", "_spread"};
        return tested->name + suffix[static_cast<int>(how)];
    }
};
std::vector<variant> variants() {
    std::vector<variant> all;
    for (const tested_kernel& tested : tested_kernels()) all.push_back({&tested, arrangement::row_major});
    for (const std::string_view name : in_every_arrangement)
        for (const arrangement how : {arrangement::column_major, arrangement::spread})
            all.push_back({&kernel_named(std::string(name)), how});
    return all;
}

/// The tensors of a call in memory.
struct tensors {
    std::vector<std::unique_ptr<place>> inputs, outputs;

    tensors(const variant& v, const data_set& data) {
        const graph_view g = v.tested->body;
        for (const elements& values : inputs_of(g, data.lengths, data.what)) {
            inputs.push_back(std::make_unique<place>(values.type, values.extents, v.how, 0));
            inputs.back()->write(values.bytes);
        }
        for (std::size_t k = 0; k < g.outputs.size(); ++k)
            outputs.push_back(std::make_unique<place>(
                g.outputs[k].type, output_extents(g, arguments(inputs), static_cast<int>(k)), v.how, 0));
    }
    static std::vector<argument> arguments(const std::vector<std::unique_ptr<place>>& places) {
        std::vector<argument> made;
        for (const auto& one : places) made.push_back(one->as_argument());
        return made;
    }
};

class writer {
public:
    explicit writer(const path& to) : file_(to, std::ios::binary) {
        file_.exceptions(std::ios::failbit | std::ios::badbit);
    }
    void number(std::int64_t value) { file_.write(reinterpret_cast<const char*>(&value), sizeof value); }
    void numbers(std::span<const std::int64_t> values) {
        number(static_cast<std::int64_t>(values.size()));
        for (const std::int64_t value : values) number(value);
    }
    void bytes(std::span<const std::byte> values) {
        number(static_cast<std::int64_t>(values.size()));
        raw({reinterpret_cast<const char*>(values.data()), values.size()});
    }
    void raw(std::span<const char> values) { file_.write(values.data(), static_cast<std::streamsize>(values.size())); }

private:
    std::ofstream file_;
};

compiled compile_for_aarch64(const variant& v, const layout& how, std::span<const argument> inputs) {
    std::vector<element> types;
    for (const argument& in : inputs) types.push_back(in.type);
    return compile(v.tested->body, how, types, *find_target("aarch64"), v.name(), false);
}

void write_call(const path& to, const executable& code, const call_geometry& geometry, tensors& memory) {
    std::vector<std::int64_t> shape(geometry.shape_size()), items, temporaries;
    geometry.fill_shape(shape.data());
    for (const stage_shape& stage : code.stages) items.push_back(item_count(stage, shape.data()));
    for (const temporary& t : code.temporaries)
        temporaries.push_back(static_cast<std::int64_t>(byte_count(code, t, shape.data())));
    writer file(to);
    file.numbers(items);
    file.numbers(temporaries);
    file.numbers(shape);
    for (const auto* places : {&memory.inputs, &memory.outputs}) {
        file.number(static_cast<std::int64_t>(places->size()));
        for (const auto& one : *places) file.bytes(one->image());
    }
}

void write(const variant& v, const path& folder) {
    const graph_view g = v.tested->body;
    compiled made;
    std::optional<layout> arranged;
    for (const data_set& data : data_sets) {
        tensors memory(v, data);
        const auto inputs = tensors::arguments(memory.inputs), outputs = tensors::arguments(memory.outputs);
        const bound_call call = check(g, inputs, outputs);
        const call_geometry geometry(g, joinable_axes(g), call, inputs, outputs);
        const layout how = layout_of(g, geometry.key());
        if (!arranged) made = compile_for_aarch64(v, how, inputs);
        if (arranged.value_or(how) != how) throw std::logic_error(v.name() + ": its calls need different code");
        arranged = how;
        write_call(folder / fmt::format("{}.{}.call", v.name(), data.name), made.code, geometry, memory);
    }
    writer(folder / (v.name() + ".o")).raw(made.object);
}

/// What the driver left for a call, or what is wrong with it.
std::string read_outputs(const variant& v, const data_set& data, const path& folder, element_lists& found) {
    tensors memory(v, data);
    std::ifstream file(folder / fmt::format("{}.{}.result", v.name(), data.name), std::ios::binary);
    if (!file) return "no result";
    for (std::size_t k = 0; k < memory.outputs.size(); ++k) {
        const std::span<std::byte> image = memory.outputs[k]->image();
        if (!file.read(reinterpret_cast<char*>(image.data()), static_cast<std::streamsize>(image.size())))
            return "a result that ends early";
        const argument& out = memory.outputs[k]->as_argument();
        found.push_back({out.type, {out.extents.begin(), out.extents.begin() + out.rank}, memory.outputs[k]->take()});
    }
    return file.peek() == std::ifstream::traits_type::eof() ? "" : "a result that is too long";
}

/// The number of calls that differ.
int compare(const variant& v, const path& folder) {
    int wrong = 0;
    kernel& code = kernel_on(host_target(), *v.tested);
    for (const data_set& data : data_sets) {
        element_lists found;
        std::string problem = read_outputs(v, data, folder, found);
        const element_lists inputs = inputs_of(v.tested->body, data.lengths, data.what);
        if (problem.empty()) problem = difference(results(code, inputs, {1, 0, false, v.how}), found);
        if (problem.empty()) continue;
        fmt::print("{}, {} data: {}\n", v.name(), data.name, problem);
        ++wrong;
    }
    return wrong;
}

}  // namespace

int main(int count, char** words) try {
    const std::string_view what = count > 2 ? words[1] : "";
    int kernels = 0, wrong = 0;
    for (const variant& v : variants()) {
        if (count > 3 && v.name() != words[3]) continue;
        if (what == "write")
            write(v, words[2]);
        else if (what == "compare")
            wrong += compare(v, words[2]);
        else
            throw std::logic_error("bits_aarch64 write|compare FOLDER [KERNEL]");
        ++kernels;
    }
    fmt::print("{}: {} kernels, {} calls differ\n", what, kernels, wrong);
    return wrong == 0 && kernels > 0 ? 0 : 1;
} catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
}
