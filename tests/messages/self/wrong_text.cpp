// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A wrong program whose message does not hold the text: the runner must say so.
// expect: a text that no compiler prints
int main() { return nothing; }
