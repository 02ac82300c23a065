// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels whose bits are compared: every function of the catalogue with the gradient of every tensor, its mean,
// and the words that the catalogue does not hold, each in float32 and float64; some in float16 and bfloat16. Graphs, so
// that what runs and compares them is no template.
#pragma once

#include <string>
#include <vector>

#include <gradus/expression.hpp>

namespace gradus::testing {

struct tested_kernel {
    std::string name;  ///< letters, digits and underscores: also the symbol in the object
    graph body;
};
using kernel_list = std::vector<tested_kernel>;

void add_activations(kernel_list& list);
void add_losses(kernel_list& list);       ///< one value for each row
void add_mean_losses(kernel_list& list);  ///< one value for all rows
void add_words(kernel_list& list);
void add_storage(kernel_list& list);      ///< float16 and bfloat16

/// All of them.
const kernel_list& tested_kernels();

/// The one of that name; an unknown name throws std::out_of_range.
const tested_kernel& kernel_named(const std::string& name);

/// What stands behind a name for an element type.
template <class T>
std::string with_type(std::string_view name) {
    return std::string(name) + "_" + std::string(name_of(declared_element<T>()));
}

}  // namespace gradus::testing
