// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "interleave.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

#include <llvm/ADT/SmallPtrSet.h>

namespace gradus {

void interleave(llvm::Instruction& first, llvm::Instruction& second) {
    llvm::BasicBlock& block = *first.getParent();
    std::deque<llvm::Instruction*> of_first, of_second;
    for (auto i = first.getIterator(); i != second.getIterator(); ++i) of_first.push_back(&*i);
    for (auto i = second.getIterator(); i != block.end(); ++i) of_second.push_back(&*i);

    llvm::SmallPtrSet<llvm::Value*, 32> waiting(of_first.begin(), of_first.end());
    const auto is_ready = [&](llvm::Instruction* i) {
        return std::ranges::none_of(i->operands(), [&](const llvm::Use& use) { return waiting.contains(use.get()); });
    };
    const auto place_next = [&](std::deque<llvm::Instruction*>& from) {
        from.front()->moveBefore(block, block.end());
        waiting.erase(from.front());
        from.pop_front();
    };
    while (!of_first.empty()) {
        place_next(of_first);
        if (!of_second.empty() && is_ready(of_second.front())) place_next(of_second);
    }
    while (!of_second.empty()) place_next(of_second);
}

}  // namespace gradus
