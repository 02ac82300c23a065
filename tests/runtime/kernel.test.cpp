// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of kernels: variants, threads, checks, copies. Their programs are C++ functions (programs.hpp).
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <gradus/error.hpp>
#include <gradus/runtime.hpp>

#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

TEST_CASE("a kernel computes its outputs and compiles one variant for each layout") {
    kernel k(negation(), "negation", negation_program);
    std::vector<float> x{1, 2, 3, 4, 5, 6};
    std::vector<float> y(6);
    run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(y, {2, 3}))});
    CHECK(y == std::vector<float>{-1, -2, -3, -4, -5, -6});
    CHECK(k.variants() == 1);
    run(k, {make_argument(view(x, {3, 2}))}, {make_argument(view(y, {3, 2}))});
    CHECK(k.variants() == 1);
    run(k, {make_argument(transpose(view(x, {2, 3})))}, {make_argument(view(y, {3, 2}))});
    CHECK(y == std::vector<float>{-1, -4, -2, -5, -3, -6});
    CHECK(k.variants() == 2);
}

TEST_CASE("a call that does not fit is refused before anything is compiled") {
    kernel k(negation(), "negation", negation_program);
    std::vector<float> x(6);
    std::vector<float> y(4);
    CHECK_THROWS_WITH(run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(y, {2, 2}))}),
                      "gradus: output \"y\" has 2 elements along axis \"j\", but \"x\" has 3");
    CHECK(k.variants() == 0);
}

TEST_CASE("many threads may call a kernel at once, and it is compiled once") {
    std::atomic<int> compiled = 0;
    kernel k(negation(), "negation", [&](const layout& arrangement, std::span<const element> types, std::string_view) {
        ++compiled;
        return negation_program(arrangement, types, {});
    });
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            std::vector<float> x(60, static_cast<float>(t));
            std::vector<float> y(60);
            for (int repeat = 0; repeat < 50; ++repeat)
                run(k, {make_argument(view(x, {6, 10}))}, {make_argument(view(y, {6, 10}))});
            right += y == std::vector<float>(60, static_cast<float>(-t));
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(compiled == 1);
    CHECK(right == 8);
}

TEST_CASE("the compiler is told the element type of every input") {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class"});
    const node_id t = made.add_input("t", {"batch"}, role::labels, element::int64);
    made.add_output("y", made.apply(op::at, {x, t}, {"class"}), {"batch"});
    std::vector<element> seen;
    kernel k(made.g, "types", [&](const layout&, std::span<const element> types, std::string_view) {
        seen.assign(types.begin(), types.end());
        executable nothing;
        return nothing;
    });
    std::vector<float> logits(6);
    std::vector<float> y(2);
    std::vector<std::uint8_t> labels(2);
    run(k, {make_argument(view(logits, {2, 3})), make_argument(as_view(labels))}, {make_argument(as_view(y))});
    CHECK(seen == std::vector{element::float32, element::uint8});
}

// The sum of everything: the block partials of NUMERICS, added in order.
graph total() {
    hand_made made;
    const node_id x = made.add_input("x", {"i"});
    made.add_output("sum", made.apply(op::reduce_sum, {x}, {"i"}), {});
    return made.g;
}

std::int64_t add_blocks(void* const* data, const std::int64_t* shape, std::int64_t stage, std::int64_t begin,
                        std::int64_t end) {
    double* partials = pointer<double>(data, 2);
    if (stage == 0) {
        for (std::int64_t block = begin; block < end; ++block) {
            float sum = 0;
            for (std::int64_t i = block * block_size; i < std::min(shape[0], (block + 1) * block_size); ++i)
                sum += pointer<const float>(data, 0)[i * shape[1]];
            partials[block] = static_cast<double>(sum);
        }
        return -1;
    }
    double sum = 0;
    for (std::int64_t block = 0; block < (shape[0] + block_size - 1) / block_size; ++block) sum += partials[block];
    *pointer<float>(data, 1) = static_cast<float>(sum);
    return -1;
}

executable total_program(const layout&, std::span<const element>, std::string_view) {
    executable made;
    made.entry = add_blocks;
    made.stages = {stage_of(stage_form::blocks, 0, 0b1, 0), stage_of(stage_form::combine, 0)};
    temporary partials;
    partials.blocks_of = 0;
    made.temporaries = {partials};
    return made;
}

float total_of(kernel& k, const std::vector<float>& x) {
    array<float, 0> sum;
    run(k, {make_argument(as_view(x))}, {make_argument(as_view(sum))});
    return sum;
}

