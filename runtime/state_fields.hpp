// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The numbers of a sampler's state, in the order of its text. Those that tell its origin come last.
#pragma once

#include <array>
#include <span>

#include <gradus/sampler_state.hpp>

namespace gradus {

struct state_field {
    std::string_view name;
    std::uint64_t sampler_state::*member;
};

inline constexpr std::array<state_field, 8> state_fields{{
    {"balanced_epochs", &sampler_state::balanced_epochs},
    {"natural_epochs", &sampler_state::natural_epochs},
    {"minibatches", &sampler_state::minibatches},
    {"seed", &sampler_state::seed},
    {"per_class", &sampler_state::per_class},
    {"classes", &sampler_state::classes},
    {"samples", &sampler_state::samples},
    {"labels", &sampler_state::labels},
}};
inline constexpr std::span<const state_field> origin_fields = std::span(state_fields).subspan(3);

/// Every member of a state is in the table: a new one changes the size.
static_assert(sizeof(sampler_state) == (state_fields.size() + 1) * sizeof(std::uint64_t));

}  // namespace gradus
