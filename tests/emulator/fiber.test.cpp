// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/fiber.hpp"

#include <stdexcept>
#include <string>

#include "support/catch.hpp"

using namespace gradus::testing;

namespace {

struct story {
    fiber strand;
    std::string* text;
    char letter;
};

void tell(void* one) {
    auto& s = *static_cast<story*>(one);
    for (const char digit : {'1', '2', '3'}) {
        *s.text += s.letter;
        *s.text += digit;
        s.strand.stop();
    }
}

void throw_deep(int depth) {
    volatile char room[200];
    room[0] = static_cast<char>(depth);
    if (depth == 0) throw std::runtime_error("at the bottom");
    throw_deep(depth - 1);
    room[1] = room[0];  // no tail call
}
int use_much(int depth) {
    volatile int room[50];
    for (int i = 0; i < 50; ++i) room[i] = i;
    return room[depth % 50] + (depth == 0 ? 0 : use_much(depth - 1));
}

void catch_something(void* one) {
    auto& s = *static_cast<story*>(one);
    try {
        throw_deep(20);
    } catch (const std::runtime_error& e) {
        *s.text = e.what();
    }
    s.strand.stop();
    *s.text += std::to_string(use_much(20));
}

}  // namespace

TEST_CASE("fibers stop and go on where they stopped, each on its own stack") {
    std::string text;
    story a{{}, &text, 'a'}, b{{}, &text, 'b'};
    a.strand.begin(&tell, &a);
    b.strand.begin(&tell, &b);
    a.strand.resume();
    b.strand.resume();
    b.strand.resume();
    a.strand.resume();
    a.strand.resume();
    CHECK_FALSE(a.strand.ended());
    a.strand.resume();
    CHECK(text == "a1b1b2a2a3");
    CHECK(a.strand.ended());
    CHECK_FALSE(b.strand.ended());
}

TEST_CASE("a fiber that is begun anew forgets what it was doing") {
    std::string text;
    story a{{}, &text, 'a'};
    for (int times = 0; times < 1000; ++times) {
        text.clear();
        a.strand.begin(&tell, &a);
        a.strand.resume();
        a.strand.resume();
        CHECK(text == "a1a2");
    }
}

TEST_CASE("what is thrown on a fiber is caught there") {
    std::string text;
    story a{{}, &text, 'a'};
    a.strand.begin(&catch_something, &a);
    a.strand.resume();
    CHECK(text == "at the bottom");
    a.strand.resume();
    CHECK(text == "at the bottom210");
}
