// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The benchmark's worker gives the right answers, so that nobody times a wrong one, and says what it lacks.
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <sstream>

#include <sys/mman.h>

#include "gradus_task.hpp"
#include "steps.hpp"
#include "support/catch.hpp"

namespace {
using namespace gradus::bench;

/// The answers of our worker to these lines.
std::vector<std::string> answers(const arena& memory, const std::string& lines, int threads = 1) {
    std::istringstream in(lines);
    std::ostringstream out;
    serve(in, out, memory, threads, "Gradus of this build", gradus_task);
    std::istringstream text(out.str());
    std::vector<std::string> found;
    for (std::string line; std::getline(text, line);) found.push_back(line);
    return found;
}
std::string last_answer(const arena& memory, const std::string& lines) { return answers(memory, lines).back(); }

/// x after the problem's inputs were written, which the results are computed of.
std::vector<double> inputs(const arena& memory, slot s, std::size_t count) {
    return {memory.at(s), memory.at(s) + count};
}

constexpr std::int64_t slot_bytes = 1 << 16;

}  // namespace

TEST_CASE("a forward problem leaves f(x) in its slot") {
    const arena memory(slot_bytes);
    CHECK(answers(memory, "about\nprepare forward tanh out_of_place 100\ninputs\noutput") ==
          std::vector<std::string>{"Gradus of this build", "ready", "ready", "0"});
    const auto x = inputs(memory, slot::x, 100);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(memory.at(slot::y)[i] == Approx(std::tanh(x[i])).epsilon(1e-6));
}

TEST_CASE("a problem in place gives the results of the one beside, and leaves its inputs alone") {
    const arena memory(slot_bytes);
    const auto in = [&](const std::string& place) {
        answers(memory, "prepare forward_backward silu " + place + " 77\ninputs\noutput\noutput");
        auto results = inputs(memory, slot::y, 77);
        const auto gradient = inputs(memory, slot::gradient, 77);
        results.insert(results.end(), gradient.begin(), gradient.end());
        return results;
    };
    const auto beside = in("out_of_place");
    CHECK(in("in_place") == beside);
    const auto x = inputs(memory, slot::x, 77), g = inputs(memory, slot::second, 77);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double sigmoid = 1 / (1 + std::exp(-x[i]));
        CHECK(beside[i] == Approx(x[i] * sigmoid).epsilon(1e-5));
        CHECK(beside[77 + i] == Approx(g[i] * sigmoid * (1 + x[i] * (1 - sigmoid))).epsilon(1e-5).margin(1e-6));
    }
}

TEST_CASE("the loss of a problem is its mean, the gradient that of the mean") {
    const arena memory(slot_bytes);
    const double value = std::stod(last_answer(memory, "prepare loss mse in_place 50\ninputs\noutput"));
    const auto x = inputs(memory, slot::x, 50), t = inputs(memory, slot::second, 50);
    double sum = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        sum += (x[i] - t[i]) * (x[i] - t[i]);
        CHECK(memory.at(slot::gradient)[i] == Approx(2 * (x[i] - t[i]) / 50).epsilon(1e-5).margin(1e-9));
    }
    CHECK(value == Approx(sum / 50).epsilon(1e-6));
}

TEST_CASE("a cross-entropy of planes is that of rows whose classes lie apart") {
    const arena memory(slot_bytes);
    const double planes =
        std::stod(last_answer(memory, "prepare label_loss cross_entropy out_of_place 2 3 2 2\ninputs\noutput"));
    double sum = 0;
    for (std::int64_t batch = 0; batch < 2; ++batch)
        for (std::int64_t pixel = 0; pixel < 4; ++pixel) {
            const float* const x = memory.at(slot::x) + batch * 12 + pixel;
            const std::int64_t label = memory.labels()[batch * 4 + pixel];
            REQUIRE((label >= 0 && label < 3));
            double total = 0;
            for (int c = 0; c < 3; ++c) total += std::exp(static_cast<double>(x[4 * c]));
            sum += std::log(total) - static_cast<double>(x[4 * label]);
        }
    CHECK(planes == Approx(sum / 8).epsilon(1e-6));
}

