// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The worker of bench/gpu.py: this library's kernels on a GPU, timed by events of the device.
//
//     bench_worker_gpu                     prints the device's name; what is missing, with status 3, if there is none
//     bench_worker_gpu FILE SLOT_BYTES     answers lines, on arrays that gpu.py maps too (problem.hpp)
//
//     about                                →  the device's name
//     prepare TYPE KIND NAME PLACE EXTENT… →  ready: inputs have been read from their slots; TYPE float32 or bfloat16
//     output                               →  VALUE: results of one call, into memory that held NaN, lie in their slots
//     host                                 →  whether the host computes `the same` bits, else how many elements differ
//     sample COUNT                         →  the milliseconds of each of so many calls
//
// Slots hold elements of the type; labels are int64 in `second`; the target of a function of two tensors is in `third`.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/cuda.hpp>
#include <gradus/device_array.hpp>
#include <gradus/gradus.hpp>

#include "problem.hpp"

namespace gradus::bench {
namespace {

constexpr int no_gpu = 3;                        // exit status
constexpr std::int64_t spoiler_bytes = 1 << 30;  // filled before every call, as gpu_peers.py does
constexpr int warm_up = 2;                       // calls of every sample that are not counted
constexpr unsigned char poison = 0xFF;           // of bytes that make a NaN

template <class T>
constexpr auto x = tensor<"x[i]", T>;
template <class T>
constexpr auto second = tensor<"second[i]", T>;
template <class T>
constexpr auto third = tensor<"third[i]", T>;
template <class T>
constexpr auto logits = tensor<"logits[batch, class]", T>;
constexpr auto label = labels<"label[batch]">;

/// A problem on a device.
class gpu_task {
public:
    gpu_task() = default;
    gpu_task(const gpu_task&) = delete;
    gpu_task& operator=(const gpu_task&) = delete;
    virtual ~gpu_task() = default;

    /// Queues one call.
    virtual void queue() = 0;
    /// The value of one call, 0 if it has none; its results lie in their slots.
    virtual double output() = 0;
    /// "the same", or where the host's results differ from those that `output` left.
    virtual std::string host() = 0;
};

/// What a kernel reads and writes, on the host or on a device. A problem uses some of it.
template <class Tensor, class Labels, class Value>
struct operands {
    Tensor x, second, third, y, gradient;
    Labels labels;
    Value value;
};

template <class T>
T* at(const arena& memory, slot s) {
    return reinterpret_cast<T*>(memory.at(s));
}

/// `Call` runs a kernel on operands of either place.
template <class T, int Rank, class Call>
class task_of final : public gpu_task {
    using host_tensor = tensor_view<T, Rank>;
    using device_tensor = device_array<T, Rank>;
    using extents_type = std::array<std::int64_t, static_cast<std::size_t>(Rank)>;

public:
    task_of(device& place, const problem& what, const arena& memory, Call call)
        : place_(place), memory_(memory), has_y_(what.kind == "forward_backward"), call_(std::move(call)) {
        std::copy(what.extents.begin(), what.extents.end(), extents_.begin());
        const bool has_labels = what.kind == "label_loss";
        there_.x = to_device(place, tensor_at(slot::x));
        if (has_labels)
            there_.labels = to_device(place, labels_at());
        else
            there_.second = to_device(place, tensor_at(slot::second));
        if (has_y_) there_.third = to_device(place, tensor_at(slot::third));
        if (has_y_) there_.y = device_tensor(place, extents_);
        there_.gradient = device_tensor(place, extents_);
        there_.value = device_array<T, 0>(place, {});
    }

    void queue() override { call_(there_); }

    double output() override {
        const auto spoil = [&](auto& a) { place_.fill(a.data(), poison, a.bytes()); };
        if (has_y_) spoil(there_.y);
        spoil(there_.gradient);
        spoil(there_.value);
        queue();
        place_.synchronise();
        if (has_y_) fetch(there_.y, slot::y);
        fetch(there_.gradient, slot::gradient);
        return has_y_ ? 0 : static_cast<double>(static_cast<T>(to_host(there_.value)));
    }

