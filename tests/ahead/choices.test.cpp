// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of gradus_add_kernels: their defaults, and what is said of words that they do not know.
#include "ahead_choices.hpp"

#include <gradus/dsl.hpp>
#include <gradus/error.hpp>

#include "support/catch.hpp"

using namespace gradus;

namespace {

constexpr auto x = tensor<"x[batch, class]">;
constexpr auto t = labels<"t[batch]">;
constexpr auto u = labels<"u[batch]">;
constexpr auto noise = uniform<"noise[batch]">;

using words = std::vector<std::string>;

/// What is said of an option's words.
std::string message_of(words ahead_options::*option, words given) {
    ahead_options options;
    options.*option = std::move(given);
    try {
        static_cast<void>(choices_of(options));
    } catch (const gradus::error& problem) {
        return problem.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("by default kernels are compiled for every CPU of the architecture, the best first") {
    const ahead_choices choices = choices_of({});
    std::vector<const target*> expected;
    for (const target& machine : targets())
        if (machine.kind == target_kind::vector && machine.triple == host_target().triple) expected.push_back(&machine);
    CHECK(choices.cpus == expected);
    CHECK(choices.layouts_text() == "dense");
    CHECK(choices.labels_text() == "int32, int64");
    CHECK(choices.ranks_text() == "1");
}

TEST_CASE("options are taken once each, CPUs in the order of preference") {
    std::vector<std::string> names;
    for (const target* const machine : choices_of({}).cpus) names.insert(names.begin(), machine->name);
    names.push_back(names.front());
    ahead_options options;
    options.cpus = names;
    options.layouts = {"padded"};
    options.labels = {"uint8", "int64", "uint8"};
    options.ranks = {"3", "0"};
    const ahead_choices choices = choices_of(options);
    CHECK(choices.cpus == choices_of({}).cpus);
    CHECK(choices.layouts_text() == "dense, padded");
    CHECK(choices.labels_text() == "uint8, int64");
    CHECK(choices.ranks_text() == "3, 0");
}

TEST_CASE("a word that an option does not know is named with those that it knows") {
    CHECK(message_of(&ahead_options::cpus, {"486"}) ==
          "gradus: CPUS has \"486\", but one of " + choices_of({}).cpus_text() + " was expected");
    CHECK(message_of(&ahead_options::layouts, {"sparse"}) ==
          "gradus: LAYOUTS has \"sparse\", but dense or padded was expected");
    CHECK(message_of(&ahead_options::labels, {"float32"}) ==
          "gradus: LABELS has \"float32\", but int8 to int64 or uint8 to uint64 was expected");
    CHECK(message_of(&ahead_options::ranks, {"-1"}) ==
          "gradus: RANKS has \"-1\", but a number of axes from 0 to 16 was expected");
    CHECK(message_of(&ahead_options::ranks, {"2x"}) ==
          "gradus: RANKS has \"2x\", but a number of axes from 0 to 16 was expected");
}

TEST_CASE("code of a CPU of another architecture is refused, as it cannot be linked") {
    for (const target& machine : targets())
        if (machine.triple != host_target().triple)
            CHECK(message_of(&ahead_options::cpus, {machine.name})
                      .starts_with("gradus: CPUS has \"" + machine.name + "\", but"));
}

TEST_CASE("labels have each type in every combination, other inputs their own") {
    const graph g = lower(sum(at(x, over<"class">, t) * at(x, over<"class">, u) * noise));
    const auto types = input_types_of(g, choices_of({}));
    CHECK(types.size() == 4);
    for (const std::vector<element>& one : types) {
        REQUIRE(one.size() == 4);
        for (std::size_t i = 0; i < one.size(); ++i) {
            const role use = g.inputs[i].use;
            if (use == role::tensor) CHECK(one[i] == element::float32);
            if (use == role::seed) CHECK(one[i] == element::uint64);
            if (use == role::labels) CHECK((one[i] == element::int32 || one[i] == element::int64));
        }
    }
}
