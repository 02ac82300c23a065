// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Code on a CUDA device: the driver assembles PTX for the very GPU when it is loaded, and keeps the result on disk.
#include <array>
#include <utility>

#include <fmt/format.h>

#include <gradus/error.hpp>

#include "cuda_device.hpp"

namespace gradus::cuda {
namespace {

constexpr std::size_t log_bytes = 8192;

/// A module that is loaded.
class cuda_code final : public loaded_gpu_code, public std::enable_shared_from_this<cuda_code> {
public:
    cuda_code(cuda_device_object& place, const gpu_code& code);
    ~cuda_code() override;

    void find(const std::string& kernel) {
        function_handle found = nullptr;
        place_.require(place_.cuda().cuModuleGetFunction(&found, module_, kernel.c_str()),
                       fmt::format("finding the kernel {} on", kernel));
        functions_.push_back(found);
    }
    function_handle stage(int number) const { return functions_.at(static_cast<std::size_t>(number)); }

private:
    cuda_device_object& place_;
    module_handle module_ = nullptr;
    std::vector<function_handle> functions_;
};

cuda_code::cuda_code(cuda_device_object& place, const gpu_code& code) : place_(place) {
    std::array<char, log_bytes> log{};
    std::array<int, 2> names{jit_error_log, jit_error_log_bytes};
    std::array<void*, 2> values{log.data(), reinterpret_cast<void*>(std::uintptr_t{log_bytes})};
    const driver& cuda = place.cuda();
    const result failed = cuda.cuModuleLoadDataEx(&module_, code.text.c_str(), static_cast<unsigned>(names.size()),
                                                  names.data(), values.data());
    if (failed == success) return;
    log.back() = '\0';
    throw error(fmt::format("{} refuses the code of {}: {}{}{}", place.name(), code.symbol, cuda.text_of(failed),
                            log[0] == '\0' ? "" : "\n", log.data()));
}

/// Waits for all work of the device, which may run the code.
cuda_code::~cuda_code() {
    try {
        const in_context current(place_.cuda(), place_.made());
        place_.cuda().cuCtxSynchronize();
        place_.cuda().cuModuleUnload(module_);
    } catch (const error&) {  // the driver has ended with the process
    }
}

}  // namespace

std::shared_ptr<loaded_gpu_code> cuda_device_object::load(const gpu_code& code, int stages) {
    const in_context current(*cuda_, made());
    const auto loaded = std::make_shared<cuda_code>(*this, code);
    for (int i = 0; i < stages; ++i) loaded->find(fmt::format("{}_{}", code.symbol, i));
    return loaded;
}

void cuda_device_object::launch(loaded_gpu_code& code, int stage, const gpu_grid& grid, const gpu_parameters& given) {
    auto& ours = static_cast<cuda_code&>(code);
    const in_context current(*cuda_, made());
    const std::shared_ptr<stream_state> stream = stream_state::current(*this);
    if (stream->records) stream->recorded.push_back(ours.shared_from_this());
    const std::int64_t no_number = 0;  // the driver reads what the kernel declares, one number at least
    const std::int64_t* const numbers = given.shape.empty() ? &no_number : given.shape.data();
    std::int64_t* status = given.status;
    std::int64_t items = given.items;
    std::int32_t teams = grid.teams;
    std::array<void*, 5> parameters{const_cast<void**>(given.data.data()), const_cast<std::int64_t*>(numbers), &status,
                                    &items, &teams};
    require(cuda_->cuLaunchKernel(ours.stage(stage), grid.blocks, 1, 1, grid.threads, 1, 1, 0, stream->handle,
                                  parameters.data(), nullptr),
            "launching a kernel on");
}

}  // namespace gradus::cuda
