// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gradus/dlpack.hpp>

#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <gradus/cuda.hpp>
#include <gradus/error.hpp>

#include "cuda_device.hpp"
#include "overlap.hpp"

namespace gradus::dlpack {
namespace {

static_assert(sizeof(place) == 8 && sizeof(data_type) == 4 && sizeof(tensor) == 48);
static_assert(sizeof(managed_tensor) == 64 && sizeof(managed_tensor_versioned) == 80);

std::string type_text(data_type type) {
    constexpr std::array<std::string_view, 7> names{"int", "uint", "float", "handle", "bfloat", "complex", "bool"};
    const std::string name =
        type.code < names.size() ? std::string(names[type.code]) : fmt::format("type {} of ", type.code);
    return fmt::format("{}{}{}", name, type.bits, type.lanes == 1 ? "" : fmt::format(" in vectors of {}", type.lanes));
}

std::string place_text(place where) {
    switch (where.type) {
        case cpu: return "the memory of the host";
        case cuda: return fmt::format("the memory of CUDA device {}", where.number);
        case cuda_host: return "pinned memory of the host";
        case cuda_managed: return fmt::format("managed memory of CUDA device {}", where.number);
        default: return fmt::format("the memory of device {} of DLPack's type {}", where.number, where.type);
    }
}

[[noreturn]] void refuse(std::string_view reason) { throw error(fmt::format("a DLPack tensor {}", reason)); }

void check_type(data_type given, element wanted) {
    const data_type right = detail::type_of(wanted);
    if (given.code != right.code || given.bits != right.bits || given.lanes != 1)
        refuse(fmt::format("holds {}, but {} was asked for", type_text(given), name_of(wanted)));
}

/// All but the place.
argument read(const tensor& x, element type, int rank) {
    check_type(x.type, type);
    if (x.rank != rank) refuse(fmt::format("has {} axes, but {} were asked for", x.rank, rank));
    if (rank > 0 && x.extents == nullptr) refuse("has no extents: their pointer is null");
    argument made;
    made.type = type;
    made.rank = rank;
    std::int64_t stride = 1;
    for (auto i = static_cast<std::size_t>(rank); i-- > 0;) {
        if (x.extents[i] < 0) refuse(fmt::format("has the extent {} along axis {}", x.extents[i], i + 1));
        made.extents[i] = x.extents[i];
        made.strides[i] = x.strides == nullptr ? stride : x.strides[i];
        stride *= x.extents[i];
    }
    if (x.data == nullptr && element_count(made) > 0)
        refuse(fmt::format("is a null pointer, but has {} elements", element_count(made)));
    if (x.data != nullptr) made.data = static_cast<std::byte*>(x.data) + x.byte_offset;
    if (reinterpret_cast<std::uintptr_t>(made.data) % size_of(type) != 0)
        refuse(fmt::format("starts at an address that is no multiple of {}, the size of {}", size_of(type),
                           name_of(type)));
    return made;
}

}  // namespace

data_type detail::type_of(element type) {
    const auto bits = static_cast<std::uint8_t>(8 * size_of(type));
    if (type == element::bfloat16) return {4, bits, 1};
    if (is_real(type)) return {2, bits, 1};
    return {static_cast<std::uint8_t>(type >= element::uint8 ? 1 : 0), bits, 1};
}

place detail::place_of(const device* place) {
    if (place == nullptr) throw error("an array without a device cannot be given away by DLPack");
    if (const auto* const found = dynamic_cast<const gradus::cuda::cuda_device_object*>(place))
        return {dlpack::cuda, found->ordinal()};
    throw error(fmt::format("{} is no CUDA device: DLPack knows no other", place->name()));
}

argument detail::argument_on_host(const tensor& x, element type, int rank) {
    argument made = read(x, type, rank);
    if (x.place.type != cpu && x.place.type != cuda_host)
        refuse(fmt::format("lives in {}, but was asked for on the host: on_device takes it", place_text(x.place)));
    return made;
}

argument detail::argument_on_device(const tensor& x, element type, int rank) {
    argument made = read(x, type, rank);
    if (x.place.type != dlpack::cuda && x.place.type != cuda_managed)
        refuse(fmt::format("lives in {}, but was asked for on a CUDA device{}", place_text(x.place),
                           x.place.type == cpu ? ": on_host takes it" : ""));
    device& found = cuda_device(x.place.number);
    if (!found.missing().empty()) throw error(found.missing());
    made.place = &found;
    return made;
}

}  // namespace gradus::dlpack
