// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// pending_checks: what the checks of calls on one stream have found, until the host looks.
//
// It holds pairs {row, value} in the device's memory (gpu_code.hpp), all -1. A call takes the next pairs; unless its
// data violate a requirement they stay as they are, so that nothing has to be written or read for it. When the pairs
// are used up, or when the host waits anyway, all that were taken are copied to the host, and the first one with a row
// is the error; then they are free again. Pairs of a recorded sequence of calls stay theirs, as it may run again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gradus/check.hpp>

namespace gradus {

class device;
struct checked_code;

/// Any number of threads may use it at once.
class pending_checks {
public:
    /// The device outlives it, and makes it where its current stream is that of the calls.
    explicit pending_checks(device& place) : place_(place) {}
    ~pending_checks();
    pending_checks(const pending_checks&) = delete;
    pending_checks& operator=(const pending_checks&) = delete;

    /// Pairs for one call. While it lives, nobody looks at them: it lives until all stages are queued.
    struct taken {
        std::unique_lock<std::mutex> lock;
        std::int64_t* pairs;
    };
    /// One pair for each check of the code. Throws gradus::error if a recorded sequence has more than there is room
    /// for.
    taken take(std::shared_ptr<const checked_code> code, const bound_call& call);

    /// From now on pairs stay with their calls, which are recorded. Called before the recording starts.
    void keep();
    /// Looks also at the pairs of a recorded sequence that has been launched on this stream.
    void include(std::shared_ptr<pending_checks> recorded);

    /// Once the stream has been waited for: throws gradus::error for the first call that violated a requirement.
    void raise();

private:
    struct entry {
        std::shared_ptr<const checked_code> code;
        bound_call call;
        std::size_t first;  ///< of its pairs
    };
    void look();
    void look_at_own(std::string& first_error);
    std::string message_of(const entry& e, const std::int64_t* pairs) const;
    void allocate();

    device& place_;
    std::mutex guard_;
    std::int64_t* pairs_ = nullptr;  ///< in the device's memory
    std::size_t used_ = 0;
    std::vector<entry> entries_;
    bool kept_ = false;
    std::vector<std::shared_ptr<pending_checks>> recorded_;
    std::string error_;  ///< the first that has been seen and not thrown
};

}  // namespace gradus
