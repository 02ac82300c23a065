// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pages of the documentation that the command prints from the library's tables.
#pragma once

#include <string>

namespace gradus::pages {

void print_rules(bool markdown);
void print_catalogue(bool markdown);
void print_kinks(bool markdown);
void write_gallery(const std::string& folder);

}  // namespace gradus::pages
