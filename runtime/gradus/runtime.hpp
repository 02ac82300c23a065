// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole runtime: tensors, kernels and errors.
#pragma once

#include <gradus/check.hpp>
#include <gradus/error.hpp>
#include <gradus/executable.hpp>
#include <gradus/kernel.hpp>
#include <gradus/layout.hpp>
#include <gradus/tensor.hpp>
