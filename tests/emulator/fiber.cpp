// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator/fiber.hpp"

#include <sys/mman.h>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define GRADUS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRADUS_ADDRESS_SANITIZER
#endif
#endif
#if defined(GRADUS_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace gradus::testing {
namespace {

using namespace boost::context::detail;

constexpr std::size_t guard_size = 4096;
constexpr std::size_t stack_size = 128 << 10;  ///< only touched pages take memory

// Source: sanitizer/common_interface_defs.h. A fiber that leaves for good gives no place for its fake stack, which
// frees that; one that is begun anew may have left poison on its stack.
#if defined(GRADUS_ADDRESS_SANITIZER)
void leave(void** fake, const void* to, std::size_t size) { __sanitizer_start_switch_fiber(fake, to, size); }
void arrive(void* fake, const void** from, std::size_t* size) { __sanitizer_finish_switch_fiber(fake, from, size); }
void clean(void* stack) { __asan_unpoison_memory_region(stack, stack_size); }
#else
void leave(void**, const void*, std::size_t) {}
void arrive(void*, const void**, std::size_t*) {}
void clean(void*) {}
#endif

}  // namespace

fiber::fiber() {
    void* const memory =
        ::mmap(nullptr, guard_size + stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<std::byte*>(memory);
    if (::mprotect(memory, guard_size, PROT_NONE) != 0) throw std::bad_alloc();
}

fiber::~fiber() {
    clean(memory_ + guard_size);
    ::munmap(memory_, guard_size + stack_size);
}

void fiber::begin(void (*work)(void*), void* data) {
    clean(memory_ + guard_size);
    inside_ = make_fcontext(memory_ + guard_size + stack_size, stack_size, &fiber::enter);
    work_ = work;
    data_ = data;
    ended_ = false;
}

void fiber::enter(transfer_t from) {
    auto* const self = static_cast<fiber*>(from.data);
    self->outside_ = from.fctx;
    arrive(nullptr, &self->outer_stack_, &self->outer_size_);
    self->work_(self->data_);
    self->ended_ = true;
    leave(nullptr, self->outer_stack_, self->outer_size_);
    jump_fcontext(self->outside_, nullptr);
}

void fiber::resume() {
    leave(&fake_outside_, memory_ + guard_size, stack_size);
    inside_ = jump_fcontext(inside_, this).fctx;
    arrive(fake_outside_, nullptr, nullptr);
}

void fiber::stop() {
    leave(&fake_inside_, outer_stack_, outer_size_);
    outside_ = jump_fcontext(outside_, nullptr).fctx;
    arrive(fake_inside_, &outer_stack_, &outer_size_);
}

}  // namespace gradus::testing
