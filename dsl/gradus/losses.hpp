// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The catalogue of losses. Each gives one value for each element or row (PyTorch's reduction "none");
// mean(...), sum(...), sum_and_weight(...) and batchmean(...) reduce them (weighted.hpp). Each comment
// gives formula · axes · parameters and defaults · errors · kinks · source and PyTorch name.
#pragma once

#include <gradus/losses_classification.hpp>
#include <gradus/losses_distribution.hpp>
#include <gradus/losses_margin.hpp>
#include <gradus/losses_regression.hpp>
