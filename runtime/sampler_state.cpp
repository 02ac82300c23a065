// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of a state is `gradus balanced_sampler 1 natural balanced_epochs=30 … check=0123456789abcdef`.
// Reading takes the numbers and then asks whether writing them gives the same text again; that covers
// the names, the spelling, the checksum and whatever follows.
#include <gradus/sampler_state.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <gradus/error.hpp>
#include <gradus/philox.hpp>

#include "state_fields.hpp"

namespace gradus {
namespace {

constexpr std::string_view kind = "gradus balanced_sampler ";
constexpr std::string_view version = "1";
constexpr std::string_view phase_names[] = {"balanced", "natural"};

std::uint64_t checksum(const sampler_state& state) {
    std::uint64_t sum = random_bits(0, static_cast<std::uint64_t>(state.phase));
    for (const state_field& field : state_fields) sum = random_bits(sum, state.*field.member);
    return sum;
}

/// What stands before the next space, which is taken off with it.
std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

std::uint64_t number_in(std::string_view word) {
    std::uint64_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

}  // namespace

std::string to_text(const sampler_state& state) {
    std::string text = fmt::format("{}{} {}", kind, version, phase_names[state.phase == sampling::natural ? 1 : 0]);
    for (const state_field& field : state_fields) text += fmt::format(" {}={}", field.name, state.*field.member);
    return text + fmt::format(" check={:016x}", checksum(state));
}

sampler_state read_sampler_state(std::string_view text) {
    if (!text.starts_with(kind))
        throw error(
            fmt::format("argument \"text\" is no state of a balanced_sampler: it must begin with \"{}\"", kind));
    std::string_view rest = text.substr(kind.size());
    if (const std::string_view given = take_word(rest); given != version)
        throw error(
            fmt::format("argument \"text\" has version \"{}\", but this library reads version {}", given, version));
    sampler_state state;
    state.phase = take_word(rest) == phase_names[1] ? sampling::natural : sampling::balanced;
    for (const state_field& field : state_fields) {
        const std::string_view word = take_word(rest);
        state.*field.member = number_in(word.substr(std::min(word.size(), field.name.size() + 1)));
    }
    if (to_text(state) != text)
        throw error(
            "argument \"text\" is damaged: its numbers disagree with its checksum, or something was cut or added");
    return state;
}

}  // namespace gradus