TEST_CASE("a sample takes time") {
    const arena memory(slot_bytes);
    for (const int threads : {1, 2}) {
        const std::string line =
            answers(memory, "prepare forward exp out_of_place 4096\ninputs\nsample 200", threads).back();
        std::istringstream numbers(line);
        double seconds = 0, processor_seconds = 0;
        REQUIRE(numbers >> seconds >> processor_seconds);
        CHECK(seconds > 0);
        CHECK(processor_seconds > 0);
    }
}

#if defined(__x86_64__) && defined(__linux__)
TEST_CASE("every instruction that a call runs in generated code is counted, and no other") {
    constexpr std::array<unsigned char, 13> code{0xB9, 5,    0,   0, 0,  // mov $5, %ecx
                                                 0xFF, 0xC9,             // dec %ecx
                                                 0x75, 0xFC,             // jne to the dec
                                                 0xC3,                   // ret
                                                 0x90, 0x90, 0xC3};
    void* const memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto* const start = static_cast<unsigned char*>(memory) + 64;
    std::copy(code.begin(), code.end(), start);
    REQUIRE(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0);
    const steps ran = steps_of([&] { reinterpret_cast<void (*)()>(start)(); });
    CHECK(ran.count == std::map<std::size_t, std::int64_t>{{0, 1}, {5, 5}, {7, 5}, {9, 1}});
    REQUIRE(ran.code.size() >= code.size());
    CHECK(std::equal(code.begin(), code.end(), ran.code.begin()));
    munmap(memory, 4096);
    CHECK_THROWS_WITH(steps_of([] {}), "no generated code ran on this thread");
}

TEST_CASE("a worker tells the instructions of a call on one thread") {
    const arena memory(slot_bytes);
    const std::string lines = "prepare forward exp out_of_place 320\ninputs\ninstructions";
    std::istringstream words(last_answer(memory, lines));
    std::string code, pair;
    words >> code;
    CHECK(code.size() > 100);
    std::int64_t most = 0;
    while (words >> pair) most = std::max(most, std::int64_t{std::stoll(pair.substr(pair.find(':') + 1))});
    CHECK(most >= 320 / 32);  // the turns of a loop of 32 elements or fewer
    CHECK(most <= 320);
    std::ostringstream two_threads;
    std::istringstream in(lines);
    serve(in, two_threads, memory, 2, "", gradus_task);
    CHECK(two_threads.str() == "ready\nready\nabsent instructions are counted on one thread\n");
}
#endif

TEST_CASE("a difference from the reference is found, and NaN is infinitely far") {
    const arena memory(slot_bytes);
    const std::string prepared = "prepare forward exp out_of_place 64\ninputs\noutput\n";
    CHECK(last_answer(memory, prepared + "keep\ndifference") == "0");
    float* const reference = memory.at(slot::y_reference);
    float largest = 0;
    for (int i = 0; i < 64; ++i) largest = std::max(largest, reference[i]);
    reference[3] -= 0.5F * largest;
    const double found = std::stod(last_answer(memory, prepared + "difference"));
    CHECK(found > 0.3);
    CHECK(found < 0.6);
    reference[3] = std::nanf("");
    CHECK(last_answer(memory, prepared + "difference") == "inf");
}

TEST_CASE("what a worker lacks or does not understand it says, and goes on") {
    const arena memory(slot_bytes);
    CHECK(answers(memory,
                  "sample 1\nprepare forward nonsense out_of_place 4\nprepare forward exp beside 4\n"
                  "prepare forward exp out_of_place 0\nprepare forward exp out_of_place 16385\n"
                  "prepare label_loss cross_entropy in_place 4\nprepare forward exp out_of_place 4\nsample\ninputs") ==
          std::vector<std::string>{"absent prepare a problem first", "absent no forward of nonsense",
                                   "absent problem: in_place or out_of_place expected, not beside",
                                   "absent problem: positive extents expected", "absent problem: larger than a slot",
                                   "absent problem: a loss of labels has 2 or 4 extents", "ready",
                                   "absent sample COUNT expected", "ready"});
}
