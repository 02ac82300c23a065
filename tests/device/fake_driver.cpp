// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "device/fake_driver.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

namespace {

constexpr int success = 0, invalid_value = 1, out_of_memory = 2, no_device = 100, invalid_ptx = 218,
              invalid_handle = 400, not_found = 500, not_ready = 600, capture_unsupported = 900;

std::mutex guard;
fake::driver the_driver;

/// Counts a call; what it is told to return.
int called(const char* function) {
    ++the_driver.calls[function];
    const auto found = the_driver.failing.find(function);
    return found == the_driver.failing.end() ? success : found->second;
}

using work = std::function<void()>;

struct stream {
    std::vector<work> queue;  ///< all that was ever queued
    std::size_t finished = 0;
    bool captures = false;
    std::vector<work> captured;
};
struct event {
    stream* on = nullptr;
    std::size_t point = 0;  ///< works of the stream before it
};
struct graph {
    std::vector<work> works;
};
struct module_of_kernels {
    std::map<std::string, std::pair<std::size_t, std::size_t>> parameters;
};
struct function {
    const void* code;
    std::string name;
    std::size_t pointers, numbers;
};

std::set<stream*> streams;
std::set<const void*> modules;
std::map<std::uint64_t, std::size_t> memory;
std::vector<std::unique_ptr<function>> functions;

stream* default_stream() {
    static auto* const made = [] {
        auto* const s = new stream;
        streams.insert(s);
        return s;
    }();
    return made;
}
stream* stream_of(void* handle) {
    // The numbers are CUDA's names of its default streams.
    const auto number = reinterpret_cast<std::uintptr_t>(handle);
    return number <= 2 ? default_stream() : static_cast<stream*>(handle);
}

void finish(stream& s, std::size_t until) {
    while (s.finished < until) s.queue[s.finished++]();
}
void finish_all() {
    for (stream* const s : streams) finish(*s, s->queue.size());
}
int queue(void* handle, work w) {
    stream& s = *stream_of(handle);
    if (streams.count(&s) == 0) return invalid_handle;
    (s.captures ? s.captured : s.queue).push_back(std::move(w));
    return success;
}
void* pointer(std::uint64_t address) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address)); }

template <class T>
int set(std::uint64_t to, T value, std::size_t count, void* on) {
    return queue(on, [=] { std::fill_n(static_cast<T*>(pointer(to)), count, value); });
}

}  // namespace