TEST_CASE("the bits of a result do not depend on the number of threads") {
    const oneapi::tbb::global_control workers(oneapi::tbb::global_control::max_allowed_parallelism, 8);
    kernel k(total(), "total", total_program);
    std::vector<float> x(5'000'000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1.0f / static_cast<float>(i + 1);
    oneapi::tbb::task_arena alone(1);
    const float expected = alone.execute([&] { return total_of(k, x); });
    for (const int threads : {2, 3, 8}) {
        oneapi::tbb::task_arena arena(threads);
        for (int repeat = 0; repeat < 10; ++repeat) CHECK(arena.execute([&] { return total_of(k, x); }) == expected);
    }
}

TEST_CASE("kernels called from within a parallel loop keep their temporaries apart") {
    const oneapi::tbb::global_control workers(oneapi::tbb::global_control::max_allowed_parallelism, 8);
    kernel k(total(), "total", total_program);
    const std::vector<float> ones(2'500'000, 1);  // 611 partials: more than the launch holds in place
    std::atomic<int> right = 0;
    oneapi::tbb::parallel_for(0, 16, [&](int) { right += total_of(k, ones) == 2'500'000.0f; });
    CHECK(right == 16);
}

TEST_CASE("the sum of no elements is zero") {
    kernel k(total(), "total", total_program);
    CHECK(total_of(k, {}) == 0);
}

// y[batch, ...] = x[batch, class, ...] at t[batch, ...].
graph gather(bool computed) {
    hand_made made;
    const node_id x = made.add_input("x", {"batch", "class", "..."});
    const node_id t = made.add_input("target", {"batch", "..."}, role::labels, element::int32);
    made.add_output("y", made.apply(op::at, {x, t}, {"class"}), {"batch", "..."});
    made.require_label(computed ? made.index("batch") : t, "class");
    return made.g;
}

/// Loops: batch, class, and (with `...`) the pixels.
std::int64_t gather_rows(void* const* data, const std::int64_t* shape, std::int64_t stage, std::int64_t begin,
                         std::int64_t end) {
    const std::int64_t* x = shape + 3;
    const std::int64_t* t = x + 3;
    const std::int64_t* y = t + 3;
    for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t row = item / shape[2];
        const std::int64_t pixel = item % shape[2];
        const std::int64_t label = pointer<const int>(data, 1)[row * t[0] + pixel * t[2]];
        if (stage == 0 && (label < 0 || label >= shape[1])) return item;
        if (stage == 1)
            pointer<float>(data, 2)[row * y[0] + pixel * y[2]] =
                pointer<const float>(data, 0)[row * x[0] + label * x[1] + pixel * x[2]];
    }
    return -1;
}

executable gather_program() {
    executable made;
    made.entry = gather_rows;
    made.stages = {stage_of(stage_form::check, 0b101), stage_of(stage_form::rows, 0b101)};
    made.stages[0].requirement = 0;
    for (stage_shape& s : made.stages) s.cost = dear;
    return made;
}

struct gather_call {
    std::vector<float> x = std::vector<float>(120);
    std::vector<int> target = std::vector<int>(24, 4);
    std::vector<float> y = std::vector<float>(24, -1);
    kernel k;

    explicit gather_call(bool computed = false)
        : k(gather(computed), "gather",
            [](const layout&, std::span<const element>, std::string_view) { return gather_program(); }) {
        std::iota(x.begin(), x.end(), 0.0f);
    }
    std::string message() {
        try {
            run(k, {make_argument(view(x, {2, 5, 3, 4})), make_argument(view(target, {2, 3, 4}))},
                {make_argument(view(y, {2, 3, 4}))});
        } catch (const error& problem) {
            return problem.what();
        }
        return "ran";
    }
};

TEST_CASE("labels in range are read") {
    gather_call call;
    call.target[13] = 0;
    CHECK(call.message() == "ran");
    CHECK(call.y[0] == 48);   // batch 0, class 4, pixel 0
    CHECK(call.y[13] == 61);  // batch 1, class 0, pixel 1
}

TEST_CASE("a label out of range names the argument, the value, the position and the range, and nothing is written") {
    gather_call call;
    call.target[12 + 7] = -3;
    call.target[23] = 5;
    CHECK(call.message() ==
          "gradus: argument \"target\" is -3 at batch = 1, ... (axis 1) = 1, ... (axis 2) = 3, but "
          "labels along axis \"class\" are 0 to 4");
    CHECK(call.y == std::vector<float>(24, -1));
}

