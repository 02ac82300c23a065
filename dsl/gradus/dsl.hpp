// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything of gradus::dsl: expressions, derivatives, the interpreter, printing, the catalogue.
#pragma once

#include <gradus/activations.hpp>
#include <gradus/check_gradient.hpp>
#include <gradus/evaluate.hpp>
#include <gradus/facts.hpp>
#include <gradus/formula.hpp>
#include <gradus/kinks.hpp>
#include <gradus/located.hpp>
#include <gradus/losses.hpp>
