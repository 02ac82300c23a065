// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function on a stack of its own that can stop in mid-way and go on later.
//
// This stands on the contexts below boost::context::fiber, since a fiber that is given up is unwound there by an
// exception; generated code has no tables for that. Here a fiber that is begun anew forgets what it was doing.
#pragma once

#include <cstddef>

#include <boost/context/detail/fcontext.hpp>

namespace gradus::testing {

class fiber {
public:
    fiber();
    ~fiber();
    fiber(const fiber&) = delete;
    fiber& operator=(const fiber&) = delete;

    /// The next resume() calls work(data).
    void begin(void (*work)(void*), void* data);
    /// From outside: runs it until it stops or its work returns. Not to be called after that.
    void resume();
    /// From within: goes back to the caller of resume().
    void stop();
    /// Whether the work has returned.
    bool ended() const { return ended_; }

private:
    static void enter(boost::context::detail::transfer_t from);

    std::byte* memory_;  ///< a page that nothing may touch, then the stack
    boost::context::detail::fcontext_t inside_ = nullptr;
    boost::context::detail::fcontext_t outside_ = nullptr;
    void (*work_)(void*) = nullptr;
    void* data_ = nullptr;
    bool ended_ = true;

    // For AddressSanitizer, which is told of every change of stacks.
    void* fake_inside_ = nullptr;
    void* fake_outside_ = nullptr;
    const void* outer_stack_ = nullptr;
    std::size_t outer_size_ = 0;
};

}  // namespace gradus::testing