TEST_CASE("a computed label out of range tells the position and the range") {
    gather_call call(true);
    call.target[0] = 5;
    CHECK(call.message() ==
          "gradus: a computed label at batch = 0, ... (axis 1) = 0, ... (axis 2) = 0 is out of "
          "range: labels along axis \"class\" are 0 to 4");
}

TEST_CASE("of many labels out of range the first is named, whatever the threads") {
    gather_call call;
    const std::int64_t rows = 200'000;
    std::vector<float> x(static_cast<std::size_t>(2 * rows));
    std::vector<float> y(static_cast<std::size_t>(rows));
    std::vector<int> target(static_cast<std::size_t>(rows), 1);
    for (std::size_t i = 77'777; i < target.size(); i += 1000) target[i] = 2;
    CHECK_THROWS_WITH(run(call.k, {make_argument(view(x, {rows, 2, 1})), make_argument(view(target, {rows, 1}))},
                          {make_argument(view(y, {rows, 1}))}),
                      "gradus: argument \"target\" is 2 at batch = 77777, ... = 0, but labels along axis \"class\" are "
                      "0 to 1");
}

// y = -x where x >= 0 is required, lanes along the first axis: of items that are not in the order of the
// elements, the code returns the first element, and the runtime the first of all ranges.
template <class T>
std::int64_t negate_where_positive(void* const* data, const std::int64_t* shape, std::int64_t stage, std::int64_t begin,
                                   std::int64_t end) {
    const std::int64_t rows = shape[0], columns = shape[1];
    std::int64_t first = -1;
    for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t chunk = item / columns, j = item % columns;
        for (std::int64_t i = chunk * 4; i < std::min(rows, chunk * 4 + 4); ++i) {
            const T value = pointer<const T>(data, 0)[i * shape[2] + j * shape[3]];
            const std::int64_t element = i * columns + j;
            if (stage == 0 && !(value >= 0) && (first < 0 || element < first)) first = element;
            if (stage == 1) pointer<T>(data, 1)[i * shape[4] + j * shape[5]] = -value;
        }
    }
    return first;
}

template <class T>
struct requiring_call {
    std::int64_t rows = 1003, columns = 70;
    std::vector<T> x = std::vector<T>(static_cast<std::size_t>(rows * columns), T(1));
    std::vector<T> y = std::vector<T>(x.size(), T(7));
    kernel k;

    requiring_call()
        : k(made_graph(), "requiring",
            [](const layout&, std::span<const element>, std::string_view) { return program(); }) {}
    static graph made_graph() {
        hand_made made;
        const node_id in = made.add_input("x", {"i", "j"}, role::tensor, element_of<T>);
        const node_id zero = made.apply(op::constant, {});
        made.require({made.apply(op::greater_equal, {in, zero}), in, 0});
        made.add_output("y", made.apply(op::neg, {in}), {"i", "j"}, element_of<T>);
        return made.g;
    }
    static executable program() {
        executable made;
        made.entry = negate_where_positive<T>;
        made.stages = {stage_of(stage_form::check, 0b11, 0, 0), stage_of(stage_form::rows, 0b11, 0, 0)};
        made.stages[0].requirement = 0;
        for (stage_shape& s : made.stages) s.chunk = 4, s.cost = dear;
        return made;
    }
    T& at(std::int64_t i, std::int64_t j) { return x[static_cast<std::size_t>(j * rows + i)]; }
    std::string message() {
        try {
            run(k, {make_argument(transpose(view(x, {columns, rows})))},
                {make_argument(transpose(view(y, {columns, rows})))});
        } catch (const error& problem) {
            return problem.what();
        }
        return "ran";
    }
};

TEST_CASE("of many violated conditions the first is named, though items are not in the order of the elements") {
    const oneapi::tbb::global_control workers(oneapi::tbb::global_control::max_allowed_parallelism, 8);
    requiring_call<float> call;
    CHECK(call.message() == "ran");
    CHECK(call.y == std::vector<float>(call.x.size(), -1));
    std::fill(call.y.begin(), call.y.end(), 7.0f);
    call.at(801, 3) = -2;
    call.at(800, 69) = -1.5;
    call.at(802, 0) = -3;
    CHECK(call.message() == "gradus: argument \"x\" is -1.5 at i = 800, j = 69, but x >= 0 is required");
    call.at(0, 69) = std::numeric_limits<float>::quiet_NaN();
    call.at(1, 0) = -1;
    CHECK(call.message() == "gradus: argument \"x\" is NaN at i = 0, j = 69, but x >= 0 is required");
    CHECK(call.y == std::vector<float>(call.x.size(), 7));
}

