// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tensor.hpp"

#include <stdexcept>

namespace gradus::golden {

std::int64_t count(const shape_type& shape) {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) product *= extent;
    return product;
}

split_shape split_at(const shape_type& shape, std::int64_t axis) {
    if (shape.empty()) return {};
    const auto rank = static_cast<std::int64_t>(shape.size());
    const std::int64_t at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= rank) throw std::invalid_argument("the tensor has no axis " + std::to_string(axis));
    split_shape parts;
    for (std::int64_t i = 0; i < rank; ++i) {
        const std::int64_t extent = shape[static_cast<std::size_t>(i)];
        (i < at ? parts.outer : i == at ? parts.extent : parts.inner) *= extent;
    }
    return parts;
}

namespace {

/// The element of x that stands at flat position i of the wider shape.
std::size_t source_of(std::int64_t i, const tensor_data& x, const shape_type& to) {
    std::int64_t position = 0, stride = 1;
    for (std::size_t back = 1; back <= to.size(); ++back) {
        const std::int64_t extent = to[to.size() - back];
        const std::int64_t coordinate = i % extent;
        i /= extent;
        if (back > x.shape.size()) continue;
        const std::int64_t own = x.shape[x.shape.size() - back];
        position += own == 1 ? 0 : coordinate * stride;
        stride *= own;
    }
    return static_cast<std::size_t>(position);
}

bool broadcasts(const shape_type& from, const shape_type& to) {
    if (from.size() > to.size()) return false;
    for (std::size_t back = 1; back <= from.size(); ++back) {
        const std::int64_t own = from[from.size() - back];
        if (own != 1 && own != to[to.size() - back]) return false;
    }
    return true;
}

}  // namespace

tensor_data broadcast(const tensor_data& x, const shape_type& to) {
    if (!broadcasts(x.shape, to)) throw std::invalid_argument("a tensor's shape does not broadcast to another's");
    tensor_data wide{to, {}, x.integer};
    const std::int64_t size = count(to);
    wide.data.reserve(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) wide.data.push_back(x.data[source_of(i, x, to)]);
    return wide;
}

tensor_data filled(const shape_type& shape, double value) {
    return {shape, std::vector<double>(static_cast<std::size_t>(count(shape)), value), false};
}

}  // namespace gradus::golden
