// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// jit with tensors on a device, here the emulator of a GPU.
#include <cmath>
#include <cstdlib>
#include <type_traits>

#include <gradus/device_array.hpp>
#include <gradus/gradus.hpp>

#include "emulator/emulated_device.hpp"
#include "support/catch.hpp"
#include "support/message_of.hpp"

using namespace gradus;
using gradus::testing::message_of;

namespace {

constexpr auto logits = tensor<"logits[batch, class]">;
constexpr auto target = labels<"target[batch]">;
constexpr auto loss = mean(cross_entropy(logits, target, over<"class">));
constexpr auto dlogits = grad(loss, logits);

constexpr auto x = tensor<"x[i]">;
constexpr auto rate = scalar<"rate">;
constexpr auto by_rate = x * rate;
constexpr auto logarithm = log(x);
constexpr auto half = tensor<"half[i]", float16>;
constexpr auto halved = half / 2;

const std::vector<float> some_logits{2, 1, 0, 0, 3, 1};
const std::vector<int> some_labels{0, 1};

template <class T, int Rank>
std::vector<T> elements(const array<T, Rank>& x) {
    return {x.begin(), x.end()};
}

struct on_emulator {
    gradus::testing::emulated_device gpu{7};
    device_array<float, 2> X = to_device(gpu, view(some_logits, {2, 3}));
    device_array<int, 1> T = to_device(gpu, some_labels);
};

}  // namespace

TEST_CASE(
    "what a call with tensors on a device returns lives there, results without axes as well, with the host's bits") {
    on_emulator at;
    const auto step = jit<loss, dlogits>();
    const auto there = step(logits = at.X, target = at.T);
    STATIC_REQUIRE(std::is_same_v<decltype(there), const std::tuple<device_array<float, 0>, device_array<float, 2>>>);
    const auto [value, dX] = step(logits = view(some_logits, {2, 3}), target = some_labels);
    CHECK(std::get<0>(there).place() == &at.gpu);
    CHECK(to_host(std::get<0>(there)) == value);
    CHECK(elements(to_host(std::get<1>(there))) == elements(dX));
    CHECK(at.gpu.launches() > 0);
}

TEST_CASE("a kernel of one expression returns one tensor, of the expression's element type") {
    on_emulator at;
    const auto given = to_device(at.gpu, std::vector<float16>{float16(3.0f)});
    auto result = jit<halved>()(half = given);
    STATIC_REQUIRE(std::is_same_v<decltype(result), device_array<float16, 1>>);
    CHECK(static_cast<float>(to_host(result)[0]) == 1.5f);
}

TEST_CASE("results are written to tensors and views that exist") {
    on_emulator at;
    const auto step = jit<loss, dlogits>();
    device_array<float, 0> value(at.gpu, {});
    device_array<float, 2> wide(at.gpu, {2, 5});
    at.gpu.fill(wide.data(), 0, wide.bytes());
    auto dX = slice(wide.view(), 1, 1, 3);
    step(logits = at.X, target = at.T, outputs(value, dX));
    const auto expected = std::get<1>(step(logits = view(some_logits, {2, 3}), target = some_labels));
    const auto written = to_host(wide);
    for (int i = 0; i < 2; ++i) {
        CHECK(written(i, 0) == 0);
        CHECK(written(i, 4) == 0);
        for (int j = 0; j < 3; ++j) CHECK(written(i, j + 1) == expected(i, j));
    }
}

TEST_CASE("numbers are passed from the host or lie on the device") {
    on_emulator at;
    const auto step = jit<by_rate>();
    const auto data = to_device(at.gpu, std::vector<float>{1, 2});
    CHECK(elements(to_host(step(x = data, rate = 0.5))) == std::vector<float>{0.5f, 1});
    const auto there = to_device(at.gpu, 3.0f);
    CHECK(elements(to_host(step(x = data, rate = there))) == std::vector<float>{3, 6});
    CHECK(
        message_of([&] {
            step(x = std::vector<float>{1, 2}, rate = there);
        }) ==
        "gradus: argument \"x\" lives in the memory of the host, but \"rate\" in the memory of emulator: to_device and "
        "to_host make copies");
}