    std::string host() override {
        operands<host_tensor, tensor_view<std::int64_t, 1>, T> here{tensor_at(slot::x),
                                                                    tensor_at(slot::second),
                                                                    tensor_at(slot::third),
                                                                    tensor_at(slot::y_reference),
                                                                    tensor_at(slot::gradient_reference),
                                                                    labels_at(),
                                                                    T{}};
        call_(here);
        std::int64_t different = has_y_ ? differences(slot::y, slot::y_reference) : value_differs(here.value);
        different += differences(slot::gradient, slot::gradient_reference);
        return different == 0 ? "the same" : fmt::format("{} of {} differ", different, here.x.size());
    }

private:
    host_tensor tensor_at(slot s) const { return {at<T>(memory_, s), extents_, detail::row_major_strides(extents_)}; }
    tensor_view<std::int64_t, 1> labels_at() const { return view(memory_.labels(), {extents_[0]}); }
    void fetch(const device_tensor& from, slot to) {
        place_.copy_to_host(at<T>(memory_, to), from.data(), from.bytes());
    }
    std::int64_t value_differs(const T& here) const {
        const T there = to_host(there_.value);
        return std::memcmp(&here, &there, sizeof(T)) == 0 ? 0 : 1;
    }
    std::int64_t differences(slot a, slot b) const {
        const auto count = static_cast<std::size_t>(tensor_at(a).size());
        const T *first = at<T>(memory_, a), *other = at<T>(memory_, b);
        if (std::memcmp(first, other, count * sizeof(T)) == 0) return 0;
        std::int64_t found = 0;
        for (std::size_t i = 0; i < count; ++i) found += std::memcmp(first + i, other + i, sizeof(T)) == 0 ? 0 : 1;
        return found;
    }

    device& place_;
    const arena& memory_;
    bool has_y_;
    extents_type extents_;
    Call call_;
    operands<device_tensor, device_array<std::int64_t, 1>, device_array<T, 0>> there_;
};

/// Nothing but a copy within the device.
class copy_task final : public gpu_task {
public:
    copy_task(device& place, std::int64_t floats) : place_(place), from_(place, {floats}), to_(place, {floats}) {
        place.fill(from_.data(), poison, from_.bytes());
    }
    void queue() override { place_.copy_within(to_.data(), from_.data(), to_.bytes()); }
    double output() override { return 0; }
    std::string host() override { return "the same"; }

private:
    device& place_;
    device_array<float, 1> from_, to_;
};

using made_task = std::unique_ptr<gpu_task>;

/// A task for kernels of rank 1, or of rows and classes.
template <class T, int Rank>
struct maker {
    device& place;
    const problem& what;
    const arena& memory;

