// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the bytes of a relocatable object to a function that can be called, without LLVM.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace gradus {

/// Loads an ELF object for this processor (x86-64 or AArch64): code and read-only data that refer only to each
/// other, as the code generator makes them. `*entry` receives the address of the function `symbol`, which lives as
/// long as the result. Memory is never writable and executable at once. Throws `internal_error` for anything else:
/// every offset is checked, so that no bytes make it read or write outside the object.
std::shared_ptr<void> load(std::span<const char> object, std::string_view symbol, void** entry);

}  // namespace gradus
