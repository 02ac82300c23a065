// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A recorded sequence has a stream of its own, on which nothing else runs: the memory that its calls take is the
// sequence's while it lives, and so are the pairs of its checks.
#include <utility>

#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "cuda_device.hpp"

namespace gradus {
namespace cuda {

struct recording {
    explicit recording(device& at) : place(cuda_object(at)), stream(place.new_stream(true)) {}
    ~recording() {
        try {
            const in_context current(place.cuda(), place.made());
            if (sequence != nullptr) place.cuda().cuGraphExecDestroy(sequence);
        } catch (const error&) {  // the driver has ended with the process
        }
    }
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

    /// Between these two calls the stream's work is recorded.
    void begin() {
        const in_context current(place.cuda(), place.made());
        place.require(place.cuda().cuStreamBeginCapture_v2(stream->handle, capture_relaxed), "recording on");
        stream->records = true;
    }
    /// `keep`: the record is wanted, and nothing has failed.
    void end(bool keep) {
        const in_context current(place.cuda(), place.made());
        stream->records = false;
        graph_handle graph = nullptr;
        const result ended = place.cuda().cuStreamEndCapture(stream->handle, &graph);
        result made = success;
        if (ended == success && keep) made = place.cuda().cuGraphInstantiateWithFlags(&sequence, graph, 0);
        if (graph != nullptr) place.cuda().cuGraphDestroy(graph);
        if (!keep) return;
        place.require(ended, "recording on");
        place.require(made, "preparing a recorded sequence for");
    }

    cuda_device_object& place;
    std::shared_ptr<stream_state> stream;
    executable_graph sequence = nullptr;
};

}  // namespace cuda

cuda_graph::cuda_graph(device& place, const std::function<void()>& calls)
    : state_(std::make_shared<cuda::recording>(place)) {
    const stream_scope on{cuda_stream(state_->stream)};
    state_->stream->checks->keep();
    state_->begin();
    try {
        calls();
    } catch (...) {
        state_->end(false);
        throw;
    }
    state_->end(true);
}

void cuda_graph::launch() const {
    cuda::cuda_device_object& place = state_->place;
    const std::shared_ptr<cuda::stream_state> stream = cuda::stream_state::current(place);
    if (stream->records) throw error("a cuda_graph cannot be recorded in another: record its calls");
    const cuda::in_context current(place.cuda(), place.made());
    place.require(place.cuda().cuGraphLaunch(state_->sequence, stream->handle), "launching a recorded sequence on");
    stream->checks->include(state_->stream->checks);
}

}  // namespace gradus
