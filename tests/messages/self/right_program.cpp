// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A right program: the runner must say so.
// expect: gradus:
int main() {}
