// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products of views, by BLAS. A view tells by its strides whether it is transposed.
#pragma once

#include <type_traits>

#include <gradus/view.hpp>

namespace gradus {

/// c = a b + beta c. Rows or columns of a and b are contiguous, rows of c are. No extent exceeds that
/// of an int. With beta = 0 what c held does not matter.
template <class T>
void multiply(const std::type_identity_t<tensor_view<const T, 2>>& a,
              const std::type_identity_t<tensor_view<const T, 2>>& b, std::type_identity_t<T> beta,
              const tensor_view<T, 2>& c);

}  // namespace gradus
