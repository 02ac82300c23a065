// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels compiled ahead of time are those of jit, bit for bit, for every call with row-major arguments; what they were
// not compiled for is said.
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gradus/device_array.hpp>

#include "emulator/emulated_device.hpp"
#include "formulas_kernels.hpp"
#include "shared_kernels.hpp"
#include "support/catch.hpp"
#include "support/message_of.hpp"
#include "target.hpp"

using namespace gradus;
using gradus::testing::message_of;

gradus::array<float, 1> sums_of_rows(gradus::tensor_view<const float, 2> rows);

namespace {

template <class T>
bool same_bits(const T& p, const T& q) {
    return std::memcmp(&p, &q, sizeof(T)) == 0;
}
template <class T, int Rank>
bool same_bits(const array<T, Rank>& p, const array<T, Rank>& q) {
    const auto bytes = static_cast<std::size_t>(p.size()) * sizeof(T);
    return p.size() == q.size() && (bytes == 0 || std::memcmp(p.data(), q.data(), bytes) == 0);
}
template <class... T>
bool same_bits(const std::tuple<T...>& p, const std::tuple<T...>& q) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (same_bits(std::get<I>(p), std::get<I>(q)) && ...);
    }
    (std::index_sequence_for<T...>{});
}

/// Numbers between -4 and 4 that follow no pattern of rows.
template <class T>
std::vector<T> numbers(std::int64_t count) {
    std::vector<T> made;
    std::uint64_t state = 1;
    for (std::int64_t i = 0; i < count; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        made.push_back(static_cast<T>(static_cast<float>(state >> 40) * 0x1p-21F - 4));
    }
    return made;
}

constexpr std::array<std::int64_t, 8> sizes{0, 1, 2, 3, 17, 64, 131, 1000};

/// Calls visit(rows, columns) for matrices without, with one and with more elements along each axis.
template <class Visit>
void for_each_shape(Visit visit) {
    for (const std::int64_t rows : sizes)
        for (const std::int64_t columns : sizes) visit(rows, columns);
}
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The table of formulas::step, to be changed.
ahead_kernel step_table() { return gradus_tests_ahead_formulas_formulas_step; }
constexpr auto& step_graph = program<formulas::loss, formulas::dx>::view;

/// Code that notes for which target it was called.
std::size_t last_target = 0;
template <std::size_t I>
std::int64_t note(void* const*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t) {
    last_target = I;
    return -1;
}
constexpr std::array<kernel_function, 3> notes{note<0>, note<1>, note<2>};  // for each processor of targets()

}  // namespace

TEST_CASE("results are those of jit, bit for bit, for matrices of every shape") {
    using namespace formulas;
    using namespace formulas::more;
    for_each_shape([](std::int64_t rows, std::int64_t columns) {
        CAPTURE(rows, columns);
        const std::vector<float> X = numbers<float>(rows * columns);
        const std::vector<float16> H = numbers<float16>(rows * columns);
        const std::vector<double> A = numbers<double>(columns);
        const auto matrix = view(X, {rows, columns});
        CHECK(same_bits(pointwise()(x = matrix), jit<y, dy>()(x = matrix)));
        CHECK(same_bits(reduction()(x = matrix), jit<total>()(x = matrix)));
        CHECK(same_bits(wide()(x = matrix, a = A), jit<columns_of_sums, da>()(x = matrix, a = A)));
        const auto half = view(H, {rows, columns});
        CHECK(same_bits(storage()(h = half, beta = 2.0), jit<halves>()(h = half, beta = 2.0)));
        CHECK(same_bits(dropped()(x = matrix, noise = 7), jit<kept>()(x = matrix, noise = 7)));
    });
}

TEST_CASE("a cross-entropy with its gradient is that of jit, for each type of labels that was asked for") {
    using namespace formulas;
    const auto check = [](const auto& T, std::int64_t rows, std::int64_t columns) {
        const std::vector<float> X = numbers<float>(rows * columns);
        const auto matrix = view(X, {rows, columns});
        CHECK(same_bits(step()(x = matrix, t = T), jit<loss, dx>()(x = matrix, t = T)));
    };
    for_each_shape([&](std::int64_t rows, std::int64_t columns) {
        if (columns == 0) return;  // no label could be right
        CAPTURE(rows, columns);
        std::vector<std::int64_t> wide(static_cast<std::size_t>(rows));
        for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<std::int64_t>(i) * 7 % columns;
        std::vector<std::uint8_t> narrow;
        for (const std::int64_t label : wide) narrow.push_back(static_cast<std::uint8_t>(label % 256 % columns));
        check(wide, rows, columns);
        check(narrow, rows, columns);
    });
}

TEST_CASE("large work is divided among threads as by jit") {
    using namespace formulas;
    const std::vector<float> X = numbers<float>(1000 * 1000);
    const auto matrix = view(X, {1000, 1000});
    CHECK(same_bits(pointwise()(x = matrix), jit<y, dy>()(x = matrix)));
    CHECK(same_bits(reduction()(x = matrix), jit<total>()(x = matrix)));
}

TEST_CASE("a kernel has as many axes for \"...\" as were asked for") {
    using namespace formulas;
    const std::vector<float> X = numbers<float>(2 * 3 * 5);
    const auto block = view(X, {2, 3, 5});
    const auto matrix = view(X, {5, 6});
    CHECK(same_bits(anything()(any = block, beta = 3.0), jit<scaled_any>()(any = block, beta = 3.0)));
    CHECK(anything()(any = 2.0F, beta = 3.0) == 6.0F);
    const std::string message = message_of([&] { static_cast<void>(anything()(any = matrix, beta = 3.0)); });
    CHECK(
        message ==
        "gradus: kernel formulas::anything was not compiled ahead of time for such a call: \"...\" stands for 2 axes, "
        "but the code is for 0, 3; add 2 to RANKS of gradus_add_kernels");
}

