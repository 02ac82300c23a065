// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every kernel of the catalogue, value and gradient, on the first CUDA device: the same bits as on the host. Skipped
// where there is none. The environment's GRADUS_TEST_SHARD, "2/8" say, leaves all but every eighth kernel out.
#include <cstdio>
#include <cstdlib>

#include <gradus/error.hpp>

#include "bits/calls.hpp"
#include "support/catch.hpp"
#include "support/gpu.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

bool is_of_shard(std::size_t i) {
    const char* const text = std::getenv("GRADUS_TEST_SHARD");
    std::size_t shard = 0, shards = 1;
    if (text != nullptr) REQUIRE(std::sscanf(text, "%zu/%zu", &shard, &shards) == 2);
    return i % shards == shard;
}

/// The GPU gives the host's bits in each of these circumstances.
void check(device& place, const tested_kernel& tested, const element_lists& inputs,
           std::initializer_list<circumstance> all) {
    kernel& there = kernel_on(*find_target(place.target()), tested);
    const element_lists expected = results(kernel_on(*targets_here().front(), tested), inputs, {});
    for (circumstance c : all) {
        INFO(tested.name << ", offset " << c.offset << (c.in_place ? ", in place" : ""));
        c.on = &place;
        CHECK(difference(expected, results(there, inputs, c)) == "");
    }
}

}  // namespace

TEST_CASE("every kernel gives the host's bits on a GPU", "[gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const auto& kernels = tested_kernels();
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        if (!is_of_shard(i)) continue;
        for (const axis_lengths& lengths : {axis_lengths{300001, 1000, 33}, axis_lengths{1, 60, 4211}})
            check(*place, kernels[i], inputs_of(kernels[i].body, lengths), {{}});
        for (const content what : {content::ordinary, content::special})
            check(*place, kernels[i], inputs_of(kernels[i].body, {263, 11, 83}, what), {{}, {1, 3, true}});
    }
}

TEST_CASE("rows and columns of every length give the host's bits on a GPU", "[gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    std::size_t i = 0;
    for (const char* name : {"softmax_float32", "logsumexp_float64", "mean_cross_entropy_float32", "columns_float32",
                             "softmax_along_batch_float32", "mean_mse_float32"}) {
        const tested_kernel& tested = kernel_named(name);
        for (const axis_lengths& lengths :
             {axis_lengths{1, 7, 1000001}, axis_lengths{1, 130, 70001}, axis_lengths{1, 30011, 6},
              axis_lengths{1, 100003, 130}, axis_lengths{5000001, 0, 5}, axis_lengths{1, 1, 1}})
            if (is_of_shard(i++)) check(*place, tested, inputs_of(tested.body, lengths), {{}});
    }
}

TEST_CASE("labels out of range are the host's error on a GPU, and the next call is right", "[gpu]") {
    device* const place = gpu();
    if (place == nullptr) return;
    const tested_kernel& tested = kernel_named("cross_entropy_float32");
    const element_lists right = inputs_of(tested.body, {1, 5000, 83});
    element_lists wrong = right;
    for (std::size_t i = 0; i < wrong.size(); ++i)
        if (tested.body.inputs[i].use == role::labels)
            for (const std::size_t row : {std::size_t{4004}, std::size_t{4007}})
                wrong[i].bytes[4 * row] = std::byte{83};
    const auto error_of = [&](kernel& code, device* where) -> std::string {
        try {
            results(code, wrong, {1, 0, false, arrangement::row_major, where});
        } catch (const error& e) {
            return e.what();
        }
        return {};
    };
    const std::string expected = error_of(kernel_on(*targets_here().front(), tested), nullptr);
    CHECK(expected.find("83") != std::string::npos);
    for (int times = 0; times < 3; ++times) {
        CHECK(error_of(kernel_on(*find_target(place->target()), tested), place) == expected);
        check(*place, tested, right, {{}});
    }
}
