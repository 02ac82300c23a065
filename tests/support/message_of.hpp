// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <gradus/error.hpp>

namespace gradus::testing {

/// What the gradus::error that a call throws says, "no error" if it throws nothing.
std::string message_of(const auto& call) {
    try {
        call();
    } catch (const error& e) {
        return e.what();
    }
    return "no error";
}

}  // namespace gradus::testing
