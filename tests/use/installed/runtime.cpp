// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/runtime.hpp>
using namespace gradus;

int main() {
    array<float, 2> a({2, 3});
    a(1, 2) = 5;
    return transpose(a.view())(2, 1) == 5.0F ? 0 : 1;
}
