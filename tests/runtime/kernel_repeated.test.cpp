// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A thread remembers the last call of a kernel: a call that follows an accepted one is refused, and
// computes, as if it were the first. Every case here begins with an accepted call.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gradus/error.hpp>
#include <gradus/runtime.hpp>

#include "remembered_call.hpp"
#include "runtime/programs.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

struct accepted_call {
    std::vector<float> x{1, 2, 3, 4, 5, 6};
    std::vector<float> memory = std::vector<float>(12, 9);
    kernel k{negation(), "negation", negation_program};

    accepted_call() {
        run(k, {make_argument(view(x, {2, 3}))}, {make_argument(view(memory.data(), {2, 3}))});
        REQUIRE(memory == std::vector<float>{-1, -2, -3, -4, -5, -6, 9, 9, 9, 9, 9, 9});
    }
    std::string message(const argument& in, const argument& out) {
        try {
            run(k, {in}, {out});
        } catch (const error& problem) {
            return problem.what();
        }
        return "ran";
    }
};

TEST_CASE("a repeated call computes with the addresses that it gives") {
    accepted_call call;
    const std::vector<float> other{6, 5, 4, 3, 2, 1};
    CHECK(call.message(make_argument(view(other, {2, 3})), make_argument(view(call.memory.data() + 6, {2, 3}))) ==
          "ran");
    CHECK(call.memory == std::vector<float>{-1, -2, -3, -4, -5, -6, -6, -5, -4, -3, -2, -1});
}

TEST_CASE("a repeated call is refused for a null pointer") {
    accepted_call call;
    const argument in = make_argument(view(call.x, {2, 3}));
    const argument null = make_argument(view(static_cast<float*>(nullptr), {2, 3}));
    CHECK(call.message(null, in) == "gradus: argument \"x\" is a null pointer, but needs 6 elements");
    CHECK(call.message(in, null) == "gradus: output \"y\" is a null pointer, but needs 6 elements");
}

TEST_CASE("a repeated call is refused for an overlap, and nothing is written") {
    accepted_call call;
    const std::vector<float> before = call.memory;
    CHECK(call.message(make_argument(view(call.memory.data(), {2, 3})),
                       make_argument(view(call.memory.data() + 1, {2, 3}))) ==
          "gradus: output \"y\" overlaps argument \"x\": they must be apart, or the same memory with the same axes "
          "and strides");
    CHECK(call.message(make_argument(view(call.memory.data() + 1, {2, 3})),
                       make_argument(view(call.memory.data(), {2, 3}))) ==
          "gradus: output \"y\" overlaps argument \"x\": they must be apart, or the same memory with the same axes "
          "and strides");
    CHECK(call.memory == before);
}

TEST_CASE("a repeated call is refused for outputs that overlap each other") {
    hand_made made;
    const node_id in = made.add_input("x", {"i"});
    made.add_output("y", made.apply(op::neg, {in}), {"i"});
    made.add_output("z", in, {"i"});
    kernel k(made.g, "two", [](const layout&, std::span<const element>, std::string_view) {
        executable code;
        code.entry = [](void* const* data, const std::int64_t*, std::int64_t, std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                pointer<float>(data, 1)[i] = -pointer<const float>(data, 0)[i];
                pointer<float>(data, 2)[i] = pointer<const float>(data, 0)[i];
            }
            return std::int64_t{-1};
        };
        code.stages = {stage_of(stage_form::rows, 0b1)};
        return code;
    });
    const std::vector<float> x{1, 2};
    std::vector<float> memory(4);
    const argument first = make_argument(view(memory.data(), {2})), middle = make_argument(view(&memory[1], {2})),
                   last = make_argument(view(&memory[2], {2}));
    run(k, {make_argument(as_view(x))}, {first, last});
    CHECK(memory == std::vector<float>{-1, -2, 1, 2});
    CHECK_THROWS_WITH(run(k, {make_argument(as_view(x))}, {first, middle}),
                      "gradus: output \"z\" overlaps output \"y\": outputs must be apart");
    run(k, {make_argument(as_view(x))}, {last, first});
    CHECK(memory == std::vector<float>{1, 2, -1, -2});
}