/// One call at a time; the kernels that run in one make no calls.
#define CALLED(name)                            \
    const std::lock_guard one_at_a_time(guard); \
    if (const int code = called(#name); code != success) return code

extern "C" {

fake::driver* fake_driver() { return &the_driver; }

int cuInit(unsigned) {
    CALLED(cuInit);
    return success;
}
int cuDriverGetVersion(int* version) {
    CALLED(cuDriverGetVersion);
    *version = the_driver.version;
    return success;
}
int cuGetErrorName(int error, const char** text) {
    *text = error == out_of_memory ? "CUDA_ERROR_OUT_OF_MEMORY"
            : error == no_device   ? "CUDA_ERROR_NO_DEVICE"
            : error == invalid_ptx ? "CUDA_ERROR_INVALID_PTX"
            : error == not_found   ? "CUDA_ERROR_NOT_FOUND"
                                   : nullptr;
    return *text == nullptr ? invalid_value : success;
}
int cuGetErrorString(int error, const char** text) {
    *text = error == out_of_memory ? "out of memory"
            : error == no_device   ? "no CUDA-capable device is detected"
            : error == invalid_ptx ? "a PTX JIT compilation failed"
                                   : "named symbol not found";
    return success;
}
int cuDeviceGetCount(int* count) {
    CALLED(cuDeviceGetCount);
    *count = static_cast<int>(the_driver.devices.size());
    return success;
}
int cuDeviceGet(int* device, int ordinal) {
    CALLED(cuDeviceGet);
    *device = 10 + ordinal;  // no number that is taken for another by mistake
    return success;
}
int cuDeviceGetName(char* name, int size, int device) {
    CALLED(cuDeviceGetName);
    std::strncpy(name, the_driver.devices.at(static_cast<std::size_t>(device - 10)).name.c_str(),
                 static_cast<std::size_t>(size));
    return success;
}
int cuDeviceGetAttribute(int* value, int attribute, int device) {
    CALLED(cuDeviceGetAttribute);
    const fake::device_facts& facts = the_driver.devices.at(static_cast<std::size_t>(device - 10));
    if (attribute == 16) *value = facts.multiprocessors;
    if (attribute == 75) *value = facts.major;
    if (attribute == 76) *value = facts.minor;
    return success;
}
int cuDevicePrimaryCtxRetain(void** made, int device) {
    CALLED(cuDevicePrimaryCtxRetain);
    *made = pointer(static_cast<std::uint64_t>(device));
    return success;
}
int cuCtxPushCurrent_v2(void*) {
    CALLED(cuCtxPushCurrent_v2);
    ++the_driver.contexts;
    return success;
}
int cuCtxPopCurrent_v2(void**) {
    CALLED(cuCtxPopCurrent_v2);
    --the_driver.contexts;
    return success;
}
int cuCtxSynchronize() {
    CALLED(cuCtxSynchronize);
    finish_all();
    return success;
}

int cuMemAlloc_v2(std::uint64_t* made, std::size_t bytes) {
    CALLED(cuMemAlloc_v2);
    if (the_driver.used + bytes > the_driver.memory) return out_of_memory;
    void* const block = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(block, 0xa5, bytes);
    *made = reinterpret_cast<std::uintptr_t>(block);
    memory[*made] = bytes;
    the_driver.used += bytes;
    return success;
}
int cuMemFree_v2(std::uint64_t block) {
    CALLED(cuMemFree_v2);
    finish_all();
    if (memory.count(block) == 0) return invalid_value;
    the_driver.used -= memory[block];
    memory.erase(block);
    std::free(pointer(block));
    return success;
}
int cuPointerGetAttribute(void* value, int attribute, std::uint64_t address) {
    CALLED(cuPointerGetAttribute);
    auto after = memory.upper_bound(address);
    if (attribute != 9 || after == memory.begin() || address >= (--after)->first + after->second) return invalid_value;
    *static_cast<int*>(value) = 0;
    return success;
}
int cuMemcpyHtoDAsync_v2(std::uint64_t to, const void* from, std::size_t bytes, void* on) {
    CALLED(cuMemcpyHtoDAsync_v2);
    return queue(on, [=] { std::memcpy(pointer(to), from, bytes); });
}
int cuMemcpyDtoHAsync_v2(void* to, std::uint64_t from, std::size_t bytes, void* on) {
    CALLED(cuMemcpyDtoHAsync_v2);
    return queue(on, [=] { std::memcpy(to, pointer(from), bytes); });
}
int cuMemcpyDtoDAsync_v2(std::uint64_t to, std::uint64_t from, std::size_t bytes, void* on) {
    CALLED(cuMemcpyDtoDAsync_v2);
    return queue(on, [=] { std::memcpy(pointer(to), pointer(from), bytes); });
}
int cuMemsetD8Async(std::uint64_t to, unsigned char value, std::size_t count, void* on) {
    CALLED(cuMemsetD8Async);
    return set(to, value, count, on);
}
int cuMemsetD16Async(std::uint64_t to, unsigned short value, std::size_t count, void* on) {
    CALLED(cuMemsetD16Async);
    return set(to, value, count, on);
}
int cuMemsetD32Async(std::uint64_t to, unsigned value, std::size_t count, void* on) {
    CALLED(cuMemsetD32Async);
    return set(to, value, count, on);
}

int cuModuleLoadDataEx(void** made, const void* image, unsigned options, int* names, void** values) {
    CALLED(cuModuleLoadDataEx);
    if (!the_driver.log.empty()) {
        char* buffer = nullptr;
        std::size_t size = 0;
        for (unsigned i = 0; i < options; ++i) {
            if (names[i] == 5) buffer = static_cast<char*>(values[i]);
            if (names[i] == 6) size = reinterpret_cast<std::uintptr_t>(values[i]);
        }
        std::strncpy(buffer, the_driver.log.c_str(), size);
        return invalid_ptx;
    }
    auto* const loaded = new module_of_kernels;
    std::istringstream text(static_cast<const char*>(image));
    for (std::string name; text >> name;) {
        auto& [pointers, numbers] = loaded->parameters[name];
        text >> pointers >> numbers;
    }
    modules.insert(loaded);
    the_driver.modules = static_cast<int>(modules.size());
    *made = loaded;
    return success;
}
int cuModuleUnload(void* loaded) {
    CALLED(cuModuleUnload);
    modules.erase(loaded);
    the_driver.modules = static_cast<int>(modules.size());
    delete static_cast<module_of_kernels*>(loaded);
    return success;
}
int cuModuleGetFunction(void** found, void* loaded, const char* name) {
    CALLED(cuModuleGetFunction);
    const auto& parameters = static_cast<module_of_kernels*>(loaded)->parameters;
    const auto kernel = parameters.find(name);
    if (kernel == parameters.end()) return not_found;
    functions.push_back(
        std::make_unique<function>(function{loaded, name, kernel->second.first, kernel->second.second}));
    *found = functions.back().get();
    return success;
}
int cuLaunchKernel(void* kernel, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
                   unsigned block_z, unsigned shared, void* on, void** parameters, void** extra) {
    CALLED(cuLaunchKernel);
    if (grid_y != 1 || grid_z != 1 || block_y != 1 || block_z != 1 || shared != 0 || extra != nullptr)
        return invalid_value;
    const function& f = *static_cast<function*>(kernel);
    fake::launch l;
    l.kernel = f.name;
    l.blocks = grid_x;
    l.threads = block_x;
    auto* const data = static_cast<void**>(parameters[0]);
    auto* const shape = static_cast<std::int64_t*>(parameters[1]);
    l.data.assign(data, data + f.pointers);
    l.shape.assign(shape, shape + f.numbers);
    l.status = *static_cast<std::int64_t**>(parameters[2]);
    l.items = *static_cast<std::int64_t*>(parameters[3]);
    l.teams = *static_cast<std::int32_t*>(parameters[4]);
    l.stream = on;
    the_driver.launches.push_back(l);
    return queue(on, [l, code = f.code] {
        if (modules.count(code) == 0) return the_driver.done.push_back("a kernel that is unloaded");
        the_driver.done.push_back(l.kernel);
        const auto found = the_driver.kernels.find(l.kernel);
        if (found != the_driver.kernels.end()) found->second(l);
    });
}

int cuStreamCreate(void** made, unsigned flags) {
    CALLED(cuStreamCreate);
    if (flags != 1) return invalid_value;
    auto* const s = new stream;
    streams.insert(s);
    *made = s;
    return success;
}
int cuStreamDestroy_v2(void* handle) {
    CALLED(cuStreamDestroy_v2);
    stream* const s = stream_of(handle);
    finish(*s, s->queue.size());
    streams.erase(s);
    delete s;
    return success;
}
int cuStreamSynchronize(void* handle) {
    CALLED(cuStreamSynchronize);
    stream& s = *stream_of(handle);
    if (s.captures) return capture_unsupported;
    finish(s, s.queue.size());
    return success;
}
int cuStreamWaitEvent(void* handle, void* what, unsigned) {
    CALLED(cuStreamWaitEvent);
    const event e = *static_cast<event*>(what);
    return queue(handle, [e] {
        if (e.on != nullptr) finish(*e.on, e.point);
    });
}
int cuStreamBeginCapture_v2(void* handle, int mode) {
    CALLED(cuStreamBeginCapture_v2);
    if (mode != 2) return invalid_value;
    stream_of(handle)->captures = true;
    return success;
}
int cuStreamEndCapture(void* handle, void** made) {
    CALLED(cuStreamEndCapture);
    stream& s = *stream_of(handle);
    s.captures = false;
    *made = new graph{std::exchange(s.captured, {})};
    return success;
}
int cuGraphInstantiateWithFlags(void** made, void* from, std::uint64_t) {
    CALLED(cuGraphInstantiateWithFlags);
    *made = new graph(*static_cast<graph*>(from));
    return success;
}
int cuGraphLaunch(void* sequence, void* on) {
    CALLED(cuGraphLaunch);
    for (const work& w : static_cast<graph*>(sequence)->works) queue(on, w);
    return success;
}
int cuGraphExecDestroy(void* sequence) {
    CALLED(cuGraphExecDestroy);
    delete static_cast<graph*>(sequence);
    return success;
}
int cuGraphDestroy(void* from) {
    CALLED(cuGraphDestroy);
    delete static_cast<graph*>(from);
    return success;
}
int cuEventCreate(void** made, unsigned) {
    CALLED(cuEventCreate);
    *made = new event;
    return success;
}
int cuEventDestroy_v2(void* what) {
    CALLED(cuEventDestroy_v2);
    delete static_cast<event*>(what);
    return success;
}
int cuEventRecord(void* what, void* handle) {
    CALLED(cuEventRecord);
    stream* const s = stream_of(handle);
    *static_cast<event*>(what) = {s, s->queue.size()};
    return success;
}
int cuEventSynchronize(void* what) {
    CALLED(cuEventSynchronize);
    const event& e = *static_cast<event*>(what);
    if (e.on != nullptr) finish(*e.on, e.point);
    return success;
}
/// A work takes a millisecond.
int cuEventElapsedTime(float* milliseconds, void* from, void* to) {
    CALLED(cuEventElapsedTime);
    const event& a = *static_cast<event*>(from);
    const event& b = *static_cast<event*>(to);
    if (a.on == nullptr || b.on == nullptr || a.on->finished < a.point || b.on->finished < b.point) return not_ready;
    *milliseconds = static_cast<float>(b.point) - static_cast<float>(a.point);
    return success;
}

}  // extern "C"
