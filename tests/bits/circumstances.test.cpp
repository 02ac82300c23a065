// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every kernel of the catalogue, value and gradient: the same bits for 1, 2, 3 and 7 threads, on every target that runs
// here, at every alignment, in the memory of the inputs or beside it. One circumstance at a time for all kernels, all
// of them together for some.
#include "bits/calls.hpp"
#include "support/catch.hpp"

using namespace gradus;
using namespace gradus::testing;

namespace {

// Enough elements for nine tasks. Many rows; and few rows that are longer than a block.
constexpr axis_lengths tall{70001, 1009, 71}, wide{70001, 17, 4211};
// Some vectors and a tail, for what has nothing to do with threads.
constexpr axis_lengths small{263, 11, 83};

constexpr int thread_counts[]{1, 2, 3, 7};

/// The elements from one multiple of 64 bytes to the next.
std::size_t offsets(const tested_kernel& tested) { return 64 / size_of(tested.body.outputs[0].type); }

std::string words(const target& machine, const circumstance& c) {
    return machine.name + ", " + std::to_string(c.threads) + " threads, offset " + std::to_string(c.offset) +
           (c.in_place ? ", in place" : "") +
           (c.how == arrangement::row_major ? ""
            : c.how == arrangement::spread  ? ", spread"
                                            : ", column-major");
}

/// The kernel on every target, and what it gave first.
class comparison {
public:
    explicit comparison(const tested_kernel& tested) : tested_(tested) {
        for (const target* machine : targets_here()) kernels_.push_back({machine, &kernel_on(*machine, tested)});
    }
    /// From now on with these data; the results of one thread at a multiple of 64 bytes are what others must match.
    void start(const axis_lengths& lengths, content what, arrangement how = arrangement::row_major) {
        inputs_ = inputs_of(tested_.body, lengths, what);
        expected_ = results(*kernels_.front().code, inputs_, {1, 0, false, how});
    }
    void check(const circumstance& c) {
        for (const auto& [machine, code] : kernels_) {
            const std::string found = difference(expected_, results(*code, inputs_, c));
            INFO(tested_.name << ", " << words(*machine, c));
            CHECK(found == "");
        }
    }

private:
    struct on_target {
        const target* machine;
        kernel* code;
    };
    const tested_kernel& tested_;
    std::vector<on_target> kernels_;
    element_lists inputs_, expected_;
};

}  // namespace

TEST_CASE("every kernel gives the same bits whatever the threads, the target, the alignment and the place") {
    for (const tested_kernel& tested : tested_kernels()) {
        comparison compared(tested);
        for (const axis_lengths& lengths : {tall, wide}) {
            compared.start(lengths, content::ordinary);
            for (const int threads : thread_counts) compared.check({threads, 0, false, {}});
            compared.check({7, 5, true, {}});
        }
        for (const content what : {content::ordinary, content::special}) {
            compared.start(small, what);
            for (std::size_t offset = 0; offset < offsets(tested); ++offset) compared.check({1, offset, false, {}});
            compared.check({1, 0, true, {}});
        }
    }
}

TEST_CASE("threads, target, alignment and place together change no bit") {
    for (const char* name : {"gelu_float32", "gelu_float64", "softmax_float32", "mean_cross_entropy_float32",
                             "mean_mse_float32", "columns_float32"}) {
        comparison compared(kernel_named(name));
        compared.start(wide, content::ordinary);
        for (const int threads : thread_counts)
            for (std::size_t offset = 0; offset < offsets(kernel_named(name)); ++offset)
                for (const bool in_place : {false, true}) compared.check({threads, offset, in_place, {}});
    }
}

TEST_CASE("the strides of the tensors change no bit, but for sums over several axes, whose order is that of memory") {
    for (const tested_kernel& tested : tested_kernels()) {
        if (arithmetic_of(tested.body) == element::float64) continue;
        comparison compared(tested);
        for (const arrangement how : {arrangement::column_major, arrangement::spread}) {
            const bool over_both = tested.body.outputs[0].axes.rank == 0;
            compared.start(wide, content::ordinary, over_both ? how : arrangement::row_major);
            for (const int threads : {1, 7}) compared.check({threads, 1, false, how});
        }
    }
}