    template <class Call>
    made_task operator()(Call call) const {
        return std::make_unique<task_of<T, Rank, Call>>(place, what, memory, std::move(call));
    }
};

template <class T, expression F>
made_task activation(const maker<T, 1>& make, const F& f) {
    return make([kernel = jit(f, vjp(f, x<T>, second<T>))](auto& on) {
        kernel(x<T> = on.x, second<T> = on.second, outputs(on.y, on.gradient));
    });
}
template <class T, expression F>
made_task function_of_two(const maker<T, 1>& make, const F& f) {
    return make([kernel = jit(f, vjp(f, x<T>, second<T>))](auto& on) {
        kernel(x<T> = on.x, second<T> = on.second, third<T> = on.third, outputs(on.y, on.gradient));
    });
}
template <class T, expression F>
made_task loss(const maker<T, 1>& make, const F& f) {
    return make([kernel = jit(mean(f), grad(mean(f), x<T>))](auto& on) {
        kernel(x<T> = on.x, second<T> = on.second, outputs(on.value, on.gradient));
    });
}
template <class T>
made_task cross_entropy_of_rows(const maker<T, 2>& make) {
    static constexpr auto f = mean(cross_entropy(logits<T>, label, over<"class">));
    return make([kernel = jit(f, grad(f, logits<T>))](auto& on) {
        kernel(logits<T> = on.x, label = on.labels, outputs(on.value, on.gradient));
    });
}

template <class T>
made_task make_task(device& place, const problem& what, const arena& memory) {
    const std::string function = what.kind + ' ' + what.name;
    if (function == "bandwidth copy") return std::make_unique<copy_task>(place, what.size());
    if (what.size() * static_cast<std::int64_t>(sizeof(T)) > memory.slot_bytes())
        throw std::invalid_argument("larger than a slot");
    if (function == "label_loss cross_entropy" && what.extents.size() == 2)
        return cross_entropy_of_rows(maker<T, 2>{place, what, memory});
    const maker<T, 1> make{place, what, memory};
    if (what.extents.size() != 1) throw std::invalid_argument("one extent expected for " + function);
    if (function == "forward_backward gelu") return activation(make, gelu(x<T>));
    if (function == "forward_backward silu") return activation(make, silu(x<T>));
    if (function == "forward_backward leaky_relu") return activation(make, leaky_relu(x<T>));
    if (function == "forward_backward mse") return function_of_two(make, mse(x<T>, third<T>));
    if (function == "loss smooth_l1") return loss(make, smooth_l1(x<T>, second<T>));
    if (function == "loss bce_with_logits") return loss(make, bce_with_logits(x<T>, second<T>));
    throw std::invalid_argument("no " + function);
}

/// Milliseconds of each call, after one fill of the spoiler each.
std::vector<double> sample(device& place, device_array<std::uint8_t, 1>& spoiler, gpu_task& task, int count) {
    const cuda_stream stream = cuda_stream::current(place);
    for (int call = 0; call < warm_up; ++call) task.queue();
    std::vector<std::pair<cuda_event, cuda_event>> marks;
    for (int call = 0; call < count; ++call) {
        auto& [start, stop] = marks.emplace_back(place, place);
        place.fill(spoiler.data(), 0, spoiler.bytes());
        start.record(stream);
        task.queue();
        stop.record(stream);
    }
    place.synchronise();
    std::vector<double> milliseconds;
    for (const auto& [start, stop] : marks) milliseconds.push_back(stop.milliseconds_since(start));
    return milliseconds;
}

class server {
public:
    server(device& place, const arena& memory) : place_(place), memory_(memory), spoiler_(place, {spoiler_bytes}) {}

    /// The answer to one line.
    std::string answer(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "about") return std::string(place_.name());
        if (command == "prepare") return prepare(words);
        if (!task_) throw std::invalid_argument("prepare a problem first");
        if (command == "output") return fmt::format("{}", task_->output());
        if (command == "host") return task_->host();
        int count = 0;
        if (command == "sample" && words >> count && count > 0)
            return fmt::format("{}", fmt::join(sample(place_, spoiler_, *task_, count), " "));
        throw std::invalid_argument("unknown command " + line);
    }

private:
    std::string prepare(std::istream& words) {
        task_.reset();
        std::string type;
        words >> type;
        const problem what = read_problem(words);
        if (type == "float32")
            task_ = make_task<float>(place_, what, memory_);
        else if (type == "bfloat16")
            task_ = make_task<bfloat16>(place_, what, memory_);
        else
            throw std::invalid_argument("float32 or bfloat16 expected, not " + type);
        return "ready";
    }

    device& place_;
    const arena& memory_;
    device_array<std::uint8_t, 1> spoiler_;
    made_task task_;
};

void serve(device& place, const arena& memory) {
    server worker(place, memory);
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << worker.answer(line) << std::endl;
        } catch (const std::exception& e) {
            std::string text = e.what();  // in one line
            for (char& c : text) c = c == '\n' ? ' ' : c;
            std::cout << "absent " << text << std::endl;
        }
    }
}

int run(int count, char** arguments) {
    device& place = cuda_device();
    if (!place.missing().empty()) {
        std::cerr << place.missing() << '\n';
        return no_gpu;
    }
    if (count == 1) {
        std::cout << place.name() << '\n';
        return EXIT_SUCCESS;
    }
    if (count != 3) throw std::invalid_argument("usage: bench_worker_gpu [FILE SLOT_BYTES]");
    const arena memory(arguments[1], std::stoll(arguments[2]));
    serve(place, memory);
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace gradus::bench

int main(int count, char** arguments) {
    try {
        return gradus::bench::run(count, arguments);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return EXIT_FAILURE;
    }
}
