// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CUDA driver, opened when it is first needed: no header and no library of CUDA when gradus is built. Types,
// numbers and signatures are those of NVIDIA's "CUDA Driver API" reference; a function's name carries the version that
// CUDA 11.8 and later headers mean by the plain one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gradus::cuda {

using result = int;             ///< CUresult; 0 is success
using device_number = int;      ///< CUdevice
using address = std::uint64_t;  ///< CUdeviceptr, on machines of 64 bits
using context = struct context_object*;
using stream_handle = struct stream_object*;
using event_handle = struct event_object*;
using module_handle = struct module_object*;
using function_handle = struct function_object*;
using graph_handle = struct graph_object*;
using executable_graph = struct executable_graph_object*;

inline constexpr result success = 0;
inline constexpr result out_of_memory = 2;

inline constexpr int attribute_multiprocessors = 16;
inline constexpr int attribute_compute_major = 75;
inline constexpr int attribute_compute_minor = 76;
inline constexpr int pointer_attribute_device_ordinal = 9;
inline constexpr unsigned stream_non_blocking = 1;
inline constexpr unsigned event_default = 0;
inline constexpr int capture_relaxed = 2;
inline constexpr int jit_error_log = 5;
inline constexpr int jit_error_log_bytes = 6;

/// The functions that are used, each a row: name, (parameters); all return a result.
// clang-format off
#define GRADUS_CUDA_FUNCTIONS(row)                                                                                     \
    row(cuInit, (unsigned flags))                                                                                      \
    row(cuDriverGetVersion, (int* version))                                                                            \
    row(cuGetErrorName, (result error, const char** text))                                                             \
    row(cuGetErrorString, (result error, const char** text))                                                           \
    row(cuDeviceGetCount, (int* count))                                                                                \
    row(cuDeviceGet, (device_number* device, int ordinal))                                                             \
    row(cuDeviceGetName, (char* name, int size, device_number device))                                                 \
    row(cuDeviceGetAttribute, (int* value, int attribute, device_number device))                                       \
    row(cuDevicePrimaryCtxRetain, (context* made, device_number device))                                               \
    row(cuCtxPushCurrent_v2, (context made))                                                                           \
    row(cuCtxPopCurrent_v2, (context* popped))                                                                         \
    row(cuCtxSynchronize, ())                                                                                          \
    row(cuMemAlloc_v2, (address* memory, std::size_t bytes))                                                           \
    row(cuMemFree_v2, (address memory))                                                                                \
    row(cuMemcpyHtoDAsync_v2, (address to, const void* from, std::size_t bytes, stream_handle stream))                 \
    row(cuMemcpyDtoHAsync_v2, (void* to, address from, std::size_t bytes, stream_handle stream))                       \
    row(cuMemcpyDtoDAsync_v2, (address to, address from, std::size_t bytes, stream_handle stream))                     \
    row(cuMemsetD8Async, (address to, unsigned char value, std::size_t count, stream_handle stream))                   \
    row(cuMemsetD16Async, (address to, unsigned short value, std::size_t count, stream_handle stream))                 \
    row(cuMemsetD32Async, (address to, unsigned value, std::size_t count, stream_handle stream))                       \
    row(cuPointerGetAttribute, (void* value, int attribute, address pointer))                                          \
    row(cuModuleLoadDataEx, (module_handle* made, const void* image, unsigned options, int* names, void** values))     \
    row(cuModuleUnload, (module_handle loaded))                                                                        \
    row(cuModuleGetFunction, (function_handle* found, module_handle loaded, const char* name))                         \
    row(cuLaunchKernel, (function_handle function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,\
                         unsigned block_y, unsigned block_z, unsigned shared_bytes, stream_handle stream,              \
                         void** parameters, void** extra))                                                             \
    row(cuStreamCreate, (stream_handle* made, unsigned flags))                                                         \
    row(cuStreamDestroy_v2, (stream_handle stream))                                                                    \
    row(cuStreamSynchronize, (stream_handle stream))                                                                   \
    row(cuStreamWaitEvent, (stream_handle stream, event_handle event, unsigned flags))                                 \
    row(cuStreamBeginCapture_v2, (stream_handle stream, int mode))                                                     \
    row(cuStreamEndCapture, (stream_handle stream, graph_handle* made))                                                \
    row(cuGraphInstantiateWithFlags, (executable_graph* made, graph_handle graph, std::uint64_t flags))                \
    row(cuGraphLaunch, (executable_graph graph, stream_handle stream))                                                 \
    row(cuGraphExecDestroy, (executable_graph graph))                                                                  \
    row(cuGraphDestroy, (graph_handle graph))                                                                          \
    row(cuEventCreate, (event_handle* made, unsigned flags))                                                           \
    row(cuEventDestroy_v2, (event_handle event))                                                                       \
    row(cuEventRecord, (event_handle event, stream_handle stream))                                                     \
    row(cuEventSynchronize, (event_handle event))                                                                      \
    row(cuEventElapsedTime, (float* milliseconds, event_handle from, event_handle to))
// clang-format on

struct driver {
#define GRADUS_CUDA_MEMBER(name, parameters) result(*name) parameters = nullptr;
    GRADUS_CUDA_FUNCTIONS(GRADUS_CUDA_MEMBER)
#undef GRADUS_CUDA_MEMBER

    /// Throws gradus::error unless `code` is success: "copying to NVIDIA H100: out of memory (CUDA_ERROR_…)".
    void require(result code, std::string_view what, std::string_view where) const;
    /// "out of memory (CUDA_ERROR_OUT_OF_MEMORY)"
    std::string text_of(result code) const;
};

/// A driver that is ready, or what was looked for and is missing.
struct opened_driver {
    std::shared_ptr<const driver> functions;
    std::string missing;
};
/// `library`: a file name as for dlopen. The library stays open.
opened_driver open_driver(const std::string& library);

/// libcuda.so.1, or what GRADUS_CUDA_DRIVER names.
std::string driver_library();

}  // namespace gradus::cuda