TEST_CASE("places of tensors that do not fit are named before anything is computed") {
    on_emulator at;
    const auto step = jit<loss, dlogits>();
    gradus::testing::emulated_device other(1);
    const auto elsewhere = to_device(other, some_labels);
    CHECK(message_of([&] { step(logits = at.X, target = some_labels); }) ==
          "gradus: argument \"target\" lives in the memory of the host, but \"logits\" in the memory of emulator: "
          "to_device and to_host make copies");
    CHECK(message_of([&] { step(logits = at.X, target = elsewhere); }) ==
          "gradus: argument \"target\" lives in the memory of emulator, but \"logits\" in the memory of emulator: "
          "to_device and to_host make copies");
    const device_view<const float, 2> nowhere{nullptr, view(some_logits, {2, 3})};
    float value = 0;
    array<float, 2> dX({2, 3});
    CHECK(
        message_of([&] { step(logits = at.X, target = at.T, outputs(value, dX)); }) ==
        "gradus: output \"loss\" lives in the memory of the host, but \"logits\" in the memory of emulator: to_device "
        "and to_host make copies");
    CHECK(message_of([&] { step(logits = nowhere, target = some_labels); }) ==
          "gradus: a view of a device's memory names no device");
    CHECK(at.gpu.launches() == 0);
}

TEST_CASE("a label out of range is the host's error when the device is waited for, and nothing is written") {
    on_emulator at;
    const auto step = jit<loss, dlogits>();
    const std::vector<int> wrong{0, 3};
    const auto labels_there = to_device(at.gpu, wrong);
    device_array<float, 0> value(at.gpu, {});
    auto dX = to_device(at.gpu, view(some_logits, {2, 3}));
    step(logits = at.X, target = labels_there, outputs(value, dX));
    const std::string on_host = message_of([&] { step(logits = view(some_logits, {2, 3}), target = wrong); });
    CHECK(on_host == "gradus: argument \"target\" is 3 at batch = 1, but labels along axis \"class\" are 0 to 2");
    CHECK(message_of([&] { to_host(value); }) == on_host);
    CHECK(elements(to_host(dX)) == some_logits);
    step(logits = at.X, target = at.T, outputs(value, dX));
    CHECK(to_host(value) == std::get<0>(step(logits = view(some_logits, {2, 3}), target = some_labels)));
}

TEST_CASE("code for a device is compiled in the background, from views without memory") {
    on_emulator at;
    const auto step = jit(sum(x * x * 3));
    const device_view<const float, 1> later{&at.gpu, {nullptr, {5}, {1}}};
    step.compile_async(x = later).get();
    CHECK(step.code().variants() == 1);
    CHECK(to_host(step(x = to_device(at.gpu, std::vector<float>{1, 2}))) == 15);
    CHECK(step.code().variants() == 1);
}

TEST_CASE("the first bad value of a call is found for tensors on a device as for those of the host") {
    on_emulator at;
    const auto step = jit<logarithm>();
    const std::vector<float> data{1, 0, 2};
    const auto there = to_device(at.gpu, std::vector<float>{7, 1, 7, 0, 7, 2});
    const auto odd = strided(slice(there.view(), 0, 1, 5), 0, 2);
    const auto found = step.first_bad(x = odd);
    REQUIRE(found);
    CHECK(found->str() == step.first_bad(x = data)->str());
}

TEST_CASE("GRADUS_CHECK=nan watches calls on a device too, also those that compute in place") {
    on_emulator at;
    ::setenv("GRADUS_CHECK", "nan", 1);
    const auto step = jit(log(x) * 5);
    ::unsetenv("GRADUS_CHECK");
    auto data = to_device(at.gpu, std::vector<float>{1, 0, 2});
    CHECK_THROWS_AS(step(x = data), bad_value_error);
    CHECK_THROWS_AS(step(x = data, outputs(data)), bad_value_error);
    CHECK(std::isinf(to_host(data)[1]));
    CHECK_NOTHROW(step(x = to_device(at.gpu, std::vector<float>{1, 2})));
}

TEST_CASE("a kernel without axes runs on a device") {
    on_emulator at;
    const auto step = jit(rate * rate);
    const auto there = to_device(at.gpu, 3.0f);
    CHECK(to_host(step(rate = there)) == 9);
}