TEST_CASE("rows of a wider matrix are taken where padded layouts were asked for") {
    const std::vector<float> X(5 * 8, 0.0F);
    const auto inner = view(X.data(), {5, 6}, {8, 1}), every_second = view(X.data(), {5, 3}, {8, 2});
    CHECK(row_sums()(shared_x = inner)(4) == 6.0F);
    CHECK(sums_of_rows(inner)(0) == 6.0F);
    const std::string dense = message_of([&] { formulas::reduction()(formulas::x = inner); });
    CHECK(
        dense ==
        "gradus: kernel formulas::reduction was not compiled ahead of time for such a call: the arguments are not "
        "row-major without gaps; LAYOUTS padded of gradus_add_kernels takes rows of wider matrices, jit every layout");
    const std::string padded = message_of([&] { row_sums()(shared_x = every_second); });
    CHECK(
        padded ==
        "gradus: kernel row_sums was not compiled ahead of time for such a call: the arguments are not row-major with "
        "gaps alike in all; jit takes every layout");
}

TEST_CASE("a type of labels that was not asked for is named") {
    using namespace formulas;
    const std::vector<float> X(4);
    const std::vector<short> T{0, 1};
    const std::string message = message_of([&] { step()(x = view(X, {2, 2}), t = T); });
    CHECK(
        message ==
        "gradus: kernel formulas::step was not compiled ahead of time for such a call: argument \"t\" holds int16, but "
        "the code is for labels of int64, uint8; add int16 to LABELS of gradus_add_kernels");
}

TEST_CASE("calls are checked as those of jit") {
    using namespace formulas;
    const std::vector<float> X{0, 0, 0, 200};
    CHECK(contains(message_of([&] {
                       step()(x = view(X, {2, 2}), t = std::vector<std::int64_t>{0, 2});
                   }),
                   "argument \"t\" is 2 at batch = 1"));
    CHECK(contains(message_of([&] { more::dropped()(x = view(X, {2, 2}), noise = 1); }), "x < 100 is required"));
}

TEST_CASE("the function returns what jit returns, and knows where it was called") {
    using namespace formulas;
    STATIC_REQUIRE(std::is_same_v<decltype(step()), decltype(jit<loss, dx>())>);
    CHECK(step().code().name() == jit<loss, dx>().code().name());
    CHECK(step().explain().text() == jit<loss, dx>().explain().text());
    const std::vector<float> X{0, INFINITY};
    const auto bad = reduction().first_bad(x = view(X, {1, 2}));
    REQUIRE(bad);
    CHECK(contains(bad->str(), "ahead.test.cpp"));
}

TEST_CASE("code of another build is refused, as is code of another formula") {
    ahead_kernel stale = step_table();
    stale.fingerprint = "0123";
    CHECK(contains(message_of([&] { kernel_ahead(stale, step_graph(), "step", {}); }),
                   "kernel formulas::step was compiled ahead of time by another build of gradus"));
    const ahead_kernel table = step_table();
    CHECK(contains(message_of([&] { kernel_ahead(table, program<formulas::total>::view(), "step", {}); }),
                   "kernel formulas::step was compiled ahead of time from another formula than the program's; "
                   "formulas.hpp has to mean the same in both"));
}

TEST_CASE("the best CPU of those compiled for is chosen, or that of GRADUS_TARGET") {
    const char* const wanted = std::getenv("GRADUS_TARGET");
    const std::vector<float> X(4);
    const std::vector<std::int64_t> T(2);
    std::vector<ahead_variant> variants;
    for (std::size_t i = targets().size(); i-- > 0;) {  // the preferred ones last
        const target& machine = targets()[i];
        if (machine.kind != target_kind::vector) continue;
        for (ahead_variant v : step_table().variants) {
            v.entry = notes[i];
            if (v.cpu == machine.name) variants.push_back(v);
        }
        if (!machine.runs_here || (wanted != nullptr && machine.name != wanted)) continue;
        CAPTURE(machine.name);
        ahead_kernel table = step_table();
        table.variants = variants;
        const jit_function<decltype(formulas::loss), decltype(formulas::dx)> call(
            kernel_ahead(table, step_graph(), "step", {}));
        last_target = targets().size();
        static_cast<void>(call(formulas::x = view(X, {2, 2}), formulas::t = T));
        CHECK(last_target == i);
    }
}

TEST_CASE("tensors on a device are an error that names jit") {
    gradus::testing::emulated_device gpu(1);
    const std::vector<float> data(6, 1);
    const auto there = to_device(gpu, view(data, {2, 3}));
    CHECK(message_of([&] { formulas::reduction()(formulas::x = there); }) ==
          "gradus: kernel formulas::reduction was compiled ahead of time for processors, not for emulator: jit takes "
          "tensors on a device");
}

TEST_CASE("a processor that is none of the CPUs compiled for is an error") {
    const char* const wanted = std::getenv("GRADUS_TARGET");
    const ahead_variant variant{"another", step_table().variants.front().record, notes[0]};
    ahead_kernel foreign = step_table();
    foreign.variants = {&variant, 1};
    foreign.cpus = "another";
    const std::string message = message_of([&] { kernel_ahead(foreign, step_graph(), "step", {}); });
    if (wanted == nullptr)
        CHECK(contains(message,
                       "kernel formulas::step was compiled ahead of time for another, but this processor runs "
                       "code for "));
    else
        CHECK(message == "gradus: GRADUS_TARGET is \"" + std::string(wanted) +
                             "\", but kernel formulas::step was compiled ahead of time for another");
}
