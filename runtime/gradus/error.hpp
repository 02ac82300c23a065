// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two kinds of failure: what the caller can put right, and what only we can.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gradus {

/// A mistake in a call. The message names the argument, says what was expected and what came, and
/// gives the remedy. Give it without the prefix: error("argument \"x\" …") reads `gradus: argument "x" …`.
class error : public std::runtime_error {
public:
    explicit error(std::string_view message) : std::runtime_error("gradus: " + std::string(message)) {}
};

/// A defect of the library, never of the caller's data. Reads `gradus: internal error: …, please report`.
class internal_error : public std::logic_error {
public:
    explicit internal_error(std::string_view message)
        : std::logic_error("gradus: internal error: " + std::string(message) + ", please report") {}
};

}  // namespace gradus