TEST_CASE("a call in place and a call out of place may follow each other") {
    accepted_call call;
    const argument in = make_argument(view(call.x, {2, 3}));
    const argument out = make_argument(view(call.memory.data(), {2, 3}));
    CHECK(call.message(in, in) == "ran");
    CHECK(call.x == std::vector<float>{-1, -2, -3, -4, -5, -6});
    CHECK(call.message(in, in) == "ran");
    CHECK(call.x == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(call.message(in, out) == "ran");
    CHECK(std::vector<float>(call.memory.begin(), call.memory.begin() + 6) ==
          std::vector<float>{-1, -2, -3, -4, -5, -6});
    CHECK(call.message(out, make_argument(view(call.memory.data() + 2, {2, 3}))) != "ran");
}

TEST_CASE("a repeated call is refused for other extents, ranks and element types") {
    accepted_call call;
    const argument in = make_argument(view(call.x, {2, 3}));
    CHECK(call.message(in, make_argument(view(call.memory.data(), {2, 2}))) ==
          "gradus: output \"y\" has 2 elements along axis \"j\", but \"x\" has 3");
    CHECK(call.message(in, make_argument(view(call.memory.data(), {6}))) ==
          "gradus: output \"y\" has 1 axis, but its declaration [i, j] has 2");
    std::vector<std::int32_t> integers(6);
    CHECK(call.message(in, make_argument(view(integers, {2, 3}))) ==
          "gradus: output \"y\" holds int32, but the result is float32");
    CHECK_THROWS_AS(run(call.k, {in, in}, {in}), internal_error);
    CHECK_THROWS_AS(run(call.k, {in}, {}), internal_error);
}

TEST_CASE("a call with other extents or strides computes by them") {
    accepted_call call;
    const std::vector<float> other{7, 8, 9};
    CHECK(call.message(make_argument(view(other, {1, 3})), make_argument(view(call.memory.data(), {1, 3}))) == "ran");
    CHECK(call.memory == std::vector<float>{-7, -8, -9, -4, -5, -6, 9, 9, 9, 9, 9, 9});
    CHECK(call.message(make_argument(transpose(view(call.x, {2, 3}))),
                       make_argument(view(call.memory.data(), {3, 2}))) == "ran");
    CHECK(call.memory == std::vector<float>{-1, -4, -2, -5, -3, -6, 9, 9, 9, 9, 9, 9});
    CHECK(call.message(make_argument(view(call.x.data() + 2, {2, 2})),
                       make_argument(strided(view(call.memory.data(), {2, 4}), 1, 2))) == "ran");
    CHECK(call.memory == std::vector<float>{-3, -4, -4, -5, -5, -6, -6, 9, 9, 9, 9, 9});
}

TEST_CASE("kernels do not take each other's calls, however many there are and whichever are gone") {
    constexpr int count = 100;
    std::vector<float> x{2, 3};
    std::vector<float> y(2);
    const auto numbered = [](int number) {
        return std::make_unique<kernel>(
            negation(), "numbered", [number](const layout&, std::span<const element>, std::string_view) {
                executable made = negation_program({{{{{0, 0}}}}, {}}, {}, {});
                made.stages.resize(static_cast<std::size_t>(number % 2));  // the even ones do nothing
                return made;
            });
    };
    std::vector<std::unique_ptr<kernel>> kernels;
    for (int i = 0; i < count; ++i) kernels.push_back(numbered(i));
    int right = 0;
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < count; ++i) {
            y = {7, 7};
            run(*kernels[static_cast<std::size_t>(i)], {make_argument(view(x, {1, 2}))},
                {make_argument(view(y, {1, 2}))});
            right += y == (i % 2 == 0 ? std::vector<float>{7, 7} : std::vector<float>{-2, -3});
            if (round == 1) kernels[static_cast<std::size_t>(i)] = numbered(i);
        }
    CHECK(right == 3 * count);
}

/// The launch of the negation of x, with the schedule that the kernel would make.
struct made_launch {
    graph g = negation();
    bound_call call;
    call_geometry geometry;
    layout arrangement;
    executable code;
    schedule_parts parts;
    std::vector<std::int64_t> schedule;
    std::vector<argument> inputs, outputs;

    made_launch(const argument& in, const argument& out)
        : call(check(g, std::vector{in}, std::vector{out})),
          geometry(g, joinable_axes(g), call, std::vector{in}, std::vector{out}),
          arrangement(layout_of(g, geometry.key())),
          code(negation_program(arrangement, {}, {})),
          parts(2, geometry.loops(), code),
          schedule(parts.size),
          inputs{in},
          outputs{out} {
        make_schedule(geometry, code, parts, schedule.data());
    }
    void remember_in(remembered_call& memory) const {
        memory.remember(3, this, {g, arrangement, code, parts, schedule.data(), inputs, outputs, 0});
    }
};

TEST_CASE("what is remembered is found again for equal calls of the same kernel alone") {
    std::vector<float> x(6), y(6);
    const argument in = make_argument(view(x, {2, 3})), out = make_argument(view(y, {2, 3}));
    const argument wide = make_argument(slice(view(x, {1, 6}), 1, 0, 3));
    const made_launch made(in, out);
    remembered_call memory;
    CHECK_FALSE(memory.fits(3, made.inputs, made.outputs));
    made.remember_in(memory);
    REQUIRE(memory.fits(3, made.inputs, made.outputs));
    CHECK(memory.variant() == &made);
    CHECK(std::vector<std::int64_t>(memory.schedule(), memory.schedule() + made.parts.size) == made.schedule);
    CHECK(memory.fits(3, made.outputs, made.inputs));
    CHECK_FALSE(memory.fits(4, made.inputs, made.outputs));
    CHECK_FALSE(memory.fits(3, std::vector{wide}, made.outputs));
    CHECK_FALSE(memory.fits(3, made.inputs, std::vector{in}));
    CHECK_FALSE(memory.fits(3, std::vector{in, in}, made.outputs));
    CHECK_FALSE(memory.fits(3, made.inputs, std::vector{out, out}));
}

TEST_CASE("a call that is too large to be remembered is computed each time") {
    hand_made made;
    std::vector<float> x{1}, y{0};
    std::vector<argument> inputs;
    for (int i = 0; i < 40; ++i) {
        const node_id read = made.add_input("x" + std::to_string(i), {"i"});
        if (i == 0) made.add_output("y", made.apply(op::neg, {read}), {"i"});
        inputs.push_back(make_argument(as_view(x)));
    }
    kernel k(made.g, "many inputs", [](const layout&, std::span<const element>, std::string_view) {
        executable code;
        code.entry = [](void* const* data, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t) {
            *pointer<float>(data, 40) = -*pointer<const float>(data, 0);
            return std::int64_t{-1};
        };
        code.stages = {stage_of(stage_form::rows, 0b1)};
        return code;
    });
    for (const float value : {1.0f, 2.0f, 3.0f}) {
        x[0] = value;
        run(k, inputs, {make_argument(as_view(y))});
        CHECK(y[0] == -value);
    }
}

}  // namespace
}  // namespace gradus
