// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "background.hpp"

#include <pthread.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace gradus {
namespace {

using task = std::packaged_task<void()>;

class workers {
public:
    static workers& of_process() {
        static workers all;
        return all;
    }

    /// Runs it here if there are no threads to be had, or no more.
    void take(task work) {
        std::unique_lock lock(guard_);
        if (!ended_ && waiting_.size() >= idle_ && threads_.size() < most_) start_thread();
        if (ended_ || threads_.empty()) {
            lock.unlock();
            return work();
        }
        waiting_.push_back(std::move(work));
        lock.unlock();
        changed_.notify_all();
    }

    /// Drops what waits, ends the threads. Again: nothing.
    void end() {
        std::unique_lock lock(guard_);
        ended_ = true;
        const std::deque<task> dropped = std::exchange(waiting_, {});
        const std::vector<::pthread_t> threads = std::exchange(threads_, {});
        lock.unlock();
        changed_.notify_all();
        for (const ::pthread_t thread : threads) ::pthread_join(thread, nullptr);
    }

private:
    workers() { ::pthread_atfork(before_fork, after_fork, after_fork_in_child); }
    ~workers() { end(); }

    void start_thread() {
        ::pthread_t made;
        const auto run = [](void* all) -> void* {
            static_cast<workers*>(all)->work();
            return nullptr;
        };
        if (::pthread_create(&made, nullptr, run, this) == 0) threads_.push_back(made);
    }

    void work() {
        std::unique_lock lock(guard_);
        while (true) {
            ++idle_;
            changed_.notify_all();
            changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
            --idle_;
            if (ended_) return;
            task next = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            next();
            next = {};
            std::call_once(first_work_, [] { std::atexit(end_all); });
            lock.lock();
        }
    }

    /// For an exit that another thread than main asks for: what the first work made with static storage goes later.
    static void end_all() { of_process().end(); }

    static void before_fork() {
        workers& all = of_process();
        std::unique_lock lock(all.guard_);
        all.changed_.wait(lock,
                          [&] { return all.ended_ || (all.waiting_.empty() && all.idle_ == all.threads_.size()); });
        lock.release();
    }
    static void after_fork() { of_process().guard_.unlock(); }
    /// The threads are not here, but the condition variable counts them as waiting for ever: it is made anew.
    static void after_fork_in_child() {
        workers& all = of_process();
        all.threads_.clear();
        all.idle_ = 0;
        new (&all.changed_) std::condition_variable;
        after_fork();
    }

    const std::size_t most_ = std::max(1u, std::thread::hardware_concurrency());
    std::mutex guard_;
    std::condition_variable changed_;
    std::deque<task> waiting_;
    std::vector<::pthread_t> threads_;
    std::size_t idle_ = 0;
    std::once_flag first_work_;
    bool ended_ = false;
};

/// Ends the workers with the main thread, whose objects go before those with static storage. Work that has begun may
/// depend on the latter: LLVM makes its own when it is loaded and when they are first needed, which is after `workers`
/// is made, so that they would be gone before it.
struct end_with_main_thread {
    ~end_with_main_thread() {
        if (::gettid() == ::getpid()) workers::of_process().end();
    }
};
bool guard_this_thread() {
    thread_local const end_with_main_thread guard;
    return true;
}
/// Before main, or when a shared object that holds this code is opened.
[[maybe_unused]] const bool is_guarded = guard_this_thread();

}  // namespace

std::future<void> in_background(std::function<void()> work) {
    workers& all = workers::of_process();
    guard_this_thread();
    task next(std::move(work));
    std::future<void> done = next.get_future();
    all.take(std::move(next));
    return done;
}

}  // namespace gradus
