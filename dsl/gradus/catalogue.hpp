// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The catalogue as tables: activations and losses.
#pragma once

#include <gradus/catalogue_activations.hpp>
#include <gradus/catalogue_losses.hpp>
