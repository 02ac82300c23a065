// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For what looks at tensors on the host, wherever they live.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <gradus/tensor.hpp>

namespace gradus {

/// The given tensors, those on a device as copies in the host's memory, strides kept. Waits for the devices.
class host_copies {
public:
    explicit host_copies(std::span<const argument> tensors);
    std::span<const argument> arguments() const { return arguments_; }

private:
    std::vector<argument> arguments_;
    std::vector<std::unique_ptr<std::byte[]>> memory_;
};

}  // namespace gradus
