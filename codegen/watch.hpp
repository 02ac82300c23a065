// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GRADUS_CHECK=nan: every call looks at its outputs and throws bad_value_error where the first bad node is not an
// argument's own element.
#pragma once

#include <string>

#include <gradus/kernel.hpp>

namespace gradus {

/// The watch that the environment asks for; empty if it asks for none. Throws gradus::error for a word that
/// GRADUS_CHECK does not know.
watch_function watch_for(graph_view g, std::string name, std::string made_at);

}  // namespace gradus
