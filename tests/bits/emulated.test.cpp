// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every kernel of the catalogue, value and gradient, as a GPU runs it, on the emulator: the same bits as on the host,
// in every order of blocks and threads, and no fault of those that the emulator finds.
#include <algorithm>

#include <gradus/error.hpp>

#include "bits/calls.hpp"
#include "emulator/emulated_device.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

/// Pointwise: whole vectors and a tail, more than the threads of the grid take at once. Rows: short ones; ones of a few
/// vectors; ones of more than a block. Columns: the same. Several blocks
/// of reductions over everything.
constexpr axis_lengths short_rows{17001, 70, 7}, some_vectors{263, 11, 83}, long_rows{1, 3, 4211},
    long_columns{1, 4211, 67};

emulated_device& the_emulator() {
    static emulated_device one(20261127);
    return one;
}

kernel& emulated(const tested_kernel& tested) { return kernel_on(*find_target("emulator"), tested); }
kernel& on_host(const tested_kernel& tested) { return kernel_on(*targets_here().front(), tested); }

circumstance on_emulator(std::size_t offset = 0, bool in_place = false, arrangement how = arrangement::row_major) {
    return {1, offset, in_place, how, &the_emulator()};
}

/// The emulator gives the host's bits in each of these circumstances.
void check(const tested_kernel& tested, const element_lists& inputs, std::initializer_list<circumstance> all,
           arrangement order = arrangement::row_major) {
    const element_lists expected = results(on_host(tested), inputs, {1, 0, false, order});
    for (const circumstance& c : all) {
        INFO(tested.name << ", offset " << c.offset << (c.in_place ? ", in place" : ""));
        CHECK(difference(expected, results(emulated(tested), inputs, c)) == "");
    }
}

bool is_batch(graph_view g, axis_set axes) {
    for (std::size_t a = 0; a < g.axes.size(); ++a)
        if (g.axis_name(static_cast<int>(a)) == "batch") return axes == axis_set{1} << a;
    return false;
}
/// Whether it reduces columns: over the batch, and not over classes as well.
bool has_columns(graph_view g) {
    return std::any_of(g.nodes.begin(), g.nodes.end(), [&](const node& n) { return is_batch(g, n.over); });
}

/// What a call throws; empty if nothing.
template <class Call>
std::string error_of(const Call& call) {
    try {
        call();
    } catch (const error& e) {
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("every kernel gives the host's bits on the emulator", "[emulated]") {
    for (const tested_kernel& tested : tested_kernels()) {
        for (const axis_lengths& lengths : {short_rows, long_rows})
            check(tested, inputs_of(tested.body, lengths), {on_emulator()});
        if (has_columns(tested.body)) check(tested, inputs_of(tested.body, long_columns), {on_emulator()});
        for (const content what : {content::ordinary, content::special})
            check(tested, inputs_of(tested.body, some_vectors, what),
                  {on_emulator(), on_emulator(0, true), on_emulator(3), on_emulator(3, true)});
    }
}

TEST_CASE("a call runs on the emulator, stage by stage", "[emulated]") {
    const auto launches_of = [](const char* name) {
        const tested_kernel& tested = kernel_named(name);
        const element_lists inputs = inputs_of(tested.body, long_rows);
        const std::uint64_t before = the_emulator().launches();
        results(emulated(tested), inputs, on_emulator());
        return the_emulator().launches() - before;
    };
    CHECK(launches_of("gelu_float32") == 1);
    CHECK(launches_of("mean_mse_float32") == 3);       // blocks, what combines them, the gradients
    CHECK(launches_of("cross_entropy_float32") == 2);  // the labels' check, and rows
}

TEST_CASE("every tail and every short row gives the host's bits on the emulator", "[emulated]") {
    for (const char* name : {"gelu_float32", "gelu_float64", "softmax_float32", "mean_cross_entropy_float32",
                             "mean_mse_float32", "columns_float32"})
        for (std::int64_t n = 0; n <= 70; ++n) {
            const tested_kernel& tested = kernel_named(name);
            check(tested, inputs_of(tested.body, {n, 5, std::max<std::int64_t>(n, 1)}), {on_emulator()});
            check(tested, inputs_of(tested.body, {n, n, 9}), {on_emulator(1)});
        }
}

TEST_CASE("rows of more units than a block has teams give the host's bits on the emulator", "[emulated]") {
    for (const char* name : {"softmax_float32", "softmax_float16", "logsumexp_float64", "mean_cross_entropy_float32"}) {
        const tested_kernel& tested = kernel_named(name);
        const axis_lengths lengths{1, 2, 4096 * 29 + 7};
        check(tested, inputs_of(tested.body, lengths), {on_emulator(), on_emulator(1, true)});
    }
}

TEST_CASE("few long rows, which are done unit by unit, give the host's bits on the emulator", "[emulated]") {
    for (const char* name : {"softmax_float32", "logsumexp_float64", "mean_cross_entropy_float32"}) {
        const tested_kernel& tested = kernel_named(name);
        check(tested, inputs_of(tested.body, {1, 2, 135171}), {on_emulator(), on_emulator(1, true)});
    }
    for (const char* name : {"softmax_along_batch_float32", "columns_float32", "columns_float64"}) {
        const tested_kernel& tested = kernel_named(name);
        check(tested, inputs_of(tested.body, {1, 12301, 6}), {on_emulator(), on_emulator(1, true)});
    }
}

TEST_CASE("the strides of the tensors change no bit on the emulator, but for sums over several axes", "[emulated]") {
    for (const tested_kernel& tested : tested_kernels()) {
        if (arithmetic_of(tested.body) == element::float64) continue;
        const element_lists inputs = inputs_of(tested.body, some_vectors);
        for (const arrangement how : {arrangement::column_major, arrangement::spread}) {
            const bool over_both = tested.body.outputs[0].axes.rank == 0;
            check(tested, inputs, {on_emulator(0, false, how)}, over_both ? how : arrangement::row_major);
        }
    }
}

TEST_CASE("labels out of range are the host's error on the emulator, and the next call is right", "[emulated]") {
    const tested_kernel& tested = kernel_named("cross_entropy_float32");
    const element_lists right = inputs_of(tested.body, some_vectors);
    element_lists wrong = right;
    for (std::size_t i = 0; i < wrong.size(); ++i)
        if (tested.body.inputs[i].use == role::labels)
            for (const std::size_t row : {std::size_t{4}, std::size_t{7}}) wrong[i].bytes[4 * row] = std::byte{83};
    const std::string expected = error_of([&] { results(on_host(tested), wrong, {}); });
    CHECK(expected.find("83") != std::string::npos);
    for (int times = 0; times < 3; ++times) {
        CHECK(error_of([&] { results(emulated(tested), wrong, on_emulator()); }) == expected);
        check(tested, right, {on_emulator()});
    }
}

TEST_CASE("calls give all memory back but that of pending checks", "[emulated]") {
    const tested_kernel& tested = kernel_named("mean_cross_entropy_float32");
    const element_lists inputs = inputs_of(tested.body, long_rows);
    results(emulated(tested), inputs, on_emulator());
    CHECK(the_emulator().allocations() == 1);
}
