// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "record.hpp"

#include <gradus/error.hpp>
#include <gradus/gradus.hpp>

#include "object.hpp"
#include "support/catch.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[i]">;

executable some_program() {
    executable program;
    program.stages = {{stage_form::blocks, 0, 1, 0, 64, -1, -1, {3, 1, true, row_way::by_units}, 2, 370},
                      {stage_form::combine, 0, 0, -1, 4096, -1, -1, {}, 1, 1}};
    program.temporaries = {{3, -1, 4, 2}, {0, 0, 8, 1}};
    program.in_place = {{1, 0}};
    return program;
}

compiled compiled_square() {
    const graph g = lower(sum(exp(x)));
    return compile(g, row_major(g), std::vector{element::float32}, host_target(), "square", false);
}

}  // namespace

TEST_CASE("a record reads back as it was written") {
    const std::string bytes = to_bytes({"key", some_program(), "symbol", "object"});
    const auto read = read_record(bytes);
    REQUIRE(read);
    CHECK(read->key == "key");
    CHECK(read->symbol == "symbol");
    CHECK(read->object == "object");
    REQUIRE(read->program.stages.size() == 2);
    const stage_shape& s = read->program.stages[0];
    CHECK((s.form == stage_form::blocks && s.inner == 1 && s.lane == 0 && s.chunk == 64 && s.requirement == -1));
    CHECK(s.across == -1);
    CHECK((s.units.swept == 3 && s.units.run == 1 && s.units.lanes_along_run && s.lanes == 2));
    CHECK(s.units.way == row_way::by_units);
    CHECK(s.cost == 370);
    REQUIRE(read->program.temporaries.size() == 2);
    const temporary& t = read->program.temporaries[0];
    CHECK((t.axes == 3 && t.blocks_of == -1 && t.element_size == 4 && t.per_item == 2));
    CHECK(read->program.in_place == std::vector<in_place_pair>{{1, 0}});
}

TEST_CASE("a record for a device tells the shared memory of each stage") {
    executable program = some_program();
    CHECK(read_record(to_bytes({"key", program, "symbol", "text"}))->program.gpu == nullptr);
    program.gpu = std::make_shared<const gpu_code>(gpu_code{"", "", {0, 2048}});
    const std::string bytes = to_bytes({"key", program, "symbol", "text"});
    const auto read = read_record(bytes);
    REQUIRE(read);
    REQUIRE(read->program.gpu);
    CHECK(read->program.gpu->shared_bytes == std::vector<int>{0, 2048});
    CHECK(read->object == "text");
    const graph g = lower(sum(x * x));
    executable one;
    one.stages = {stage_shape{}};
    one.gpu = std::make_shared<const gpu_code>(gpu_code{"", "", {0}});
    CHECK(fits(one, g, row_major(g)));
    one.gpu = program.gpu;
    CHECK_FALSE(fits(one, g, row_major(g)));
}

TEST_CASE("no record with one flipped bit, and none that ends early, is read") {
    const std::string bytes = to_bytes({"key", some_program(), "symbol", "object"});
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        CHECK_FALSE(read_record(flipped));
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read_record(bytes.substr(0, size)));
    CHECK_FALSE(read_record(bytes + '\0'));
}

TEST_CASE("numbers out of their range are no record, though the checksum is right") {
    const auto refused = [](const auto& change) {
        executable program = some_program();
        change(program);
        return !read_record(to_bytes({"key", program, "symbol", "object"}));
    };
    CHECK(refused([](executable& p) { p.stages[0].form = static_cast<stage_form>(6); }));
    CHECK(refused([](executable& p) { p.stages[0].lane = 32; }));
    CHECK(refused([](executable& p) { p.stages[0].lane = -2; }));
    CHECK(refused([](executable& p) { p.stages[0].across = 32; }));
    CHECK(refused([](executable& p) { p.stages[0].chunk = 0; }));
    CHECK(refused([](executable& p) { p.stages[0].units.way = static_cast<row_way>(3); }));
    CHECK(refused([](executable& p) { p.stages[0].lanes = 0; }));
    CHECK(refused([](executable& p) { p.stages[0].cost = 0; }));
    CHECK(refused([](executable& p) { p.temporaries[0].blocks_of = 2; }));
    CHECK(refused([](executable& p) { p.temporaries[0].element_size = 0; }));
    CHECK(refused([](executable& p) { p.in_place[0].input = -1; }));
}

TEST_CASE("the key tells apart what the code depends on, and names the kernel and the target") {
    const graph g = lower(sum(x * x)), other = lower(sum(x * 2 * x));
    const layout flat = row_major(g);
    layout strided = flat;
    strided.unit.at(0) = -1;
    layout aligned = flat;
    aligned.aligned = true;
    const target& machine = *find_target("avx2");
    target richer = machine;
    richer.features = "+avx512f";
    const std::vector types{element::float32}, wide{element::float64};
    const std::string key = kernel_key(g, flat, types, machine, "name");
    CHECK(key == kernel_key(g, flat, types, machine, "name"));
    CHECK(key != kernel_key(other, flat, types, machine, "name"));
    CHECK(key != kernel_key(g, strided, types, machine, "name"));
    CHECK(key != kernel_key(g, aligned, types, machine, "name"));
    CHECK(key != kernel_key(g, flat, wide, machine, "name"));
    CHECK(key != kernel_key(g, flat, types, *find_target("avx512"), "name"));
    CHECK(key != kernel_key(g, flat, types, richer, "name"));
    CHECK(key != kernel_key(g, flat, types, machine, "another"));
    CHECK(names_in(key)->kernel == "name");
    CHECK(names_in(key)->target == "avx2");
    CHECK_FALSE(names_in("short"));
    CHECK(file_name_of(key).size() == 39);
}

TEST_CASE("an object with any byte changed is loaded or refused, and never a crash") {
    const compiled made = compiled_square();
    void* entry = nullptr;
    CHECK(load(made.object, made.symbol, &entry) != nullptr);
    CHECK(entry != nullptr);
    for (std::size_t at = 0; at < made.object.size(); ++at)
        for (const int change : {0x01, 0x80, 0xFF}) {
            std::vector<char> changed = made.object;
            changed[at] = static_cast<char>(changed[at] ^ change);
            try {
                load(changed, made.symbol, &entry);
            } catch (const internal_error&) {
            }
        }
    for (std::size_t size = 0; size < made.object.size(); ++size)
        CHECK_THROWS_AS(load(std::span(made.object).first(size), made.symbol, &entry), internal_error);
}

TEST_CASE("an object for another processor is refused") {
    const graph g = lower(sum(exp(x)));
    for (const target& machine : targets()) {
        if (machine.kind == target_kind::emulator) continue;  // whose functions are for the emulator to find
        const compiled made = compile(g, row_major(g), std::vector{element::float32}, machine, "square", false);
        void* entry = nullptr;
        const bool same = machine.triple == host_target().triple;
        if (same)
            CHECK(load(made.object, made.symbol, &entry) != nullptr);
        else
            CHECK_THROWS_AS(load(made.object, made.symbol, &entry), internal_error);
    }
}
