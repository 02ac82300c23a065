// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every length of a vectorised axis from 0 to 130, that is every tail of every vector, alone and behind whole vectors.
#include <algorithm>

#include "bits/calls.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

constexpr std::int64_t longest = 130;

bool has_axis(graph_view g, std::string_view name) {
    for (std::size_t a = 0; a < g.axes.size(); ++a)
        if (g.axis_name(static_cast<int>(a)) == name) return true;
    return false;
}
bool has_labels(graph_view g) {
    return std::any_of(g.inputs.begin(), g.inputs.end(), [](const input& in) { return in.use == role::labels; });
}

/// The targets differ for no length of one axis.
void check_lengths(const tested_kernel& tested, std::int64_t axis_lengths::*axis) {
    std::vector<kernel*> kernels;
    for (const target* machine : targets_here()) kernels.push_back(&kernel_on(*machine, tested));
    for (std::int64_t n = 0; n <= longest; ++n) {
        axis_lengths lengths{5, 5, 5};
        lengths.*axis = n;
        // No label lies in an axis without positions.
        if (lengths.classes == 0 && has_labels(tested.body)) lengths.batch = 0;
        const element_lists inputs = inputs_of(tested.body, lengths);
        const element_lists expected = results(*kernels[0], inputs, {});
        for (std::size_t k = 0; k < kernels.size(); ++k) {
            INFO(tested.name << ", target " << k << ", length " << n);
            const auto offset = static_cast<std::size_t>(n % 16);
            CHECK(difference(expected, results(*kernels[k], inputs, {1, offset, false, {}})) == "");
        }
    }
}

/// The first `count` elements along the outermost axis.
element_lists first_of(element_lists all, std::int64_t count) {
    for (elements& one : all) {
        one.bytes.resize(one.bytes.size() / static_cast<std::size_t>(one.extents[0]) * static_cast<std::size_t>(count));
        one.extents[0] = count;
    }
    return all;
}

}  // namespace

TEST_CASE("every length of every axis gives the same bits on every target") {
    for (const tested_kernel& tested : tested_kernels()) {
        if (has_axis(tested.body, "i")) check_lengths(tested, &axis_lengths::i);
        if (has_axis(tested.body, "class")) check_lengths(tested, &axis_lengths::classes);
        if (has_axis(tested.body, "batch")) check_lengths(tested, &axis_lengths::batch);
    }
}

TEST_CASE("an element of a pointwise result does not depend on how many others there are") {
    for (const tested_kernel& tested : tested_kernels()) {
        if (!has_axis(tested.body, "i")) continue;
        for (const target* machine : targets_here()) {
            kernel& code = kernel_on(*machine, tested);
            const element_lists inputs = inputs_of(tested.body, {longest, 0, 0}, content::special);
            const element_lists all = results(code, inputs, {});
            for (std::int64_t n = 0; n <= longest; ++n) {
                INFO(tested.name << ", " << machine->name << ", length " << n);
                CHECK(difference(first_of(all, n), results(code, first_of(inputs, n), {})) == "");
            }
        }
    }
}
