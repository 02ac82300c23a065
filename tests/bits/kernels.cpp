// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bits/kernels.hpp"

#include <algorithm>
#include <stdexcept>

namespace gradus::testing {

const kernel_list& tested_kernels() {
    static const kernel_list all = [] {
        kernel_list list;
        add_activations(list);
        add_losses(list);
        add_mean_losses(list);
        add_words(list);
        add_storage(list);
        return list;
    }();
    return all;
}

const tested_kernel& kernel_named(const std::string& name) {
    const kernel_list& all = tested_kernels();
    const auto found = std::find_if(all.begin(), all.end(), [&](const tested_kernel& k) { return k.name == name; });
    if (found == all.end()) throw std::out_of_range("no kernel is called " + name);
    return *found;
}

}  // namespace gradus::testing
