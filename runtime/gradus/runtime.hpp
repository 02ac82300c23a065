// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole runtime: tensors, kernels, errors and the sampler of minibatches.
#pragma once

#include <gradus/balanced_sampler.hpp>
#include <gradus/check.hpp>
#include <gradus/error.hpp>
#include <gradus/executable.hpp>
#include <gradus/kernel.hpp>
#include <gradus/layout.hpp>
#include <gradus/sampler_state.hpp>
#include <gradus/tensor.hpp>
