// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which devices there are, and what is said when there are none.
#include <string>

#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>

#include "cuda_device.hpp"
#include "device/fixture.hpp"
#include "support/catch.hpp"

namespace gradus {
namespace {

using Catch::Matchers::StartsWith;
using cuda::list_devices;
using cuda::open_driver;

std::string missing_driver(const std::string& library) {
    const cuda::opened_driver opened = open_driver(library);
    CHECK(opened.functions == nullptr);
    CHECK(list_devices(opened).devices.empty());
    return list_devices(opened).missing;
}

TEST_CASE("devices are listed with their names and the targets of their code") {
    fresh_driver();
    REQUIRE(cuda_devices().size() == 2);
    CHECK(cuda_devices()[0]->name() == "Fake GPU (CUDA device 0)");
    CHECK(cuda_devices()[1]->name() == "Fake GPU (CUDA device 1)");
    CHECK(cuda_devices()[0]->target() == "sm_90");
    CHECK(cuda_devices()[1]->target() == "sm_80");
    CHECK(cuda_devices()[0]->multiprocessors() == 4);
    CHECK(cuda_devices()[1]->multiprocessors() == 2);
    CHECK(&cuda_device() == cuda_devices()[0]);
    CHECK(&cuda_device(1) == cuda_devices()[1]);
}

TEST_CASE("the target is the greatest that the compute capability has") {
    fake::driver& driver = fresh_driver();
    const std::vector<fake::device_facts> before = driver.devices;
    driver.devices = {{"A100", 8, 0, 108},  {"L40", 8, 9, 142},   {"H100", 9, 0, 132},
                      {"B200", 10, 0, 148}, {"B300", 10, 3, 160}, {"RTX 5090", 12, 0, 170}};
    const cuda::device_list list = list_devices(open_driver(GRADUS_FAKE_DRIVER));
    driver.devices = before;
    std::vector<std::string> targets;
    for (const auto& one : list.devices) targets.emplace_back(one->target());
    CHECK(targets == std::vector<std::string>{"sm_80", "sm_80", "sm_90", "sm_100", "sm_100", "sm_100"});
}

TEST_CASE("a device that is too old is listed as missing, with its compute capability") {
    fake::driver& driver = fresh_driver();
    const std::vector<fake::device_facts> before = driver.devices;
    driver.devices = {{"Tesla T4", 7, 5, 40}};
    const cuda::device_list list = list_devices(open_driver(GRADUS_FAKE_DRIVER));
    driver.devices = before;
    REQUIRE(list.devices.size() == 1);
    CHECK(list.devices[0]->missing() == "Tesla T4 (CUDA device 0) has compute capability 7.5, but 8.0 is needed");
    CHECK(message_of([&] { list.devices[0]->wait(); }) ==
          "gradus: Tesla T4 (CUDA device 0) has compute capability 7.5, but 8.0 is needed");
}

TEST_CASE("a driver that is not there is named with the variable that names another") {
    const std::string text = missing_driver("/nowhere/libcuda.so.1");
    CHECK_THAT(text,
               StartsWith("no CUDA driver: /nowhere/libcuda.so.1 was looked for and could not be opened (/nowhere/"
                          "libcuda.so.1: cannot open shared object file"));
    CHECK(text.ends_with("); GRADUS_CUDA_DRIVER names another file"));
}

TEST_CASE("a driver that lacks a function is too old") {
    CHECK(missing_driver("libc.so.6") == "the CUDA driver libc.so.6 is too old: it lacks cuInit; CUDA 11.8 is needed");
}

TEST_CASE("a driver of an old version is too old") {
    fresh_driver().version = 11070;
    CHECK(missing_driver(GRADUS_FAKE_DRIVER) == "the CUDA driver " GRADUS_FAKE_DRIVER
                                                " is too old: it is for CUDA 11.7, but 11.8 is needed");
}

TEST_CASE("a driver without a GPU tells so") {
    fresh_driver().failing["cuInit"] = 100;
    CHECK(missing_driver(GRADUS_FAKE_DRIVER) ==
          "the CUDA driver " GRADUS_FAKE_DRIVER
          " does not start: no CUDA-capable device is detected (CUDA_ERROR_NO_DEVICE)");
}

TEST_CASE("errors of the driver that have no name are told by their number") {
    fresh_driver().failing["cuInit"] = 999;
    CHECK_THAT(missing_driver(GRADUS_FAKE_DRIVER), Catch::Matchers::EndsWith("does not start: CUDA error 999"));
}

TEST_CASE("a device beyond the list throws when it is used, and only then") {
    fresh_driver();
    device& third = cuda_device(2);
    CHECK(&third == &cuda_device(2));
    CHECK(third.name() == "CUDA device 2");
    CHECK(third.missing() == "CUDA device 2 was asked for, but the driver lists 2");
    const std::string text = "gradus: CUDA device 2 was asked for, but the driver lists 2";
    CHECK(message_of([&] { to_device(third, std::vector<float>{1}); }) == text);
    CHECK(message_of([&] { cuda_stream side(third); }) == text);
    CHECK(message_of([&] { third.multiprocessors(); }) == text);
    CHECK(cuda_device(-1).missing() == "CUDA device -1 was asked for, but the driver lists 2");
}

TEST_CASE("code that the assembler refuses is an error with its log") {
    fake::driver& driver = fresh_driver();
    driver.log = "ptxas application ptx input, line 7; error: Unknown symbol 'x'";
    const auto program = device_program("wrong", {rows_stage(1, 0)}, 2, 3);
    CHECK(message_of([&] { cuda_device().load(*program.gpu, 1); }) ==
          "gradus: Fake GPU (CUDA device 0) refuses the code of wrong: a PTX JIT compilation failed "
          "(CUDA_ERROR_INVALID_PTX)\nptxas application ptx input, line 7; error: Unknown symbol 'x'");
}

TEST_CASE("code that lacks a kernel is an error, and is unloaded") {
    fake::driver& driver = fresh_driver();
    const auto program = device_program("short", {rows_stage(1, 0)}, 2, 3);
    const int modules = driver.modules;
    CHECK(message_of([&] { cuda_device().load(*program.gpu, 2); }) ==
          "gradus: finding the kernel short_1 on Fake GPU (CUDA device 0): named symbol not found "
          "(CUDA_ERROR_NOT_FOUND)");
    CHECK(driver.modules == modules);
}

TEST_CASE("without a driver a device is missing, and everything else works", "[.][no_driver]") {
    CHECK(cuda_devices().empty());
    CHECK_THAT(std::string(cuda_device().missing()),
               StartsWith("no CUDA driver: /nowhere/libcuda.so.1 was looked for"));
    CHECK_THAT(message_of([] { to_device(cuda_device(), std::vector<float>{1}); }),
               StartsWith("gradus: no CUDA driver: /nowhere/libcuda.so.1 was looked for"));
}

}  // namespace
}  // namespace gradus
