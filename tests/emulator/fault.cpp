// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/fault.hpp"

#include <fmt/format.h>

namespace gradus::testing {

emulation_fault::emulation_fault(const std::string& kernel, const fault& f)
    : std::logic_error(fmt::format("emulator: kernel {}, block {}, thread {}, site {}: {}", kernel, f.block,
                                   f.at.thread, f.at.site, f.what)),
      fault_(f) {}

}  // namespace gradus::testing
