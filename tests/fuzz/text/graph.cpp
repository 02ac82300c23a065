// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libFuzzer on the text of graphs: what is no graph is an exception and never a crash; a graph's own text reads back
// as the same graph.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gradus/read.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    gradus::graph read;
    try {
        read = gradus::read_graph(text);
    } catch (const std::logic_error&) {
        return 0;  // std::invalid_argument, or std::length_error for too many axes
    }
    const std::string once = gradus::to_text(read).str();
    const gradus::graph again = gradus::read_graph(once);
    if (gradus::to_text(again).str() != once || again.hash != read.hash) std::abort();
    return 0;
}
