// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cmath>

#include <gradus/layers.hpp>
using namespace gradus;

int main() {
    adaptive_log_softmax_with_loss<float> layer({.in_features = 4, .n_classes = 6, .cutoffs = {2}});
    const array<float, 1> x({4});  // zeros: three equal scores in the head, four in the cluster
    const auto p = layer.log_prob(layer.make_weights(1), x);
    const float expected = -std::log(12.0F);
    return std::abs(p(5) - expected) < 1e-6F ? 0 : 1;
}
