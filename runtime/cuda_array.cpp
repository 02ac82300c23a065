// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/cuda_array.hpp>

#include <string>

#include <fmt/format.h>

#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "cuda_device.hpp"
#include "overlap.hpp"

namespace gradus {
namespace {

[[noreturn]] void refuse(std::string_view reason) { throw error(fmt::format("a CUDA array {}", reason)); }

/// As NumPy writes the type, without the order of its bytes; bfloat16 has none.
std::string typestr_of(element type) {
    if (type == element::bfloat16) return "";
    return fmt::format("{}{}", is_real(type) ? 'f' : type >= element::uint8 ? 'u' : 'i', size_of(type));
}

void check_type(std::string_view given, element wanted) {
    const bool ordered = given.starts_with('<') || (size_of(wanted) == 1 && given.starts_with('|'));
    if (!ordered || given.substr(1) != typestr_of(wanted))
        refuse(fmt::format("holds \"{}\", but {} was asked for", given, name_of(wanted)));
}

std::int64_t elements_of(std::int64_t bytes, element type) {
    const auto size = static_cast<std::int64_t>(size_of(type));
    if (bytes % size != 0) refuse(fmt::format("has a stride of {} bytes, but its elements have {}", bytes, size));
    return bytes / size;
}

/// The device that made the memory; the first one for arrays without elements.
device& device_of(const cuda_array& x, std::int64_t count) {
    if (count == 0) return cuda_device();
    if (x.data == nullptr) refuse(fmt::format("is a null pointer, but has {} elements", count));
    const int ordinal = cuda::ordinal_of(x.data);
    if (ordinal < 0) refuse(fmt::format("starts at {}, an address that CUDA does not know", x.data));
    return cuda_device(ordinal);
}

void wait_for_maker(device& place, std::uintptr_t stream) {
    if (stream == 0) refuse("names the stream 0, which may be either default stream: 1 or 2 says which");
    cuda_event ready(place);
    ready.record(cuda_stream(place, reinterpret_cast<void*>(stream)));
    cuda_stream::current(place).wait_for(ready);
}

}  // namespace

argument detail::argument_of(const cuda_array& x, element type, int rank) {
    check_type(x.typestr, type);
    if (x.shape.size() != static_cast<std::size_t>(rank))
        refuse(fmt::format("has {} axes, but {} were asked for", x.shape.size(), rank));
    if (!x.strides.empty() && x.strides.size() != x.shape.size())
        refuse(fmt::format("has {} axes, but {} strides", x.shape.size(), x.strides.size()));
    argument made;
    made.data = x.data;
    made.type = type;
    made.rank = rank;
    std::int64_t stride = 1;
    for (std::size_t i = x.shape.size(); i-- > 0;) {
        if (x.shape[i] < 0) refuse(fmt::format("has the extent {} along axis {}", x.shape[i], i + 1));
        made.extents[i] = x.shape[i];
        made.strides[i] = x.strides.empty() ? stride : elements_of(x.strides[i], type);
        stride *= x.shape[i];
    }
    device& place = device_of(x, element_count(made));
    if (!place.missing().empty()) throw error(place.missing());
    made.place = &place;
    if (x.stream) wait_for_maker(place, *x.stream);
    return made;
}

}  // namespace gradus
