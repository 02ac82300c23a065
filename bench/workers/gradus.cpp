// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "gradus_task.hpp"
#include "worker.hpp"

int main(int count, char** arguments) { return gradus::bench::serve(count, arguments, gradus::bench::gradus_task); }
