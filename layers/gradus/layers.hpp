// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Losses and layers made of kernels and matrix products.
#pragma once

#include <gradus/adaptive_log_softmax_with_loss.hpp>
