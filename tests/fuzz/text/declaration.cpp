// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libFuzzer on the text of declarations, "x[batch, class]": never a crash, and what is well-formed says the same when
// it is written out and read again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gradus/axes.hpp>

namespace {

std::string written(const gradus::declaration& d) {
    std::string text(d.name);
    if (!d.bracketed) return text;
    text += '[';
    for (std::size_t i = 0; i < static_cast<std::size_t>(d.rank); ++i) {
        if (i > 0) text += ", ";
        text += d.axes[i];
    }
    return text + ']';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const gradus::declaration d = gradus::parse_declaration(text);
    if (d.fault != gradus::declaration_fault::none) return 0;
    const std::string once = written(d);
    const gradus::declaration again = gradus::parse_declaration(once);
    if (again.fault != gradus::declaration_fault::none || written(again) != once || again.rank != d.rank) std::abort();
    return 0;
}
