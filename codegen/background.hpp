// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Work on threads of its own: as many as the processor runs at once, started when there is work and kept until the
// process ends. They are not oneTBB's, since those stand in for each other's waiting: a thread that waits for a future
// takes no part, and with two processors there is one of them.
//
// Work that has begun is waited for at the end of the process, as libraries that it uses are taken down then; work that
// has not is dropped, and its futures hold std::future_error. fork waits until all work is done: a child has no other
// threads, but may count on what it was promised.
#pragma once

#include <functional>
#include <future>

namespace gradus {

/// Runs the work soon. What it throws is thrown by the future's get(). The future may be dropped.
std::future<void> in_background(std::function<void()> work);

}  // namespace gradus
