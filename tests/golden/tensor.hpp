// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of the golden data: row-major numbers with a shape. Inputs are float32 values and integers, which
// double holds exactly, so that one type serves all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradus::golden {

using shape_type = std::vector<std::int64_t>;

struct tensor_data {
    shape_type shape;
    std::vector<double> data;
    bool integer = false;

    std::size_t size() const { return data.size(); }
    int rank() const { return static_cast<int>(shape.size()); }
    /// The elements in another type; float32 values lose nothing.
    template <class T>
    std::vector<T> as() const {
        std::vector<T> converted(data.size());
        for (std::size_t i = 0; i < data.size(); ++i) converted[i] = static_cast<T>(data[i]);
        return converted;
    }
};

/// The product of extents.
std::int64_t count(const shape_type& shape);

/// A shape seen from one of its axes: [outer, extent, inner].
struct split_shape {
    std::int64_t outer = 1, extent = 1, inner = 1;
};
/// Splits at an axis; negative axes count from the end. A shape without axes is one element.
/// Throws std::invalid_argument for an axis that is not there.
split_shape split_at(const shape_type& shape, std::int64_t axis);

/// The elements of x repeated to fill a shape, aligned at the last axis as PyTorch broadcasts.
/// Throws std::invalid_argument if the shapes do not fit.
tensor_data broadcast(const tensor_data& x, const shape_type& to);

/// A tensor with every element the same.
tensor_data filled(const shape_type& shape, double value);

}  // namespace gradus::golden
