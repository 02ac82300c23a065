// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "shared.hpp"

float elsewhere(const std::vector<float>& data);
float elsewhere(const std::vector<float>& data) { return jit<total>()(x = data); }
