// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The activations: one header for each family. The table of them all is catalogue.hpp.
#pragma once

#include <gradus/activations_rectifier.hpp>
#include <gradus/activations_smooth.hpp>
#include <gradus/activations_softmax.hpp>
#include <gradus/activations_threshold.hpp>
