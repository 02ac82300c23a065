// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kinks: the points at which a function has no derivative, and which derivative to take there.
#pragma once

#include <gradus/lower.hpp>

namespace gradus {

class kinks {
public:
    // Policies, as in grad(f, x, kinks::left): see kink_policy.
    static constexpr at_kinks<kink_policy::torch> torch{};
    static constexpr at_kinks<kink_policy::left> left{};
    static constexpr at_kinks<kink_policy::right> right{};
    static constexpr at_kinks<kink_policy::midpoint> midpoint{};
};

}  // namespace gradus
