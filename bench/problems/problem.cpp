// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "problem.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <istream>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace gradus::bench {
namespace {

constexpr std::array<std::string_view, 6> kinds{"forward", "forward_derivative", "forward_backward",
                                                "loss",    "label_loss",         "bandwidth"};

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("problem: " + what); }

/// A well mixed word for each index (splitmix64, Steele, Lea and Flood 2014).
std::uint64_t mixed(std::uint64_t index) {
    std::uint64_t z = (index + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}
/// In (0, 1), in steps of 2^-24.
float uniform(std::uint64_t word) { return (static_cast<float>(word >> 41) + 0.5F) * 0x1p-23F; }
/// The sum of four uniform numbers, shifted and scaled to mean 0 and variance 1; |value| < 3.47.
float bell(std::uint64_t word) {
    float sum = 0;
    for (int part = 0; part < 4; ++part) sum += static_cast<float>(word >> (16 * part) & 0xFFFF);
    return (sum * 0x1p-16F - 2) * 1.7320508F;
}
/// Between the values of bell, so that no two numbers tie where PyTorch's versions differ.
float bell_between(std::uint64_t word) { return bell(word) + 0x1p-17F * 1.7320508F; }
float sign(std::uint64_t word) { return (word & 1) == 0 ? -1.0F : 1.0F; }
float positive(std::uint64_t word) { return 0.25F + 4 * uniform(word); }

using draw = float (*)(std::uint64_t word);
/// What the inputs of a loss are, where they are not bell-shaped.
struct loss_inputs {
    std::string_view name;
    draw x, second, third;
};
constexpr std::array<loss_inputs, 9> inputs_of_losses{{{"bce", uniform, uniform, bell},
                                                       {"bce_with_logits", bell, uniform, bell},
                                                       {"sigmoid_focal", bell, uniform, bell},
                                                       {"kl_div", bell, uniform, bell},
                                                       {"poisson_nll", bell, positive, bell},
                                                       {"gaussian_nll", bell, bell, positive},
                                                       {"hinge_embedding", bell, sign, bell},
                                                       {"soft_margin", bell, sign, bell},
                                                       {"margin_ranking", bell, bell_between, sign}}};
loss_inputs inputs_of(const problem& what) {
    const auto* found = std::find_if(inputs_of_losses.begin(), inputs_of_losses.end(),
                                     [&](const loss_inputs& row) { return row.name == what.name; });
    return found == inputs_of_losses.end() ? loss_inputs{what.name, bell, bell, bell} : *found;
}

void write(float* to, std::int64_t count, draw value, std::uint64_t stream) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = value(mixed((stream << 56) + static_cast<std::uint64_t>(i)));
}

}  // namespace

std::int64_t problem::size() const {
    return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}
std::int64_t rows(const problem& what) { return what.size() / what.extents.at(1); }

problem read_problem(std::istream& words) {
    problem what;
    std::string place;
    if (!(words >> what.kind >> what.name >> place)) refuse("KIND NAME PLACE EXTENT… expected");
    if (std::find(kinds.begin(), kinds.end(), what.kind) == kinds.end()) refuse("unknown kind " + what.kind);
    if (place != "in_place" && place != "out_of_place") refuse("in_place or out_of_place expected, not " + place);
    what.in_place = place == "in_place";
    for (std::int64_t extent = 0; words >> extent;) what.extents.push_back(extent);
    if (!words.eof()) refuse("an extent is no number");
    if (what.extents.empty() || *std::min_element(what.extents.begin(), what.extents.end()) < 1)
        refuse("positive extents expected");
    if (what.kind == "label_loss" && what.extents.size() != 2 && what.extents.size() != 4)
        refuse("a loss of labels has 2 or 4 extents");
    return what;
}

arena::arena(const std::string& file, std::int64_t slot_bytes) : slot_bytes_(slot_bytes) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file);
    map(descriptor);
    close(descriptor);
}
arena::arena(std::int64_t slot_bytes) : slot_bytes_(slot_bytes) { map(-1); }
arena::~arena() { munmap(memory_, static_cast<std::size_t>(slot_bytes_ * slot_count)); }

void arena::map(int descriptor) {
    const int flags = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void* const memory =
        mmap(nullptr, static_cast<std::size_t>(slot_bytes_ * slot_count), PROT_READ | PROT_WRITE, flags, descriptor, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    memory_ = static_cast<std::byte*>(memory);
}

void write_inputs(const problem& what, const arena& memory) {
    const loss_inputs draws = inputs_of(what);
    write(memory.at(slot::x), what.size(), draws.x, 1);
    if (what.kind == "label_loss") {
        const auto classes = static_cast<std::uint64_t>(what.extents.at(1));
        for (std::int64_t row = 0; row < rows(what); ++row)
            memory.labels()[row] = static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(row)) % classes);
        return;
    }
    write(memory.at(slot::second), what.size(), draws.second, 2);
    write(memory.at(slot::third), what.size(), draws.third, 3);
}

place place_of(const problem& what) {
    if (!what.in_place) return {slot::x, slot::second, slot::y, slot::gradient};
    if (what.kind == "forward_backward") return {slot::x_work, slot::second_work, slot::x_work, slot::second_work};
    return {slot::x_work, slot::second, slot::x_work, slot::x_work};
}

task make_task(const problem& what, const arena& memory, std::function<double(std::int64_t)> run) {
    const std::int64_t count = what.size();
    if (count * static_cast<std::int64_t>(sizeof(float)) > memory.slot_bytes()) refuse("larger than a slot");
    if (what.kind == "label_loss" && rows(what) * static_cast<std::int64_t>(sizeof(std::int64_t)) > memory.slot_bytes())
        refuse("more labels than a slot holds");
    task made{std::move(run), {}, {}};
    const place p = place_of(what);
    if (what.in_place) {
        made.fresh.push_back({slot::x, slot::x_work, count});
        if (what.kind == "forward_backward") made.fresh.push_back({slot::second, slot::second_work, count});
    }
    if (what.kind.starts_with("forward")) made.results.push_back({p.y, slot::y, count});
    if (what.kind != "forward") made.results.push_back({p.gradient, slot::gradient, count});
    return made;
}

}  // namespace gradus::bench