TEST_CASE("a violated condition prints the value in the element type of the argument") {
    requiring_call<double> call;
    call.at(5, 6) = -0.1;
    CHECK(call.message() == "gradus: argument \"x\" is -0.1 at i = 5, j = 6, but x >= 0 is required");
    requiring_call<float> narrow;
    narrow.at(5, 6) = -0.1f;
    CHECK(narrow.message() == call.message());
}

// A check on a total, which an earlier stage leaves in a temporary.
std::int64_t negate_if_total(void* const* data, const std::int64_t* shape, std::int64_t stage, std::int64_t begin,
                             std::int64_t end) {
    const float* x = pointer<const float>(data, 0);
    float& total = *pointer<float>(data, 2);
    if (stage == 0) total = std::accumulate(x, x + shape[0], 0.0f);
    if (stage == 1) return total > 0 ? -1 : 0;
    for (std::int64_t i = begin; stage == 2 && i < end; ++i) pointer<float>(data, 1)[i] = -x[i];
    return -1;
}

TEST_CASE("stages run in their order: a check may test what an earlier stage has left, before outputs are written") {
    hand_made made;
    const node_id x = made.add_input("x", {"i"});
    const node_id zero = made.apply(op::constant, {});
    made.require({made.apply(op::greater, {made.apply(op::reduce_sum, {x}, {"i"}), zero}), no_node, 0});
    made.add_output("y", made.apply(op::neg, {x}), {"i"});
    kernel k(made.g, "total first", [](const layout&, std::span<const element>, std::string_view) {
        executable code;
        code.entry = negate_if_total;
        code.stages = {stage_of(stage_form::combine, 0), stage_of(stage_form::check, 0),
                       stage_of(stage_form::rows, 0b1)};
        code.stages[1].requirement = 0;
        code.temporaries = {temporary{0, -1, sizeof(float), 1}};
        return code;
    });
    const std::vector<float> good{1, -2, 3}, bad{1, -2, 1};
    std::vector<float> y(3, 7);
    CHECK_THROWS_WITH(run(k, {make_argument(as_view(bad))}, {make_argument(as_view(y))}),
                      "gradus: a computed value does not satisfy sum(x) > 0");
    CHECK(y == std::vector<float>{7, 7, 7});
    run(k, {make_argument(as_view(good))}, {make_argument(as_view(y))});
    CHECK(y == std::vector<float>{-1, 2, -3});
}

// s = sum of x, after y = -x has been written.
std::int64_t negate_then_add(void* const* data, const std::int64_t* shape, std::int64_t stage, std::int64_t begin,
                             std::int64_t end) {
    const float* x = pointer<const float>(data, 0);
    if (stage == 0)
        for (std::int64_t i = begin; i < end; ++i) pointer<float>(data, 1)[i * shape[2]] = -x[i * shape[1]];
    else
        for (std::int64_t i = 0; i < shape[0]; ++i) *pointer<float>(data, 2) += x[i * shape[1]];
    return -1;
}

float sum_after_negation_in_place(std::vector<in_place_pair> in_place, std::vector<float>& memory) {
    hand_made made;
    const node_id x = made.add_input("x", {"i"});
    made.add_output("y", made.apply(op::neg, {x}), {"i"});
    made.add_output("s", made.apply(op::reduce_sum, {x}, {"i"}), {});
    kernel k(made.g, "in place", [&](const layout&, std::span<const element>, std::string_view) {
        executable code;
        code.entry = negate_then_add;
        code.stages = {stage_of(stage_form::rows, 0b1), stage_of(stage_form::combine, 0)};
        code.in_place = in_place;
        return code;
    });
    array<float, 0> sum;
    const argument every_second = make_argument(strided(as_view(memory), 0, 2));
    run(k, {every_second}, {every_second, make_argument(as_view(sum))});
    return sum;
}

TEST_CASE("an input is copied when an output in its memory would overwrite what is still read") {
    std::vector<float> memory{1, 100, 2, 100, 4, 100};
    CHECK(sum_after_negation_in_place({}, memory) == 7);
    CHECK(memory == std::vector<float>{-1, 100, -2, 100, -4, 100});
}

TEST_CASE("an input is not copied for an output that the code computes in place") {
    std::vector<float> memory{1, 100, 2, 100, 4, 100};
    CHECK(sum_after_negation_in_place({{0, 0}}, memory) == -7);
}

}  // namespace
}  // namespace gradus
