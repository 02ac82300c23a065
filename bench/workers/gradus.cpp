// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "gradus_task.hpp"
#include "worker.hpp"

int main(int count, char** arguments) {
    using namespace gradus::bench;
    return serve(count, arguments, std::string("kernels by LLVM, the rest by ") + compiler, gradus_task);
}
