// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for a temporary that keeps its size from call to call and grows when a call needs more.
#pragma once

#include <gradus/array.hpp>

namespace gradus {

template <class T>
class workspace {
public:
    /// A row-major matrix whose elements have no value yet. Views given earlier end.
    tensor_view<T, 2> matrix(std::int64_t rows, std::int64_t columns) {
        if (rows * columns > static_cast<std::int64_t>(memory_.size()))
            memory_ = array<T, 1>::for_overwrite({rows * columns});
        return view(memory_.data(), {rows, columns});
    }
    tensor_view<T, 1> vector(std::int64_t size) {
        const tensor_view<T, 2> row = matrix(1, size);
        return {row.data, {size}, {1}};
    }

private:
    array<T, 1> memory_;
};

}  // namespace gradus
